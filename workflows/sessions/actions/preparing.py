"""Before the session: its ideas, its rules, its members; convening draws the shortlist and states the tie rule."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ideas.calls.models import Call
from ideas.drafting.models import Idea
from ideas.lock import locked_in_order
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid
from incubator.people.actors import Actor
from workflows.gates import records
from workflows.gates.actions.seating import ask_decision
from workflows.gates.models import GateRound
from workflows.gates.queries import waiting_seats
from workflows.gates.rules import opinion
from workflows.sessions import rules
from workflows.sessions.actions import common, limits, places
from workflows.sessions.actions.documents import ask_document
from workflows.sessions.actions.members import check_distance, note_links, short_of_voters
from workflows.sessions.models import SelectionSession, SessionIdea, SessionMember

State = SelectionSession.State
SENTENCES = {
    "number": gettext_lazy("Give a number from 1 to 500."),
    "no_limit": gettext_lazy(
        "This call has neither places nor an envelope: a session compares under a limit."
    ),
    "full": gettext_lazy("All places of this call are taken."),
    "fewer_than_places": gettext_lazy("Hear at least as many ideas as there are places."),
    "ties": gettext_lazy("Choose each tie rule once."),
}


def prepare(
    *,
    call: Call,
    by: Actor,
    held_at: datetime,
    venue: str,
    waiting_until: date,
    heard: int,
    quorum: int,
    hearing_minutes: int = 20,
    ties: Sequence[str] = ("chair", "support", "opinion"),
    passing_over: bool = False,
    threshold: str = "2",
    gate: str = "G1",
) -> SelectionSession:
    """Open a session with every idea of the call that stands at the gate; their deciders wait for its list.

    The rules are stated here, before anyone is heard: places and envelope are what is left of the call's, ties are
    asked in this order and at last drawn by lot. Raises NotAllowed, Invalid with fields, Conflict when there is
    nothing to compare, or while others of the call still wait for a place.
    """
    by = common.check_leads(call.programme, by)
    stated = {
        "heard": heard,
        "quorum": quorum,
        "hearing_minutes": hearing_minutes,
        "ties": list(ties),
        "passing_over": passing_over,
        "threshold": threshold,
    }
    at_gate = _at_gate(call, gate)
    with locked_in_order(*at_gate.values_list("idea_id", flat=True).order_by("idea_id")) as ideas:
        # Read under the locks: an idea that was being decided meanwhile may have taken a place.
        limits.check_nobody_waits(call, gate)
        stated = limits.left(call, gate) | stated
        _check(stated, held_at, venue, waiting_until)
        found = {idea.pk: idea for idea in ideas}
        rounds = list(_at_gate(call, gate).filter(idea__in=found))
        _check_compared(call, gate, rounds)
        _check_hidden_voters(stated, rounds)
        stated |= {name: rounds[0].rules.get(name, True) for name in ("authors_hidden", "voters_hidden")}
        session = SelectionSession.objects.create(
            call=call,
            gate=gate,
            rules=stated,
            held_at=held_at,
            venue=venue.strip(),
            waiting_until=waiting_until,
            prepared_at=clock.now(),
        )
        _enter(session, [(round_, found[round_.idea_id]) for round_ in rounds], by)
        effects = [effect("session", None, "preparing", ideas=len(rounds))]
        common.record(session, "session_prepared", by, effects, call=str(call.key), gate=gate, rules=stated)
        return session


def gates_of(call: Call) -> list[GateRound]:
    """A round of each gate with a panel where ideas of the call are and no session compares them yet, in order."""
    held = SelectionSession.objects.filter(call=call, closed_at=None).values("gate")
    rounds = _at_gate(call).exclude(gate__in=held).order_by("gate", "pk").distinct("gate")
    return list(rounds)


def leave_out(*, session_key: Any, idea_key: Any, by: Actor) -> None:
    """Before the shortlist: this idea is decided for itself, outside the session."""
    with common.locked_with_ideas(session_key) as (session, lines):
        by = common.check_lead(session, by)
        common.check_state(session, State.PREPARING)
        line = _line(lines, idea_key)
        check_distance(session, line, by)
        line.left_at = clock.now()
        line.save(update_fields=["left_at"])
        _free([line])
        common.record_on_ideas(
            [(line.idea, [effect("session", str(session.key), None)])], "left_session", by, session
        )
        common.record(session, "idea_left_out", by, idea=str(line.idea.key))


def convene(*, session_key: Any, by: Actor) -> SelectionSession:
    """Draw the shortlist from the opinions, give each idea its time, and ask the members to come.

    From here on the opinions and the rules stand. Raises Conflict with what is still missing.
    """
    with common.locked_with_ideas(session_key) as (session, lines):
        by = common.check_lead(session, by)
        common.check_state(session, State.PREPARING)
        members = list(common.members_of(session).filter(person__is_active=True))
        _check_members(session, members)
        for line in lines:
            found = opinion(records.record_of(line.round, line.idea))
            line.opinion = {"result": found.result, "score": found.score}
            line.round.comparison = {"session": str(session.key), "result": "", "drawn": True}
        drawn = rules.shortlist(record_of(session, lines, []))
        if drawn.no_opinion:
            numbers = [line.idea.reference for line in lines if str(line.idea.key) in drawn.no_opinion]
            sentence = ngettext(
                "Idea %(ideas)s has no opinion of its panel yet. Wait for it, or leave it out of the session.",
                "Ideas %(ideas)s have no opinion of their panels yet. Wait for them, or leave them out of the session.",
                len(numbers),
            )
            raise Conflict(sentence % {"ideas": ", ".join(numbers)}, code="session.no_opinion")
        heard = [line for line in lines if str(line.idea.key) in drawn.heard]
        # By number: being heard early or late says nothing of the opinions.
        for place, line in enumerate(heard):
            line.hearing_at = session.held_at + timedelta(minutes=place * session.rules["hearing_minutes"])
        SessionIdea.objects.bulk_update(lines, ["opinion", "hearing_at"])
        GateRound.objects.bulk_update([line.round for line in lines], ["comparison"])
        session.state, session.convened_at = State.CONVENED, clock.now()
        session.save(update_fields=["state", "convened_at"])
        note_links(session, members, heard)
        _check_voters(short_of_voters(session, members, heard))
        common.ask(session, [member.person for member in members], "sit_in_session", session.held_at)
        ask_document(session, "agenda")
        common.record(
            session,
            "session_convened",
            by,
            [effect("session", "preparing", "convened")],
            heard=[str(line.idea.key) for line in heard],
        )
        return session


def postpone(*, session_key: Any, held_at: datetime, venue: str, by: Actor) -> SelectionSession:
    """The session is held at another time, or elsewhere: hearings keep their order, all who come are told.

    Raises Conflict once it is under way, Invalid for a moment that is past or after the waiting list's last day.
    """
    with common.locked_with_ideas(session_key) as (session, lines):
        by = common.check_lead(session, by)
        common.check_state(session, State.PREPARING, State.CONVENED)
        if fields := _when_and_where(held_at, venue, session.waiting_until):
            raise Invalid(_("The session is not complete yet."), code="session.incomplete", fields=fields)
        later, before = held_at - session.held_at, session.held_at
        session.held_at, session.venue = held_at, venue.strip()
        session.save(update_fields=["held_at", "venue"])
        for line in lines:
            line.hearing_at = line.hearing_at and line.hearing_at + later
        SessionIdea.objects.bulk_update(lines, ["hearing_at"])
        if session.state == State.CONVENED:
            inbox.close(f"sit_in_session:{session.key}")
            called = [member.person for member in common.members_of(session)]
            common.ask(session, called, "sit_in_session", session.held_at)
            ask_document(session, "agenda")
        effects = [effect("held_at", before.isoformat(), held_at.isoformat())]
        common.record(session, "session_postponed", by, effects, venue_sha256=sha256(session.venue))
        return session


def cancel(*, session_key: Any, by: Actor) -> None:
    """The session is not held: each idea is decided for itself again, with the opinion it has."""
    with common.locked_with_ideas(session_key) as (session, lines):
        by = common.check_lead(session, by)
        common.check_state(session, State.PREPARING, State.CONVENED, State.LIVE)
        before, session.state, session.closed_at = session.state, State.VOID, clock.now()
        session.save(update_fields=["state", "closed_at"])
        inbox.close_for_subject("session", session.key)
        _free(lines)
        left = [effect("session", str(session.key), None)]
        common.record_on_ideas(((line.idea, left) for line in lines), "left_session", by, session)
        common.record(session, "session_cancelled", by, [effect("session", before, "void")])


def record_of(
    session: SelectionSession, lines: Sequence[SessionIdea], members: Sequence[SessionMember]
) -> dict[str, Any]:
    """The record as the rules read it, votes left empty; see `sessions.rules`."""
    return {
        "seed": str(session.key),
        "gate": session.gate,
        "rules": session.rules,
        "members": [
            {"member": str(member.key), "person": str(member.person.key), "chair": member.is_chair}
            | ({"deputy": str(member.sat_by.key)} if member.sat_by is not None else {})
            for member in members
        ],
        "ideas": [
            {
                "idea": str(line.idea.key),
                "number": line.idea.number,
                "euros": line.euros,
                "agent_days": line.agent_days,
                "opinion": line.opinion,
                "heard": line.hearing_at is not None,
                "votes": [],
                "stepped_out": [],
            }
            for line in lines
        ],
    }


def _at_gate(call: Call, gate: str = "") -> QuerySet[GateRound]:
    """The open rounds of a call's ideas that a panel judges and no session compares.

    An idea that has a place, and came back because its team completed its text, keeps it: it is decided for itself.
    """
    rounds = GateRound.objects.filter(gate=gate) if gate else GateRound.objects.all()
    placed = SessionIdea.objects.filter(
        idea=OuterRef("idea"),
        session__call=call,
        session__gate=OuterRef("gate"),
        session__state__in=limits.GIVING,
        result="selected",
        left_at=None,
    )
    return (
        rounds.exclude(Exists(placed))
        .filter(
            Q(comparison__isnull=True) | Q(comparison__carried=True),
            idea__call=call,
            state__in=["seating", "open"],
            decision=None,
            rules__seats__gt=1,
        )
        .order_by("idea_id")
    )


def _check_compared(call: Call, gate: str, rounds: Sequence[GateRound]) -> None:
    """One session at a time compares a call's ideas at a gate, and there are some."""
    if SelectionSession.objects.filter(call=call, gate=gate, closed_at=None).exists():
        raise Conflict(_("A session is being held for this call already."), code="session.exists")
    if not rounds:
        raise Conflict(_("No idea of this call stands at this gate now."), code="session.empty")


