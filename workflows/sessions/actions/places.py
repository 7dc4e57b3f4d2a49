"""Places after the list is settled: an idea leaves, and the waiting list moves up by itself."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.deferring import defer
from incubator.lib.refusals import Conflict
from incubator.people.actors import WAITING_LIST, Actor
from workflows.gates import hooks
from workflows.gates.actions.closing import opinion_keys
from workflows.gates.actions.rounds import close_seats, seat_keys
from workflows.gates.actions.seating import ask_decision
from workflows.gates.models import GateRound, Seat
from workflows.sessions import rules
from workflows.sessions.actions import common
from workflows.sessions.models import SelectionSession, SessionIdea

State = SelectionSession.State


def standing_lines(idea: Idea) -> list[SessionIdea]:
    """The idea's lines in the sessions that still concern it, the newest first: the order in which they are locked."""
    lines = SessionIdea.objects.filter(idea=idea, left_at=None).exclude(session__state=State.VOID)
    return list(lines.select_related("session", "round").order_by("-session_id"))


def waits_for_place(idea: Idea) -> bool:
    """Whether the idea is on a waiting list that still runs: it moves up by itself, and by nobody's hand."""
    today = clock.today(idea.programme.entity.time_zone)
    return any(
        line.result == "waiting" and today <= line.session.waiting_until for line in standing_lines(idea)
    )


def on_left(
    idea: Idea, by: Actor, gate: str | None = None, *, before: SelectionSession | None = None
) -> None:
    """An idea ends, or is held at a gate: its place, if it had one, is free. The caller holds the idea's lock.

    `gate`: where the idea is held; a place given at another gate has been used and is kept. None: the idea has
    ended, and every place it had is free. `before`: a session that compares the idea anew; earlier ones let it go.
    """
    for line in standing_lines(idea):
        if before is not None and line.session_id >= before.pk:
            continue
        if (gate is None or gate == line.session.gate) and _holds_something(line):
            with common.locked_session(line.session.key) as session:
                change = leave(session, line)
                ask_closing(session)
                common.record(session, "idea_left", by, [change])


def _holds_something(line: SessionIdea) -> bool:
    """Whether there is something to leave: a place, a wait, or a decision that will now not come."""
    return line.result in ("", "selected", "waiting") or line.round.state != "decided"


def leave(session: SelectionSession, line: SessionIdea) -> dict[str, Any]:
    """The line is out; once the list is settled, a job gives the place to who waits. Gives the effect."""
    from workflows.sessions.jobs import move_up_in

    line.left_at = clock.now()
    if session.state in (State.SETTLED, State.CLOSED):
        last = SessionIdea.objects.filter(session=session).aggregate(Max("left_number"))["left_number__max"]
        line.left_number = (last or 0) + 1
        # A job: it locks all ideas of the session, in their order, and this act holds one of them.
        defer(move_up_in.configure(), session_key=str(session.key), at=clock.moved_to())
    line.save(update_fields=["left_at", "left_number"])
    return effect("place", line.result or None, "left", idea=str(line.idea.key))


def move_up(*, session_key: Any) -> list[SessionIdea]:
    """Give free places to the waiting list in its order. Run twice, it finds nothing left to do.

    An idea held while it waited comes back to its gate with the opinion it had; whoever decides is asked.
    """
    with common.locked_with_ideas(session_key) as (session, lines):
        if session.state not in (State.SETTLED, State.CLOSED) or session.record is None:
            return []
        now = rules.standing(session.record, left_of(session))
        moved = [
            line
            for line in lines
            if line.result == "waiting" and now.results[str(line.idea.key)] == "selected"
        ]
        if not moved:
            return []
        for line in moved:
            line.result, line.moved_up_at = SessionIdea.Result.SELECTED, clock.now()
            _reopen(session, line)
        if undecided(session):
            # Decided before and asked again: the session waits for it.
            inbox.close(f"close_session:{session.key}")
        effects = [effect("place", "waiting", "selected", idea=str(line.idea.key)) for line in moved]
        common.record(session, "moved_up", WAITING_LIST, effects)
        return moved


def undecided(session: SelectionSession) -> int:
    """How many ideas of the list have no issued decision yet, those that left, or whose decision is put off, apart."""
    there = SessionIdea.objects.filter(session=session, left_at=None, round__comparison__put_off__isnull=True)
    return there.exclude(round__decision__issued_at__isnull=False).count()


def on_opinion_lost(idea: Idea, by: Actor, round_: GateRound) -> list[dict[str, Any]]:
    """Handler of `opinion_lost`: after the list is settled the session no longer waits for this idea's decision.

    Before, `settle` looks at each opinion.
    """
    for line in standing_lines(idea):
        settled = line.session.state in (State.SETTLED, State.CLOSED)
        if line.round_id != round_.pk or not settled or is_put_off(round_):
            continue
        with common.locked_session(line.session.key) as session:
            effects = [put_off(round_, line)]
            round_.save(update_fields=["comparison"])
            ask_closing(session)
            common.record(session, "decision_put_off", by, effects)
            return [effect("decision", None, "put_off", round=str(round_.key))]
    return []


