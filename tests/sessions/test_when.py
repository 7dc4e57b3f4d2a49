"""A session held at another time, or not at all: whoever was called is told, calendars follow, nothing is left open."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.urls import reverse
from django.utils import translation

from incubator.events.queries import verify
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.messages.models import Message
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.gates.stage import signed_in
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates.models import GateRound
from workflows.gates.replay import replay as all_closed
from workflows.sessions import actions
from workflows.sessions.models import SelectionSession, SessionMember

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def jury() -> Jury:
    return Jury()


@pytest.fixture
def session(jury: Jury) -> SelectionSession:
    """Three ideas, two of them called to a hearing."""
    for level in (4, 3, 3):
        stage.at_selection(jury, level)
    found = stage.prepared(jury, heard=2)
    actions.convene(session_key=found.key, by=act(jury.lead))
    found.refresh_from_db()
    return found


def moved(session: SelectionSession, by: Person, days: int = 3, venue: str = "Salle 2") -> None:
    later = session.held_at + timedelta(days=days)
    actions.postpone(session_key=session.key, held_at=later, venue=venue, by=act(by))


def told(kind: str) -> set[Any]:
    return {message.person for message in Message.objects.filter(kind=kind).select_related("person")}


def those_called(session: SelectionSession, jury: Jury) -> set[Person]:
    teams = {line.idea.team.get(role="author").person for line in stage.heard(session)}
    return teams | set(jury.members)


def calendar(session: SelectionSession, person: Person) -> list[Any]:
    answer = signed_in(person).get(reverse("session-calendar", args=[session.key]))
    return list(icalendar.Calendar.from_ical(answer.content).events)


def test_a_postponed_session_keeps_its_order_and_tells_whoever_comes(
    jury: Jury, session: SelectionSession, run_jobs: Run
) -> None:
    run_jobs()
    before = [line.hearing_at for line in stage.heard(session)]
    entries = calendar(session, jury.members[0])
    moved(session, jury.lead)
    run_jobs()
    assert [line.hearing_at for line in stage.heard(session)] == [
        at + timedelta(days=3) for at in before if at
    ]
    assert told("session_moved") == those_called(session, jury)
    item = WorkItem.objects.get(verb="sit_in_session", person=jury.members[0], closed_at=None)
    session.refresh_from_db()
    assert (item.due_at, session.venue) == (session.held_at, "Salle 2")
    papers = session.documents.values_list("kind", "edition", "language", "state")
    assert set(papers) == {
        ("agenda", edition, language, "ready") for edition in (1, 2) for language in ("fr", "en")
    }
    for old, new in zip(entries, calendar(session, jury.members[0]), strict=True):
        assert old["uid"] == new["uid"]
        assert int(new["sequence"]) > int(old["sequence"])
        assert new.decoded("dtstart") - old.decoded("dtstart") == timedelta(days=3)
    actions.open_session(session_key=session.key, by=act(jury.lead))
    with pytest.raises(Conflict):
        moved(session, jury.lead)
    assert not verify().broken


def test_a_postponed_session_is_held_before_its_waiting_list_ends(
    jury: Jury, session: SelectionSession
) -> None:
    for days, field in ((-30, "held_at"), (400, "waiting_until")):
        with pytest.raises(Invalid) as refused:
            moved(session, jury.lead, days)
        assert field in refused.value.fields
    with pytest.raises(Invalid) as refused:
        moved(session, jury.lead, venue=" ")
    assert "venue" in refused.value.fields
    with pytest.raises(NotAllowed):
        moved(session, jury.members[1])


def test_a_session_is_moved_on_its_page(jury: Jury, session: SelectionSession) -> None:
    address = reverse("session-act", args=[session.key, "postpone"])
    day = clock.today() + timedelta(days=12)
    sent = {"held_on": day, "held_time": "14:00", "venue": "Salle 3", "request_key": new_key()}
    client = signed_in(jury.lead)
    for wrong in ({"held_on": clock.today() - timedelta(days=1)}, {"held_on": ""}, {"venue": ""}):
        assert client.post(address, sent | wrong | {"request_key": new_key()}).status_code == 422
    assert client.post(address, sent).status_code == 302
    session.refresh_from_db()
    assert (session.held_at.astimezone().date(), session.venue) == (day, "Salle 3")


def test_a_cancelled_session_tells_whoever_was_called_and_replays(
    jury: Jury, session: SelectionSession, run_jobs: Run
) -> None:
    """Under way, with votes: each idea is decided for itself again, the calendar entry is taken back."""
    actions.open_session(session_key=session.key, by=act(jury.lead))
    for member in SessionMember.objects.filter(session=session):
        actions.set_present(session_key=session.key, member_key=member.key, present=True, by=act(jury.lead))
    stage.all_vote(session, jury, [4, 3])
    actions.cancel(session_key=session.key, by=act(jury.lead))
    run_jobs()
    assert told("session_cancelled") == those_called(session, jury)
    assert {str(entry["status"]) for entry in calendar(session, jury.members[0])} == {"CANCELLED"}
    assert not WorkItem.objects.filter(subject_kind="session", closed_at=None).exists()
    assert not GateRound.objects.filter(gate="G1", comparison__isnull=False).exists()
    again = stage.prepared(jury, heard=2)
    assert again.rules["places"] == 2
    assert not [one for one in all_closed() if one.differences]
    assert not verify().broken


def test_a_session_cancelled_before_it_is_convened_tells_nobody(jury: Jury, run_jobs: Run) -> None:
    stage.at_selection(jury)
    found = stage.prepared(jury)
    actions.cancel(session_key=found.key, by=act(jury.lead))
    run_jobs()
    assert not told("session_cancelled")


def test_a_member_who_cannot_come_is_told_to_the_leads(
    jury: Jury, session: SelectionSession, run_jobs: Run
) -> None:
    member = SessionMember.objects.get(person=jury.members[1])
    actions.excuse_member(session_key=session.key, member_key=member.key, by=act(jury.members[1]))
    run_jobs()
    assert told("member_excused") == {jury.lead}


def test_the_lead_chooses_the_gate_among_those_where_ideas_stand(jury: Jury) -> None:
    from ideas.lock import locked
    from workflows import nodes
    from workflows.journey.actions.steps import PLACE

    stage.at_selection(jury)
    ahead = stage.at_selection(jury)
    with locked(ahead.pk) as idea:
        GateRound.objects.filter(idea=idea, gate="G1").update(state="void", closed_at=clock.now())
        nodes.move(idea, "go", act(jury.lead))
        nodes.move(idea, "ready", act(jury.lead))
        idea.save(update_fields=PLACE)
    assert [one.gate for one in actions.gates_of(jury.call)] == ["G1", "G2"]
    address, client = reverse("session-of-call", args=[jury.call.key]), signed_in(jury.lead)
    shown = client.get(address).content.decode()
    assert 'value="G1"' in shown
    assert 'value="G2"' in shown
    assert 'value="G0"' not in shown
    day = clock.today() + timedelta(days=10)
    sent = {"gate": "G2", "held_on": day, "held_time": "09:30", "venue": "Salle", "heard": 7, "quorum": 2}
    sent |= {"hearing_minutes": 20, "threshold": "2", "waiting_until": day + timedelta(days=90)}
    assert client.post(address, sent | {"gate": "G4", "request_key": new_key()}).status_code == 422
    assert client.post(address, sent | {"request_key": new_key()}).status_code == 302
    session = SelectionSession.objects.get()
    assert (session.gate, [line.idea for line in stage.lines(session)]) == ("G2", [ahead])
    # The other gate can still be compared, and the running session is one press away.
    shown = client.get(address).content.decode()
    assert 'value="G2"' not in shown
    assert reverse("session", args=[session.key]) in shown
