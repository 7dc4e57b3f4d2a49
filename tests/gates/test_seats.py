"""Seats: filled from the pool, given by hand, left, voided; law 1 at seating."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock, working_days
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people.models import Person, PrivateLink
from tests.factories import (
    AbsenceFactory,
    CallFactory,
    DepartmentFactory,
    GateRoundFactory,
    IdeaFactory,
    PersonFactory,
    SeatFactory,
    TeamMemberFactory,
)
from tests.journey.cast import act
from workflows.gates import actions
from workflows.gates.models import GateRound, Seat, Vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> Person:
    return PersonFactory(department=DepartmentFactory(service=True))


@pytest.fixture
def lead() -> Person:
    return PersonFactory(employed=True, role="programme_lead", mandate="programme_lead")


@pytest.fixture
def round_(author: Person, lead: Person) -> GateRound:
    """At G1, waiting for its panel."""
    idea = IdeaFactory(author=author, live=True, stage="review")
    return GateRoundFactory(idea=idea, state="seating", opened_at=None)


def pool(members: int = 4, chairs: int = 1) -> list[Person]:
    return [PersonFactory(employed=True, role="panel_member") for _ in range(members)] + [
        PersonFactory(employed=True, role="chair") for _ in range(chairs)
    ]


def fill(round_: GateRound) -> GateRound:
    actions.fill_seats(round_key=str(round_.key))
    round_.refresh_from_db()
    return round_


def sitting(round_: GateRound) -> set[Person]:
    return {seat.person for seat in Seat.objects.filter(round=round_, state="open").select_related("person")}


def verbs(round_: GateRound) -> list[str]:
    events = Event.objects.filter(subject_key=round_.idea.key).order_by("sequence")
    return list(events.values_list("verb", flat=True))


def test_a_panel_is_seated_and_asked(round_: GateRound) -> None:
    people = set(pool())
    assert fill(round_).state == "open"
    assert sitting(round_) == people
    assert set(WorkItem.objects.filter(verb="vote", closed_at=None).values_list("person", flat=True)) == {
        person.pk for person in people
    }
    assert Seat.objects.get(round=round_, is_chair=True).person.role_grants.get().role == "chair"
    assert verbs(round_) == ["panel_seated"]


def test_seating_twice_is_seating_once(round_: GateRound) -> None:
    pool()
    fill(round_)
    fill(round_)
    assert Seat.objects.filter(round=round_).count() == 5
    assert verbs(round_) == ["panel_seated"]


def test_nobody_close_absent_or_overloaded_is_seated(round_: GateRound, author: Person) -> None:
    people = set(pool())
    close, linked, absent, busy = pool(4, 0)
    TeamMemberFactory(idea=round_.idea, person=close)
    PrivateLink.objects.create(owner=linked, other=author)
    AbsenceFactory(person=absent)
    for _ in range(6):
        SeatFactory(person=busy)
    soft = PersonFactory(department=author.posts.get().department, role="panel_member")
    assert soft not in people
    fill(round_)
    assert sitting(round_) == people


def test_without_a_panel_the_lead_is_asked_once_and_told_why(round_: GateRound, lead: Person) -> None:
    pool(members=2, chairs=0)
    fill(round_)
    fill(round_)
    assert round_.state == "seating"
    assert not sitting(round_)
    item = WorkItem.objects.get(closed_at=None)
    assert (item.person, item.verb) == (lead, "seat_panel")
    events = Event.objects.filter(subject_key=round_.idea.key)
    assert [event.payload["missing"] for event in events] == [["chair", "people"]]


@pytest.mark.parametrize(
    ("gate", "votes_until", "panel_by"),
    [
        ("G1", (date(2026, 6, 26), date(2026, 7, 17)), date(2026, 6, 17)),
        ("G2", (None, date(2026, 6, 19)), date(2026, 6, 12)),
        ("G1", (date(2026, 6, 9), date(2026, 7, 17)), date(2026, 6, 9)),
        ("G1", (date(2026, 6, 5), date(2026, 7, 17)), date(2026, 6, 9)),
    ],
    ids=["half of 14 days", "half of 9, by the decision’s day alone", "a day left", "none left"],
)
def test_a_panel_is_to_be_found_while_there_is_time_to_vote(
    author: Person, lead: Person, gate: str, votes_until: tuple[date | None, date], panel_by: date
) -> None:
    """Monday 8 June 2026. The decision’s day is no day for a panel, which has to read and vote before it."""
    review, due = (day and working_days.end_of_day(day, "Europe/Paris") for day in votes_until)
    idea = IdeaFactory(author=author, live=True)
    with clock.moved(datetime(2026, 6, 8, 9, tzinfo=UTC)):
        fill(
            GateRoundFactory(
                idea=idea, gate=gate, state="seating", opened_at=None, review_due_at=review, due_at=due
            )
        )
    item = WorkItem.objects.get(verb="seat_panel")
    assert item.due_at == working_days.end_of_day(panel_by, "Europe/Paris")


def test_g0_prefers_a_lead_with_a_delegation(author: Person, lead: Person) -> None:
    for _ in range(3):
        PersonFactory(employed=True, role="programme_lead")
    idea = IdeaFactory(author=author, live=True)
    g0 = fill(GateRoundFactory(idea=idea, gate="G0", state="seating"))
    assert sitting(g0) == {lead}


# --- By hand ------------------------------------------------------------------------------------------------


def give(round_: GateRound, lead: Person, person: Person | None = None, **more: Any) -> Seat:
    person = person or PersonFactory(employed=True)
    return actions.seat(round_key=str(round_.key), person=person, by=act(lead), **more)


def test_a_lead_completes_a_panel(round_: GateRound, lead: Person) -> None:
    give(round_, lead, chair=True)
    for _ in range(4):
        give(round_, lead)
    round_.refresh_from_db()
    assert round_.state == "open"
    assert verbs(round_) == ["seated"] * 4 + ["panel_seated"]
    assert WorkItem.objects.filter(verb="vote", closed_at=None).count() == 5
    # Each seat is opened by one event, once.
    opened = [
        line["seat"]
        for event in Event.objects.filter(subject_key=round_.idea.key)
        for line in event.effects
        if line["what"] == "seat"
    ]
    assert len(opened) == len(set(opened)) == 5


def test_only_those_who_have_not_voted_are_asked_again(round_: GateRound, lead: Person) -> None:
    voted = SeatFactory(round=round_, is_chair=True)
    Vote.objects.create(
        seat=voted, choice="go", content_version=1, cast_by=voted.person, cast_at=round_.entered_at
    )
    for _ in range(4):
        give(round_, lead)
    assert not WorkItem.objects.filter(person=voted.person).exists()
    assert WorkItem.objects.filter(verb="vote", closed_at=None).count() == 4


def refusal(kind: type[Exception], round_: GateRound, lead: Person, *args: Any, **more: Any) -> Any:
    before = Seat.objects.count(), Event.objects.count()
    with pytest.raises(kind) as refused, transaction.atomic():
        give(round_, lead, *args, **more)
    assert (Seat.objects.count(), Event.objects.count()) == before
    return refused.value


def test_law_1_at_seating(round_: GateRound, lead: Person, author: Person) -> None:
    """One sentence for every reason: a private link is not told from a post."""
    linked = PersonFactory(employed=True)
    PrivateLink.objects.create(owner=linked, other=author)
    said = {
        str(refusal(NotAllowed, round_, lead, person))
        for person in (author, linked, PersonFactory(employed=True, manager=author), PersonFactory(departed=True))
    }  # fmt: skip
    assert len(said) == 1


def test_an_administrator_never_sits_by_hand_either(round_: GateRound, lead: Person) -> None:
    """Here, that is: who configures another programme is a guest like any other."""
    refused = refusal(NotAllowed, round_, lead, PersonFactory(employed=True, role="administrator"))
    assert refused.code == "seat.administrator"
    assert "ne vote jamais" in str(refused)
    give(round_, lead, PersonFactory(employed=True, role="administrator", role__programme_key="ailleurs"))


def test_a_soft_conflict_needs_its_reason(round_: GateRound, lead: Person, author: Person) -> None:
    close = PersonFactory(department=author.posts.get().department)
    assert "conflict_reason" in refusal(Invalid, round_, lead, close).fields
    seat = give(round_, lead, close, conflict_reason=" Seule experte du sujet. ")
    assert seat.conflict_reason == "Seule experte du sujet."
    assert not seat.other_department


def test_a_seat_is_given_once(round_: GateRound, lead: Person) -> None:
    left = SeatFactory(round=round_, state="aside")
    assert refusal(NotAllowed, round_, lead, left.person).code == "seat.hard_conflict"
    sits = SeatFactory(round=round_)
    assert refusal(Conflict, round_, lead, sits.person).code == "seat.twice"


def test_one_chair_and_somebody_from_elsewhere(round_: GateRound, lead: Person, author: Person) -> None:
    home = author.posts.get().department
    for _ in range(4):
        SeatFactory(round=round_, other_department=False)
    assert "chair" in refusal(Invalid, round_, lead).fields
    at_home = PersonFactory(department=home)
    fields = refusal(Invalid, round_, lead, at_home, chair=True, conflict_reason="Expert").fields
    assert set(fields) == {"person"}
    Seat.objects.filter(pk=Seat.objects.filter(round=round_).first().pk).update(is_chair=True)  # type: ignore[union-attr]
    assert set(refusal(Invalid, round_, lead, chair=True).fields) == {"chair"}
    give(round_, lead)
    assert refusal(Conflict, round_, lead).code == "seat.none_free"


def test_only_a_lead_without_a_link_gives_seats(round_: GateRound, author: Person) -> None:
    assert refusal(NotAllowed, round_, PersonFactory(employed=True)).code == "seat.not_lead"
    close = PersonFactory(employed=True, role="programme_lead", manager=author)
    assert refusal(NotAllowed, round_, close).code == "seat.not_lead"


def test_a_decided_round_takes_nobody(round_: GateRound, lead: Person) -> None:
    GateRound.objects.filter(pk=round_.pk).update(state="void", closed_at=round_.entered_at)
    assert refusal(Conflict, round_, lead).code == "round.closed"


# --- Leaving ------------------------------------------------------------------------------------------------


def test_stepping_aside_calls_a_substitute(round_: GateRound, run_jobs: Any) -> None:
    people = set(pool(members=6))
    fill(round_)
    seat = Seat.objects.filter(round=round_, is_chair=False).first()
    assert seat is not None
    Vote.objects.create(
        seat=seat, choice="go", content_version=1, cast_by=seat.person, cast_at=round_.entered_at
    )
    actions.step_aside(seat_key=seat.key, by=act(seat.person))
    assert Vote.objects.get().end_reason == "stepped_aside"
    assert not WorkItem.objects.filter(person=seat.person, closed_at=None).exists()
    run_jobs()
    round_.refresh_from_db()
    assert round_.state == "open"
    assert len(sitting(round_)) == 5
    assert seat.person not in sitting(round_)
    assert sitting(round_) <= people
    assert verbs(round_) == ["panel_seated", "stepped_aside", "panel_seated"]
    with pytest.raises(Conflict):
        actions.step_aside(seat_key=seat.key, by=act(seat.person))


def test_a_chair_who_leaves_is_followed_by_a_chair_from_elsewhere(
    round_: GateRound, author: Person, run_jobs: Any
) -> None:
    """The chair was the only one from another department; the one seat left is for someone who is both."""
    chair = SeatFactory(round=round_, is_chair=True, person=PersonFactory(employed=True, role="chair"))
    for _ in range(4):
        SeatFactory(round=round_, other_department=False)
    GateRound.objects.filter(pk=round_.pk).update(state="open")
    big = author.posts.get().department
    for _ in range(10):
        PersonFactory(department=big)
    PersonFactory(department=big, role="chair")
    other = PersonFactory(employed=True, role="chair")
    actions.step_aside(seat_key=chair.key, by=act(chair.person))
    run_jobs()
    assert Seat.objects.get(round=round_, state="open", is_chair=True).person == other


def test_nobody_leaves_anothers_seat(round_: GateRound) -> None:
    seat = SeatFactory(round=round_)
    with pytest.raises(NotFound):
        actions.step_aside(seat_key=seat.key, by=act(PersonFactory()))


def test_a_vote_of_someone_who_came_too_close_is_voided_and_kept(
    round_: GateRound, author: Person, run_jobs: Any
) -> None:
    pool(members=5)
    fill(round_)
    seat = Seat.objects.filter(round=round_, is_chair=False).first()
    assert seat is not None
    Vote.objects.create(
        seat=seat, choice="go", content_version=1, cast_by=seat.person, cast_at=round_.entered_at
    )
    assert actions.void_conflicted(round_key=round_.key) == 0
    TeamMemberFactory(idea=round_.idea, person=seat.person)
    assert actions.void_conflicted(round_key=round_.key) == 1
    assert actions.void_conflicted(round_key=round_.key) == 0
    vote = Vote.objects.get()
    assert (vote.in_force, vote.end_reason) == (False, "conflict")
    run_jobs()
    round_.refresh_from_db()
    assert (round_.state, len(sitting(round_))) == ("open", 5)


def test_the_seating_job_stays_within_its_queries(
    round_: GateRound, django_assert_max_num_queries: Any
) -> None:
    """The same with twenty able people as with five."""
    pool(members=16, chairs=4)
    with django_assert_max_num_queries(25):
        fill(round_)
    assert round_.state == "open"


def test_the_database_holds_one_open_round_and_one_vote(round_: GateRound) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        GateRoundFactory(idea=round_.idea, number=2)
    seat = SeatFactory(round=round_)
    for number in range(2):
        cast = Vote(seat=seat, choice="go", content_version=1, cast_by=seat.person, cast_at=round_.entered_at)
        if number:
            with pytest.raises(IntegrityError), transaction.atomic():
                cast.save()
        else:
            cast.save()


def test_names_settings_of_the_call_are_frozen_with_the_rules(author: Person) -> None:
    from workflows.gates.configuration import pinned

    idea = IdeaFactory(author=author, live=True, call=CallFactory(authors_hidden=True, voters_hidden=False))
    _configuration, rules, number = pinned(idea, "G1")
    assert (rules["authors_hidden"], rules["voters_hidden"], number) == (True, False, 1)
