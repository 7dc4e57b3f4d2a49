"""What changes around a consultation is seen without anybody asking: teams, posts, links, roles, delegations."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from incubator.people.models import Mandate, Person, RoleGrant
from tests.factories import (
    AbsenceFactory,
    DepartmentFactory,
    GateRoundFactory,
    IdeaFactory,
    MandateFactory,
    PersonFactory,
    SeatFactory,
)
from tests.gates import stage
from tests.journey.cast import act
from workflows.gates import jobs
from workflows.gates.actions import fill_seats
from workflows.gates.models import Decision, GateRound, Seat, Vote

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]


@pytest.fixture
def idea() -> Idea:
    return IdeaFactory(
        author=PersonFactory(department=DepartmentFactory(service=True)), live=True, stage="review"
    )


@pytest.fixture
def round_(idea: Idea) -> GateRound:
    """Two seats, both voted; a DGA is asked to decide."""
    PersonFactory(employed=True, mandate="dga")
    found = GateRoundFactory(idea=idea, changes={"seats": 2, "quorum": 1, "diversity": None})
    for chair in (True, False):
        person = PersonFactory(employed=True, role="chair" if chair else "panel_member")
        SeatFactory(round=found, is_chair=chair, person=person)
    for seat in stage.seats_of(found):
        stage.cast_vote(seat)
    assert WorkItem.objects.filter(verb="decide", closed_at=None).count() == 1
    return found


def member(round_: GateRound) -> Seat:
    return Seat.objects.select_related("person").get(round=round_, is_chair=False)


def author_of(idea: Idea) -> Person:
    return idea.team.get(role="author").person


def joins(idea: Idea, person: Person) -> None:
    drafting.invite(idea=idea, by=act(author_of(idea)), person=person)
    drafting.accept_invitation(idea=idea, by=act(person))


def links(idea: Idea, person: Person) -> None:
    people.note_private_link(other=author_of(idea), by=act(person))


def reports(idea: Idea, person: Person) -> None:
    people.assign(person=person, department=DepartmentFactory(), by=IMPORT, line_manager=author_of(idea))


@pytest.mark.parametrize("comes_close", [joins, links, reports])
def test_a_vote_is_set_aside_as_soon_as_its_holder_comes_too_close(
    round_: GateRound, idea: Idea, run_jobs: Run, comes_close: Callable[[Idea, Person], None]
) -> None:
    seat = member(round_)
    run_jobs()
    comes_close(idea, seat.person)
    run_jobs()
    seat.refresh_from_db()
    assert seat.state == "voided"
    assert Vote.objects.filter(seat=seat, in_force=False, end_reason="conflict").count() == 1
    assert not WorkItem.objects.filter(verb="decide", closed_at=None).exists()
    assert Event.objects.filter(subject_key=idea.key, verb="votes_voided").count() == 1


def test_whoever_came_too_close_is_no_longer_asked_to_decide(
    round_: GateRound, idea: Idea, run_jobs: Run
) -> None:
    other = PersonFactory(employed=True, mandate="dga")
    asked = WorkItem.objects.get(verb="decide", closed_at=None).person
    joins(idea, asked)
    run_jobs()
    assert [item.person for item in WorkItem.objects.filter(verb="decide", closed_at=None)] == [other]


def test_a_link_of_someone_without_a_seat_costs_nothing(idea: Idea, round_: GateRound, run_jobs: Run) -> None:
    run_jobs()
    links(idea, PersonFactory(employed=True))
    assert "gates.look_for_conflicts" not in run_jobs()


# --- Ends of roles and delegations --------------------------------------------------------------------------


def unvoted(idea: Idea) -> Seat:
    found = GateRoundFactory(idea=idea, changes={"seats": 1, "quorum": 1, "diversity": None})
    person = PersonFactory(employed=True, role="panel_member")
    PersonFactory(employed=True, role="panel_member")
    return SeatFactory(round=found, person=person)


def taken_back(grant: RoleGrant) -> None:
    people.end_grant(grant=grant, by=IMPORT)


def lapsed(grant: RoleGrant) -> None:
    RoleGrant.objects.filter(pk=grant.pk).update(ends_at=clock.now() - timedelta(hours=1))
    jobs.a_new_day()


@pytest.mark.parametrize("ends", [taken_back, lapsed])
def test_an_unvoted_seat_goes_to_a_substitute_when_its_role_ends(
    idea: Idea, run_jobs: Run, ends: Callable[[RoleGrant], None]
) -> None:
    seat = unvoted(idea)
    ends(seat.person.role_grants.get())
    run_jobs()
    seat.refresh_from_db()
    assert seat.state == "replaced"
    assert Seat.objects.filter(round=seat.round, state="open").exclude(person=seat.person).count() == 1


def test_a_cast_vote_stands_when_the_role_ends(idea: Idea, run_jobs: Run) -> None:
    seat = unvoted(idea)
    stage.cast_vote(seat)
    lapsed(seat.person.role_grants.get())
    run_jobs()
    seat.refresh_from_db()
    assert seat.state == "open"


def test_a_guest_seated_by_hand_keeps_the_seat(idea: Idea, run_jobs: Run) -> None:
    """No role gave it; the end of another role takes nothing away."""
    guest = PersonFactory(guest=True, role="expert")
    seat = SeatFactory(round=GateRoundFactory(idea=idea), person=guest)
    lapsed(guest.role_grants.get())
    run_jobs()
    seat.refresh_from_db()
    assert seat.state == "open"


def test_when_a_delegation_lapses_the_decision_is_asked_of_another(round_: GateRound, run_jobs: Run) -> None:
    former = WorkItem.objects.get(verb="decide", closed_at=None).person
    Mandate.objects.filter(holder=former).update(ends_on=clock.today())
    new = PersonFactory(employed=True)
    MandateFactory(holder=new, capacity="dga", starts_on=clock.today())
    jobs.a_new_day()
    run_jobs()
    assert [item.person for item in WorkItem.objects.filter(verb="decide", closed_at=None)] == [new]


def test_a_draft_whose_writer_may_no_longer_decide_is_set_aside(idea: Idea, run_jobs: Run) -> None:
    writer, other = (
        PersonFactory(employed=True, role="programme_lead", mandate="programme_lead") for _ in range(2)
    )
    g0 = GateRoundFactory(idea=idea, gate="G0")
    seat = SeatFactory(round=g0, person=writer)
    stage.cast_vote(seat, "not_now", comment_to_authors="Relève de la métropole.")
    Decision.objects.create(
        round=g0, outcome="stop", reasons="Relève de la métropole.", decider=writer,
        mandate=writer.mandates.get(), capacity="programme_lead", drafted_at=clock.now(),
    )  # fmt: skip
    Mandate.objects.filter(holder=writer).update(ends_on=clock.today())
    jobs.a_new_day()
    run_jobs()
    assert not Decision.objects.filter(round=g0).exists()
    assert [item.person for item in WorkItem.objects.filter(verb="decide", closed_at=None)] == [other]


def test_whoever_is_back_from_leave_is_seated_where_no_panel_was_found(idea: Idea) -> None:
    found = GateRoundFactory(idea=idea, state="seating", changes={"seats": 1, "quorum": 1, "diversity": None})
    lead, member = (PersonFactory(employed=True, role=role) for role in ("programme_lead", "panel_member"))
    leave = AbsenceFactory(person=member, deputy=None)
    fill_seats(round_key=str(found.key))
    jobs.a_new_day()
    assert list(WorkItem.objects.filter(closed_at=None).values_list("verb", "person")) == [
        ("seat_panel", lead.pk)
    ]
    with clock.moved(clock.now() + timedelta(days=(leave.ends_on - clock.today()).days + 1)):
        jobs.a_new_day()
    assert list(WorkItem.objects.filter(closed_at=None).values_list("verb", "person")) == [
        ("vote", member.pk)
    ]


def test_a_new_day_in_which_nothing_ended_defers_nothing(round_: GateRound, run_jobs: Run) -> None:
    run_jobs()
    before = Event.objects.count()
    jobs.a_new_day()
    assert run_jobs() == []
    assert Event.objects.count() == before