def _enter(session: SelectionSession, compared: Sequence[tuple[GateRound, Idea]], by: Actor) -> None:
    """These ideas are the session's: nobody is asked to decide on one alone any more."""
    SessionIdea.objects.bulk_create(
        SessionIdea(
            session=session,
            idea=idea,
            round=round_,
            euros=idea.content.needs_euros or 0,
            agent_days=idea.content.needs_days or 0,
        )
        for round_, idea in compared
    )
    for _round, idea in compared:
        # Compared anew: what an earlier session gave it no longer counts.
        places.on_left(idea, by, session.gate, before=session)
    GateRound.objects.filter(pk__in=[round_.pk for round_, _idea in compared]).update(
        comparison={"session": str(session.key), "result": ""}
    )
    inbox.close(*(f"decide:{round_.key}" for round_, _idea in compared))
    entered = [effect("session", None, str(session.key))]
    common.record_on_ideas(((idea, entered) for _round, idea in compared), "entered_session", by, session)


def _line(lines: Sequence[SessionIdea], idea_key: Any) -> SessionIdea:
    for line in lines:
        if str(line.idea.key) == str(idea_key):
            return line
    raise Conflict(_("This idea is not in the session, or has left it."), code="session.no_such_idea")


def _free(lines: Sequence[SessionIdea]) -> None:
    """Their rounds are as if there had been no session; who waits for nothing but a decision is asked for it."""
    for line in lines:
        line.round.comparison = places.carried(line.idea, line.round.gate) if line.round.number > 1 else None
    GateRound.objects.bulk_update([line.round for line in lines], ["comparison"])
    for line in lines:
        if line.round.state == "open" and not waiting_seats(line.round).exists():
            ask_decision(line.round, line.idea)


