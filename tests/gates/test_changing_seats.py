"""An explained panel: why each person was chosen or not; a lead changes a seat with a reason; guests sit."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.messages.models import Message
from incubator.people.actors import CLOCK, Actor
from incubator.people.models import Person, PrivateLink
from incubator.people.once import new_key
from tests.factories import (
    AbsenceFactory,
    DepartmentFactory,
    GateRoundFactory,
    IdeaFactory,
    PersonFactory,
    SeatFactory,
)
from tests.gates import stage
from tests.journey.cast import act
from workflows.gates import actions
from workflows.gates.models import GateRound, Seat, Vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea() -> Idea:
    return IdeaFactory(
        author=PersonFactory(department=DepartmentFactory(service=True)), live=True, stage="review"
    )


@pytest.fixture
def lead() -> Person:
    return PersonFactory(employed=True, role="programme_lead")


@pytest.fixture
def round_(idea: Idea) -> GateRound:
    return GateRoundFactory(idea=idea, state="seating", opened_at=None, changes={"seats": 2, "quorum": 2})


def able(**more: Any) -> Person:
    return PersonFactory(employed=True, **({"role": "panel_member"} | more))


def fill(round_: GateRound) -> GateRound:
    actions.fill_seats(round_key=str(round_.key))
    round_.refresh_from_db()
    return round_


def why(round_: GateRound) -> dict[Person, str]:
    people = {str(one.key): one for one in Person.objects.all()}
    return {people[row["person"]]: row["why"] for row in round_.considered}


def test_everyone_of_the_pool_is_explained(round_: GateRound, idea: Idea) -> None:
    author = idea.team.get(role="author").person
    chair, member = able(role="chair"), able()
    linked, absent, busy, soft = able(), able(), able(), able()
    PrivateLink.objects.create(owner=linked, other=author)
    AbsenceFactory(person=absent)
    for _ in range(6):
        SeatFactory(person=busy)
    soft.posts.update(department=author.posts.get().department)
    reserve = able()
    SeatFactory(person=reserve)
    found = why(fill(round_))
    assert found[chair] == "chair"
    assert found[member] == "chosen"
    assert found[reserve] == "reserve"
    # A private link is a conflict like any other: nothing says which.
    assert (found[linked], found[absent], found[busy], found[soft]) == ("close", "absent", "busy", "soft")


def test_without_a_panel_it_is_explained_too(round_: GateRound) -> None:
    alone = able()
    assert why(fill(round_)) == {alone: "reserve"}
    assert round_.state == "seating"


# --- Changing a seat ----------------------------------------------------------------------------------------


@pytest.fixture
def seated(round_: GateRound, lead: Person) -> GateRound:
    able(role="chair")
    able()
    return fill(round_)


def member(round_: GateRound) -> Seat:
    return Seat.objects.select_related("person").get(round=round_, is_chair=False, state="open")


def test_a_lead_calls_a_substitute_with_a_reason(seated: GateRound, lead: Person, run_jobs: Any) -> None:
    left, substitute = member(seated), able()
    actions.change_seat(seat_key=left.key, by=act(lead), reason=" Deux mois de mission. ")
    run_jobs()
    left.refresh_from_db()
    assert (left.state, left.left_reason) == ("replaced", "Deux mois de mission.")
    now = member(seated)
    assert (now.person, now.substitute_for) == (substitute, left)
    told = {one.person for one in Message.objects.filter(kind="seat_closed")}
    assert told == {left.person}


def test_a_lead_names_the_substitute_who_is_asked_at_once(
    seated: GateRound, lead: Person, run_jobs: Any
) -> None:
    chair = Seat.objects.get(round=seated, is_chair=True)
    guest = PersonFactory(guest=True)
    made = actions.change_seat(seat_key=chair.key, by=act(lead), reason="Élue concernée.", person=guest)
    assert made is not None
    assert (made.is_chair, made.person) == (True, guest)
    assert WorkItem.objects.filter(person=guest, verb="vote", closed_at=None).exists()
    seated.refresh_from_db()
    assert seated.state == "open"
    # A guest who sits reads the idea and votes.
    client = Client(headers={"accept-language": "en"})
    client.force_login(guest)
    assert client.get(reverse("review", args=[made.key])).status_code == 200
    stage.cast_vote(made)


@pytest.mark.parametrize(
    ("hidden", "choice", "stands"),
    [
        (False, "go", True),
        (False, "not_now", True),
        (False, "abstain", False),
        (False, "", False),
        # Else a refusal would tell who abstained.
        (True, "go", True),
        (True, "abstain", True),
        (True, "", False),
    ],
)
def test_a_vote_that_takes_a_side_stands_and_any_vote_while_voters_are_hidden(
    seated: GateRound, lead: Person, hidden: bool, choice: str, stands: bool
) -> None:
    seated.rules["voters_hidden"] = hidden
    seated.save()
    seat = member(seated)
    if choice:
        stage.cast_vote(seat, choice)
    if stands:
        with pytest.raises(Conflict) as refused, transaction.atomic():
            actions.change_seat(seat_key=seat.key, by=act(lead), reason="Autre avis voulu.")
        assert ("voté" in str(refused.value)) is not hidden
        assert Vote.objects.filter(seat=seat, in_force=True).exists()
    else:
        actions.change_seat(seat_key=seat.key, by=act(lead), reason="Absent.")
        assert not Vote.objects.filter(seat=seat, in_force=True).exists()


def test_a_panel_whose_opinion_lacks_something_can_be_completed_in_place_of_who_abstains(
    seated: GateRound, lead: Person
) -> None:
    stage.cast_vote(member(seated), "abstain")
    GateRound.objects.filter(pk=seated.pk).update(review_due_at=clock.now() - timedelta(days=1))
    actions.close_opinion(round_key=seated.key, by=CLOCK)
    assert WorkItem.objects.filter(key=f"complete_opinion:{seated.key}", closed_at=None).exists()
    seat = member(seated)
    actions.change_seat(seat_key=seat.key, by=act(lead), reason="Il faut un avis.", person=able())
    assert not Vote.objects.filter(seat=seat, in_force=True).exists()


def test_while_voters_are_hidden_neither_an_offer_nor_a_refusal_tells_which_seat_has_answered(
    seated: GateRound, lead: Person
) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(lead)
    page, urls = reverse("seats", args=[seated.key]), []
    for seat in Seat.objects.filter(round=seated):
        urls.append(reverse("seat-change", args=[seat.key]))
        assert urls[-1] in client.get(page).text
    stage.cast_vote(member(seated))
    assert not [url for url in urls if url in client.get(page).text]
    answers = [client.post(url, {"request_key": new_key(), "reason": "Absent."}) for url in urls]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert all("before anybody has answered" in answer.text for answer in answers)
    assert Seat.objects.filter(round=seated, state="open").count() == 2


@pytest.mark.parametrize("hidden", [True, False])
def test_the_lead_reads_how_many_have_answered_and_never_who(
    seated: GateRound, lead: Person, hidden: bool
) -> None:
    seated.rules["voters_hidden"] = hidden
    seated.save()
    client = Client(headers={"accept-language": "en"})
    client.force_login(lead)
    url = reverse("seats", args=[seated.key])

    def people() -> str:
        return client.get(url).text.partition('<ul class="people">')[2].partition("</ul>")[0]

    before = people()
    assert "0 of 2 have answered" in client.get(url).text
    stage.cast_vote(member(seated), recognises=True)
    page = client.get(url).text
    assert "1 of 2 have answered" in page
    assert "to recognise someone" in page
    assert (people() == before) is hidden, "what the list says of a person does not change by their vote"


def test_changing_a_seat_is_refused_without_a_reason_a_right_or_distance(
    seated: GateRound, lead: Person, idea: Idea
) -> None:
    seat, author = member(seated), idea.team.get(role="author").person
    for by, person, reason, kind in [
        (lead, None, " ", Invalid),
        (able(), None, "Absent.", NotAllowed),
        (lead, author, "Absent.", NotAllowed),
        (lead, PersonFactory(employed=True, role="administrator"), "Absent.", NotAllowed),
        (lead, seat.person, "Absent.", Conflict),
        (lead, PersonFactory(guest=True, expires_on=seat.seated_at.date().replace(year=2020)), "Absent.", NotAllowed),
    ]:  # fmt: skip
        with pytest.raises(kind), transaction.atomic():
            actions.change_seat(seat_key=seat.key, by=act(by), reason=reason, person=person)
    seat.refresh_from_db()
    assert seat.state == "open"


def test_the_page_shows_why_and_changes_a_seat(seated: GateRound, lead: Person) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(lead)
    page = client.get(reverse("seats", args=[seated.key])).text
    assert "chosen to chair" in page
    seat = member(seated)
    url = reverse("seat-change", args=[seat.key])
    assert url in page
    assert client.get(url).status_code == 200
    assert client.post(url, {"request_key": new_key(), "reason": ""}).status_code == 422
    assert client.post(url, {"request_key": new_key(), "reason": "Absent."}).status_code == 302
    client.force_login(seat.person)
    assert client.get(url).status_code == 403


@pytest.mark.parametrize("hidden", ["by the gate", "by the author", ""])
def test_a_lead_who_sits_where_authors_are_hidden_is_not_told_who_is_close_to_them(
    seated: GateRound, lead: Person, idea: Idea, hidden: str
) -> None:
    seated.rules["authors_hidden"] = hidden == "by the gate"
    seated.save()
    Idea.objects.filter(pk=idea.pk).update(masked_until_selected=hidden == "by the author")
    seat, author = member(seated), idea.team.get(role="author").person
    Seat.objects.filter(pk=seat.pk).update(person=lead)
    client = Client()
    client.force_login(lead)
    for page in (reverse("seats", args=[seated.key]), reverse("seat-change", args=[seat.key])):
        assert client.get(page).status_code == (403 if hidden else 200)
    codes = set()
    for person in (author, able()):
        with pytest.raises((NotAllowed, Conflict)) as refused, transaction.atomic():
            actions.seat(round_key=str(seated.key), person=person, by=act(lead))
        codes.add(refused.value.code)
    assert (codes == {"seat.reads_without_names"}) is bool(hidden)
    assert len(codes) == (1 if hidden else 2), "without names the same answer for everybody"


def test_where_authors_are_hidden_a_leads_deputy_fills_seats_unless_one_of_them_sits(
    seated: GateRound, lead: Person
) -> None:
    seated.rules["authors_hidden"] = True
    seated.save()
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=lead, deputy=deputy)
    by, seat = Actor(person=deputy, on_behalf_of=lead), member(seated)
    client = Client()
    client.force_login(deputy)
    pages = (reverse("seats", args=[seated.key]), reverse("seat-change", args=[seat.key]))
    assert [client.get(page).status_code for page in pages] == [200, 200]
    made = actions.change_seat(seat_key=seat.key, by=by, reason="Absent.", person=able())
    assert made is not None
    for sits in (lead, deputy):
        Seat.objects.filter(pk=made.pk).update(person=sits)
        assert client.get(pages[0]).status_code == 403
        with pytest.raises(NotAllowed) as refused, transaction.atomic():
            actions.seat(round_key=str(seated.key), person=able(), by=by)
        assert refused.value.code == "seat.reads_without_names"


# --- Seated by hand, then filled ----------------------------------------------------------------------------


def asked_to_vote() -> set[Person]:
    items = WorkItem.objects.filter(verb="vote", closed_at=None).select_related("person")
    return {item.person for item in items}


def test_who_was_seated_by_hand_is_asked_when_the_job_fills_the_rest(
    round_: GateRound, lead: Person, run_jobs: Any
) -> None:
    round_.rules["seats"] = 3
    round_.save()
    fill(round_)
    seats = [actions.seat(round_key=str(round_.key), person=able(), by=act(lead)) for _ in range(2)]
    assert asked_to_vote() == set()
    able(role="chair")
    able()
    actions.step_aside(seat_key=seats[0].key, by=act(seats[0].person))
    run_jobs()
    round_.refresh_from_db()
    assert round_.state == "open"
    assert asked_to_vote() == {seat.person for seat in stage.seats_of(round_)}
    assert seats[1].person in asked_to_vote()


def test_who_has_voted_is_not_asked_again_when_a_substitute_comes(seated: GateRound, run_jobs: Any) -> None:
    chair = Seat.objects.get(round=seated, is_chair=True)
    stage.cast_vote(chair)
    able()
    left = member(seated)
    actions.step_aside(seat_key=left.key, by=act(left.person))
    run_jobs()
    assert asked_to_vote() == {member(seated).person}


def test_who_is_named_for_a_seat_while_another_is_free_again_is_asked_at_once(
    seated: GateRound, lead: Person, run_jobs: Any
) -> None:
    chair = Seat.objects.get(round=seated, is_chair=True)
    actions.step_aside(seat_key=chair.key, by=act(chair.person))
    run_jobs()
    seated.refresh_from_db()
    assert seated.state == "seating"
    someone = PersonFactory(guest=True)
    made = actions.change_seat(seat_key=member(seated).key, by=act(lead), reason="Absent.", person=someone)
    assert made is not None
    assert asked_to_vote() == {someone}
