"""A member of an idea's panel leaves after the shortlist is drawn: the session is decided and closed all the same."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.events.queries import verify
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.messages.models import Message
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from incubator.people.models import Person
from tests.factories import PersonFactory, TeamMemberFactory
from tests.gates.stage import cast_vote, signed_in
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.clock.actions import tick
from workflows.gates import actions as gates
from workflows.gates.models import Decision, GateRound, Seat
from workflows.gates.replay import replay as all_closed
from workflows.sessions import actions
from workflows.sessions.models import SelectionSession

TOO_MANY = 9
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def jury() -> Jury:
    return Jury()


def panel(idea: Idea, *, quorum: int = 3, seats: int = 3) -> GateRound:
    """A panel of three who have all voted; with more seats than the pool has people, no substitute is found."""
    round_ = GateRound.objects.get(idea=idea, gate="G1")
    round_.rules |= {"seats": seats, "quorum": quorum}
    round_.save(update_fields=["rules"])
    return round_


def aside(round_: GateRound, jury: Jury) -> None:
    """The second member leaves, without a reason."""
    gates.step_aside(seat_key=round_.seats.get(person=jury.readers[1]).key, by=act(jury.readers[1]))


def asked(verb: str, idea: Idea | None = None) -> list[Any]:
    items = WorkItem.objects.filter(verb=verb, closed_at=None).select_related("person").order_by("pk")
    return [item.person for item in (items if idea is None else items.filter(subject_key=idea.key))]


def substitute(round_: GateRound) -> Seat:
    return Seat.objects.select_related("person", "round").get(
        round=round_, state="open", substitute_for__isnull=False
    )


def settled(session: SelectionSession, jury: Jury) -> SelectionSession:
    actions.open_session(session_key=session.key, by=act(jury.lead))
    for member in session.members.all():
        actions.set_present(session_key=session.key, member_key=member.key, present=True, by=act(jury.lead))
    stage.all_vote(session, jury, [4, 3])
    actions.settle(session_key=session.key, by=act(jury.lead))
    session.refresh_from_db()
    return session


def convened(jury: Jury) -> SelectionSession:
    session = stage.prepared(jury, heard=2)
    actions.convene(session_key=session.key, by=act(jury.lead))
    session.refresh_from_db()
    return session


def closes(session: SelectionSession, jury: Jury, run_jobs: Callable[[], object]) -> None:
    """Everything of the session ends, and the record replays equal."""
    run_jobs()
    assert asked("close_session") == [jury.lead]
    actions.close(session_key=session.key, by=act(jury.lead))
    assert not WorkItem.objects.filter(subject_kind="session", closed_at=None).exists()
    assert not [one for one in all_closed() if one.differences]
    assert not verify().broken


@pytest.mark.parametrize("leaves", ["aside", "link"])
def test_a_substitute_called_after_the_shortlist_reads_and_votes_and_all_is_decided(
    jury: Jury, run_jobs: Callable[[], object], leaves: str
) -> None:
    ideas = [stage.at_selection(jury) for _ in range(2)]
    round_ = panel(ideas[0])
    session = convened(jury)
    drawn = stage.lines(session)[0].opinion
    if leaves == "aside":
        aside(round_, jury)
    else:
        TeamMemberFactory(idea=ideas[0], person=jury.readers[1])
        assert gates.void_conflicted(round_key=round_.key) == 1
    run_jobs()
    seat = substitute(round_)
    assert signed_in(seat.person).get(reverse("review", args=[seat.key])).status_code == 200
    cast_vote(seat)
    with pytest.raises(Conflict) as refused:
        cast_vote(seat, "not_now")
    assert refused.value.code == "vote.shortlist_drawn"
    settled(session, jury)
    assert stage.lines(session)[0].opinion == drawn, "the shortlist stays as it was drawn"
    stage.decide_all(session, jury)
    assert Decision.objects.get(round=round_).outcome == "go"
    closes(session, jury, run_jobs)


def test_a_seat_left_and_not_filled_delays_nothing_where_the_quorum_stands(
    jury: Jury, run_jobs: Callable[[], object]
) -> None:
    ideas = [stage.at_selection(jury) for _ in range(2)]
    round_ = panel(ideas[0], quorum=2, seats=TOO_MANY)
    session = convened(jury)
    aside(round_, jury)
    run_jobs()
    round_.refresh_from_db()
    assert (round_.state, asked("seat_panel")) == ("seating", [jury.lead])
    settled(session, jury)
    stage.decide_all(session, jury)
    decided = Event.objects.get(subject_key=ideas[0].key, verb="decided", payload__round=str(round_.key))
    assert (decided.effects[0]["from"], decided.effects[0]["to"]) == ("seating", "decided")
    assert asked("seat_panel") == []
    closes(session, jury, run_jobs)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_quorum_puts_that_decision_off_and_the_session_goes_on(
    jury: Jury, run_jobs: Callable[[], object], when: str
) -> None:
    """Nobody in the pool can sit: the lead is told, the others are decided, and the idea keeps its place."""
    ideas = [stage.at_selection(jury) for _ in range(2)]
    round_ = panel(ideas[0], seats=TOO_MANY)
    session = convened(jury)
    if when == "before":
        aside(round_, jury)
        settled(session, jury)
    else:
        settled(session, jury)
        aside(round_, jury)
    run_jobs()
    assert jury.lead in {one.person for one in Message.objects.filter(kind="decision_put_off")}
    assert asked("seat_panel") == [jury.lead]
    page = signed_in(jury.dga).get(reverse("session", args=[session.key])).content.decode()
    assert ("Décision reportée" in page, page.count('name="line"')) == (True, 1)
    other = stage.lines(session)[1]
    assert stage.results(session) == ["selected", "selected"]
    choice = {str(other.idea.key): stage.choice_for(other)}
    actions.decide(session_key=session.key, by=act(jury.dga), choices=choice)
    closes(session, jury, run_jobs)

    # The panel is completed after the session: the idea is decided with the place the list gave it.
    helper = jury.members[1]
    gates.seat(round_key=round_.key, person=helper, by=act(jury.lead))
    assert asked("vote", ideas[0]) == [helper]
    cast_vote(round_.seats.get(person=helper))
    assert asked("decide", ideas[0]) == [jury.dga]
    gates.decide(round_key=round_.key, by=act(jury.dga), choice=gates.Choice("go", stage.REASONS))
    assert not [one for one in all_closed() if one.differences]
    assert not verify().broken


def test_the_last_idea_left_undecided_does_not_keep_the_session_open(
    jury: Jury, run_jobs: Callable[[], object]
) -> None:
    ideas = [stage.at_selection(jury) for _ in range(2)]
    round_ = panel(ideas[0], seats=TOO_MANY)
    session = settled(convened(jury), jury)
    other = stage.lines(session)[1]
    choice = {str(other.idea.key): stage.choice_for(other)}
    actions.decide(session_key=session.key, by=act(jury.dga), choices=choice)
    assert asked("decide_session") == [jury.dga]
    aside(round_, jury)
    assert asked("decide_session") == []
    closes(session, jury, run_jobs)


def test_the_chair_may_settle_an_opinion_that_a_seat_left_tied(
    jury: Jury, run_jobs: Callable[[], object]
) -> None:
    """The chair abstained, and may take a side although the shortlist is drawn; asked once the panel's time is over."""
    jury.readers.append(PersonFactory(employed=True))
    idea, _other = [stage.at_selection(jury) for _ in range(2)]
    round_ = panel(idea, quorum=2, seats=TOO_MANY)
    chair = round_.seats.get(person=jury.readers[0])
    chair.votes.update(choice="abstain", scores={})
    round_.seats.get(person=jury.readers[3]).votes.update(choice="not_now")
    settled(convened(jury), jury)
    aside(round_, jury)
    with clock.moved(clock.now() + timedelta(days=90)):
        tick()
        assert asked("casting_vote") == [jury.readers[0]]
        cast_vote(chair)
        assert (asked("casting_vote"), asked("decide", idea)) == ([], [jury.dga])