def put_off(round_: GateRound, line: SessionIdea) -> dict[str, Any]:
    """The panel's opinion lacks something since the shortlist was drawn: the idea keeps what the list gave it, and is
    decided at its own round once the panel is complete. The caller saves the comparison. Gives the effect."""
    assert round_.comparison is not None, "only an idea in a session is put off"
    round_.comparison |= {"put_off": True}
    return effect("decision", None, "put_off", idea=str(line.idea.key))


def is_put_off(round_: GateRound) -> bool:
    return bool(round_.comparison and round_.comparison.get("put_off"))


def ask_closing(session: SelectionSession) -> None:
    """After the last decision the lead, or whoever stands in the lead's place, is asked to close the session."""
    if session.state == State.SETTLED and not undecided(session):
        inbox.close(f"decide_session:{session.key}")
        common.ask(session, common.who_leads(session), "close_session", common.time_to_act(session))


def left_of(session: SelectionSession) -> list[str]:
    """Keys of the ideas that left a settled list in time to give a place to someone, in the order in which they did.

    In time is up to the last day of the waiting list, whenever the job runs.
    """
    gone = SessionIdea.objects.filter(
        session=session, left_number__isnull=False, left_at__lte=list_ends_at(session)
    ).order_by("left_number")
    return [str(key) for key in gone.values_list("idea__key", flat=True)]


def list_ends_at(session: SelectionSession) -> datetime:
    """The last instant of the waiting list, where the entity is."""
    zone = ZoneInfo(session.call.programme.entity.time_zone)
    return datetime.combine(session.waiting_until, time.max, zone)


def comparison(session: SelectionSession, line: SessionIdea, waiting: Sequence[str]) -> dict[str, Any]:
    """What the round keeps of the session, and its record with it: the place, and what it was out of."""
    key, frozen = str(line.idea.key), session.record
    assert frozen is not None, "a settled session has its record"
    means = {one["idea"]: one["mean"] for one in frozen["outcome"]["list"]}
    return {
        "session": str(session.key),
        "drawn": True,
        "result": line.result,
        "rank": line.rank,
        "waiting": waiting.index(key) + 1 if key in waiting else None,
        "places": session.rules["places"],
        "heard": session.rules["heard"],
        "mean": means.get(key),
        "least": rules.least_mean(frozen, frozen["outcome"]),
        "held_on": clock_day(session),
    }


def carried(idea: Idea, gate: str) -> dict[str, Any] | None:
    """What binds an idea that comes back to the gate of a settled session without a place, until a new one.

    A place given up is none: nobody passes the list by being held and woken, or by completing a text.
    """
    settled = SessionIdea.objects.filter(idea=idea, session__call=idea.call_id, session__gate=gate)
    line = (
        settled.exclude(result="")
        .exclude(session__state=State.VOID)
        .select_related("idea", "session__call__programme__entity")
        .order_by("-pk")
        .first()
    )
    if line is None or (line.result == "selected" and line.left_at is None):
        return None
    found = comparison(line.session, line, [])
    del found["drawn"]
    given_up = line.result == "selected"
    result = "not_selected" if given_up else line.result
    return found | {"result": result, "carried": True, "given_up": given_up}


def clock_day(session: SelectionSession) -> str:
    """The local day of the session, as ISO text."""
    zone = ZoneInfo(session.call.programme.entity.time_zone)
    return session.held_at.astimezone(zone).date().isoformat()


def _reopen(session: SelectionSession, line: SessionIdea) -> None:
    """The decision on a line that has moved up is asked for: at its open round, or at a new one after its hold."""
    idea, seats, waits = line.idea, None, is_put_off(line.round)
    effects = [effect("place", "waiting", "selected")]
    if line.round.state == "decided":
        assert line.round.record is not None
        seats = line.round.record["seats"]
        effects += hooks.fire("place_freed", idea=idea, by=WAITING_LIST, cause=line)
        line.round = GateRound.objects.get(idea=idea, gate=session.gate, state__in=["seating", "open"])
        _release_panel(line.round)
        line.round.state, line.round.opened_at = "open", clock.now()
        effects.append(effect("round", "seating", "open", round=str(line.round.key)))
    line.round.comparison = comparison(session, line, []) | ({"seats": seats} if seats is not None else {})
    if waits and seats is None:
        put_off(line.round, line)
    else:
        inbox.close(f"seat_panel:{line.round.key}")
        ask_decision(line.round, idea)
    line.round.save(update_fields=["state", "opened_at", "comparison"])
    line.save(update_fields=["result", "moved_up_at", "round"])
    common.record_on_ideas([(idea, effects)], "moved_up", WAITING_LIST, session)


def _release_panel(round_: GateRound) -> None:
    """An idea taken up again before its place was free has a new panel, whose opinion counts no more: nobody is asked
    for it."""
    seats = Seat.objects.filter(round=round_, state="open").values_list("key", flat=True)
    inbox.close(*opinion_keys(round_), *[item for key in seats for item in seat_keys(key)])
    close_seats(round_, clock.now())


def check_not_waiting(idea: Idea) -> None:
    """Raises Conflict for an idea on a waiting list: nobody lets it pass the others."""
    if waits_for_place(idea):
        raise Conflict(
            _(
                "This idea is on the waiting list of a selection session: it moves up by itself when a place is free."
            ),
            code="wake.waiting_list",
        )