def _check_members(session: SelectionSession, members: Sequence[SessionMember]) -> None:
    if len(members) < session.rules["quorum"]:
        raise Conflict(
            _("The quorum is %(quorum)s, and fewer members are called. Call more, then convene.")
            % {"quorum": session.rules["quorum"]},
            code="session.members",
        )
    if not any(member.is_chair for member in members):
        raise Conflict(_("Nobody chairs the session yet. Name a chair, then convene."), code="session.chair")


def _check_voters(numbers: Sequence[str]) -> None:
    if not numbers:
        return
    sentence = ngettext(
        "Idea %(ideas)s: so many members step out for it that the quorum is out of reach. Call more, then convene.",
        "Ideas %(ideas)s: so many members step out for them that the quorum is out of reach. Call more, then convene.",
        len(numbers),
    )
    raise Conflict(sentence % {"ideas": ", ".join(numbers)}, code="session.voters")


def _check(stated: dict[str, Any], held_at: datetime, venue: str, waiting_until: date) -> None:
    fields: dict[str, list[Any]] = {
        name: [SENTENCES[code]] for name, code in rules.rule_problems(stated).items()
    }
    fields |= _when_and_where(held_at, venue, waiting_until)
    if fields:
        raise Invalid(_("The session is not complete yet."), code="session.incomplete", fields=fields)


def _check_hidden_voters(stated: dict[str, Any], rounds: Sequence[GateRound]) -> None:
    """As the rules of a gate: an idea's mean is never one person's level where nobody is to know who voted how."""
    if stated["quorum"] > 1 or not any(round_.rules.get("voters_hidden", True) for round_ in rounds):
        return
    sentence = _(
        "With a quorum of one a mean can be one person’s vote, which is to stay hidden. Ask for two or more."
    )
    raise Invalid(
        _("The session is not complete yet."), code="session.hidden_voters", fields={"quorum": [sentence]}
    )


def _when_and_where(held_at: datetime, venue: str, waiting_until: date) -> dict[str, list[Any]]:
    """What is wrong with a session's time and place: field → sentences."""
    fields: dict[str, list[Any]] = {}
    if held_at <= clock.now():
        fields["held_at"] = [_("Choose a moment that is still to come.")]
    if waiting_until <= held_at.date():
        fields["waiting_until"] = [_("The waiting list ends after the session.")]
    if not venue.strip():
        fields["venue"] = [_("Say where the session is held.")]
    return fields