def goes(decider: Person) -> None:
    people.depart(person=decider, on=clock.today(), by=IMPORT)


def delegation_ends(decider: Person) -> None:
    people.end_mandate(mandate=decider.mandates.get(), by=IMPORT)


@pytest.mark.parametrize("ends", [goes, delegation_ends])
@pytest.mark.parametrize("filled", [False, True])
def test_a_decision_due_beside_a_seat_left_is_asked_of_the_next_decider(
    jury: Jury, run_jobs: Callable[[], object], ends: Callable[[Person], None], filled: bool
) -> None:
    """Whether nobody was found for the seat, or a substitute has not voted yet: the decision waits for neither."""
    ideas = [stage.at_selection(jury) for _ in range(2)]
    round_ = panel(ideas[0], quorum=2, seats=3 if filled else TOO_MANY)
    settled(convened(jury), jury)
    aside(round_, jury)
    run_jobs()
    round_.refresh_from_db()
    assert round_.state == ("open" if filled else "seating")
    ends(jury.dga)
    run_jobs()
    successor = PersonFactory(employed=True)
    people.give_mandate(
        holder=successor,
        capacity="dga",
        entity=jury.call.programme.entity,
        reference="Arrêté 7",
        starts_on=clock.today(),
        by=IMPORT,
    )
    run_jobs()
    assert asked("decide", ideas[0]) == [successor]


def test_no_decision_is_asked_for_before_the_list_is_settled(
    jury: Jury, run_jobs: Callable[[], object]
) -> None:
    ideas = [stage.at_selection(jury) for _ in range(2)]
    round_ = panel(ideas[0], quorum=2, seats=TOO_MANY)
    convened(jury)
    aside(round_, jury)
    run_jobs()
    delegation_ends(jury.dga)
    run_jobs()
    assert asked("decide") == []
