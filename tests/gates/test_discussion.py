"""A panel far apart: its chair, who has read the votes, asks it to look again; nothing of the votes is told."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib.refusals import Conflict, NotAllowed, Refusal
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.factories import PostFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from workflows.gates import actions
from workflows.gates.models import GateRound, Seat

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]
SEVERITY = "How much the problem hurts"


@pytest.fixture
def round_() -> GateRound:
    """All five have voted; one is far from the others, on every criterion."""
    found = stage.at_g1(Cast())
    chair, *others = stage.seats_of(found)
    for seat in (chair, *others[:-1]):
        stage.cast_vote(seat, level=4)
    stage.cast_vote(others[-1], "not_now", level=1)
    return found


def chair_of(round_: GateRound) -> Seat:
    return Seat.objects.select_related("person").get(round=round_, is_chair=True)


def read(seat: Seat) -> None:
    actions.open_others(seat_key=seat.key, by=act(seat.person))


def call(seat: Seat) -> list[str]:
    return actions.call_discussion(seat_key=seat.key, by=act(seat.person))


def asked(round_: GateRound) -> set[int]:
    return set(WorkItem.objects.filter(verb="discuss", closed_at=None).values_list("person", flat=True))


def refused(seat: Seat, kind: type[Refusal], code: str) -> None:
    before = Event.objects.count()
    with pytest.raises(kind) as refusal:
        call(seat)
    assert refusal.value.code == code
    assert Event.objects.count() == before


def test_nobody_who_has_come_too_close_is_asked(round_: GateRound) -> None:
    chair = chair_of(round_)
    others = Seat.objects.filter(round=round_, is_chair=False).select_related("person").order_by("pk")
    author = round_.idea.team.get(role="author").person
    PostFactory(person=author, line_manager=others[0].person)
    read(chair)
    call(chair)
    assert asked(round_) == {seat.person_id for seat in others[1:]}


def test_whoever_has_not_read_the_votes_looks_again_and_may_change_theirs(round_: GateRound) -> None:
    chair = chair_of(round_)
    members = Seat.objects.filter(round=round_, is_chair=False).select_related("person")
    first, second = members[0], members[1]
    read(chair)
    read(first)
    assert "severity" in call(chair)
    assert asked(round_) == {seat.person_id for seat in members} - {first.person_id}
    stage.cast_vote(second, "go_if")
    assert second.person_id not in asked(round_)
    steps.decide(round_.idea, Person.objects.get(mandates__capacity="dga"), "go")
    assert asked(round_) == set()


def test_only_the_chair_once_having_read_and_before_the_decision(round_: GateRound) -> None:
    chair = chair_of(round_)
    member = Seat.objects.filter(round=round_, is_chair=False).select_related("person")[0]
    refused(member, NotAllowed, "discussion.not_chair")
    refused(chair, Conflict, "discussion.unread")
    read(chair)
    call(chair)
    refused(chair, Conflict, "discussion.twice")


def test_a_panel_that_agrees_has_nothing_to_discuss() -> None:
    found = stage.at_g1(Cast())
    stage.all_vote(found)
    read(chair_of(found))
    refused(chair_of(found), Conflict, "discussion.nothing")


def test_when_all_have_read_the_votes_nothing_could_change(round_: GateRound) -> None:
    for seat in stage.seats_of(round_):
        read(seat)
    refused(chair_of(round_), Conflict, "discussion.nothing")


def test_the_pages_show_the_chair_where_and_the_others_only_on_what(round_: GateRound) -> None:
    chair = chair_of(round_)
    members = list(Seat.objects.filter(round=round_, is_chair=False).select_related("person"))
    read(chair)
    read(members[0])
    english = {"accept-language": "en"}
    client = stage.signed_in(chair.person)
    others = reverse("others", args=[chair.key])
    page = client.get(others, headers=english).content.decode()
    assert SEVERITY in page
    assert reverse("discussion", args=[chair.key]) in page
    of_member = stage.signed_in(members[0].person).get(
        reverse("others", args=[members[0].key]), headers=english
    )
    assert "/discussion" not in of_member.content.decode()

    answer = client.post(reverse("discussion", args=[chair.key]), {"request_key": new_key()}, headers=english)
    assert (answer.status_code, answer["location"]) == (302, others)
    assert "You have asked the panel to look again." in client.get(others, headers=english).content.decode()
    seen = stage.signed_in(members[1].person).get(reverse("review", args=[members[1].key]), headers=english)
    said = stage.texts(seen.content.decode())
    assert "The chair asks the panel to look again" in said
    too_late = stage.signed_in(members[0].person).get(
        reverse("review", args=[members[0].key]), headers=english
    )
    assert "The chair asks the panel" not in too_late.content.decode()
