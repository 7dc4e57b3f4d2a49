"""The auditor reads an idea's trail and the votes of its closed rounds, persons as keys; nobody else does."""

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.people.models import Person
from tests.factories import IdeaFactory, PersonFactory, RoleGrantFactory, TeamMemberFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast
from workflows.gates.models import GateRound, Seat
from workflows.journey import trail

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def round_(cast: Cast) -> GateRound:
    """A selection that was decided."""
    found = stage.at_g1(cast)
    stage.all_vote(found, "go", "not_now", "go")
    return found


@pytest.fixture
def auditor() -> Person:
    return PersonFactory(employed=True, role="auditor", language="en")


def read(person: Person, idea: Idea, after: str = "") -> tuple[int, str]:
    answer = stage.signed_in(person).get(reverse("idea-trail", args=[idea.key]), after and {"after": after})
    return answer.status_code, answer.text


def test_every_event_in_order_and_each_vote_by_key(cast: Cast, round_: GateRound, auditor: Person) -> None:
    idea = round_.idea
    voter = stage.seats_of(round_)[1].person
    assert str(voter.key) not in trail_of(auditor, idea, "rounds"), "an open round is its panel's alone"
    play.decide(idea, cast.dga)
    before = Event.objects.count()
    status, page = read(auditor, idea)
    assert status == 200
    chain = Event.objects.filter(subject_key=idea.key).order_by("sequence")
    verbs = [f"<b>{event.sequence}. {event.verb}</b>" for event in chain]
    places = [page.index(verb) for verb in verbs]
    assert places == sorted(places)
    assert f"The chain of {len(verbs)} events holds" in page
    assert str(cast.author.key) in page
    votes = page[page.index(f'id="round-{round_.key}"') : page.index('id="events"')]
    assert votes.count("Seat of") == 5
    (block,) = [part for part in votes.split("<li>") if str(voter.key) in part]
    assert "Not now" in block
    assert "the record is as it was frozen" in votes
    for person in (
        cast.author,
        cast.lead,
        cast.dga,
        *(seat.person for seat in Seat.objects.select_related("person")),
    ):
        assert person.family_name not in page
    assert Event.objects.count() == before, "reading changes nothing"
    assert reverse("idea-trail", args=[idea.key]) in page_of(auditor, idea)


def trail_of(auditor: Person, idea: Idea, part: str) -> str:
    found: dict[str, Any] = stage.signed_in(auditor).get(reverse("idea-trail", args=[idea.key])).context[part]
    return str(found)


def page_of(person: Person, idea: Idea) -> str:
    return stage.signed_in(person).get(reverse("idea", args=[idea.key])).text


def test_nobody_else_reads_it(cast: Cast, round_: GateRound) -> None:
    idea = round_.idea
    play.decide(idea, cast.dga)
    seat = Seat.objects.filter(round=round_).select_related("person").earliest("pk")
    others = [cast.author, cast.lead, cast.dga, cast.dgs, cast.manager, seat.person, PersonFactory()]
    others += [PersonFactory(role=role) for role in ("hr_analyst", "hr_desk", "administrator", "cst_member")]
    others.append(PersonFactory(is_superuser=True))
    for person in others:
        assert read(person, idea)[0] == 404
        assert "/trail" not in page_of(person, idea)


def test_no_auditor_with_a_part_in_it_nor_of_elsewhere(
    cast: Cast, round_: GateRound, auditor: Person
) -> None:
    idea = round_.idea
    near = [stage.seats_of(round_)[0].person, cast.dga, cast.manager]
    play.decide(idea, cast.dga)
    for person in near:
        RoleGrantFactory(person=person, role="auditor")
        assert read(person, idea)[0] == 404
    elsewhere = PersonFactory(role="auditor", role__programme_key="other")
    assert read(elsewhere, idea)[0] == 404
    assert read(auditor, idea)[0] == 200
    TeamMemberFactory(idea=idea, person=auditor)
    assert read(auditor, idea)[0] == 404
    assert "/trail" not in page_of(auditor, idea)


def test_what_the_auditor_may_not_read_has_no_trail(auditor: Person) -> None:
    for idea in (IdeaFactory(), IdeaFactory(live=True, confidential=True)):
        assert read(auditor, idea)[0] == 404


def test_a_chain_that_was_changed_says_where(cast: Cast, auditor: Person) -> None:
    idea = play.submit(cast)
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        Event.objects.filter(subject_key=idea.key, sequence=2).update(verb="other")
        cursor.execute("set local session_replication_role = origin")
    assert "The chain breaks at event 2" in read(auditor, idea)[1]


def test_a_long_trail_comes_in_pages(cast: Cast, auditor: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "PAGE", 1)
    idea = play.submit(cast)
    first, second = read(auditor, idea)[1], read(auditor, idea, "1")[1]
    assert 'href="?after=1"' in first
    assert tuple(part for part in ("<b>1. ", "<b>2. ") if part in first + second) == ("<b>1. ", "<b>2. ")
    assert "<b>2. " not in first
