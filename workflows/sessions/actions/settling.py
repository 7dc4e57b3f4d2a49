"""The list is settled and frozen; then a mandated person decides on each idea, and the session closes."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas.drafting.models import Idea
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, Refusal
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.briefs.models import Brief
from workflows.gates import actions as gates
from workflows.gates import authority
from workflows.gates.actions import Choice
from workflows.gates.actions.seating import is_lost
from workflows.gates.models import Decision, GateRound
from workflows.gates.records import record_sha256
from workflows.gates.rules import GO_ON
from workflows.sessions import rules
from workflows.sessions.actions import common, places
from workflows.sessions.actions.documents import ask_document
from workflows.sessions.actions.members import note_links
from workflows.sessions.actions.preparing import record_of
from workflows.sessions.models import RoomVote, SelectionSession, SessionIdea, SteppingOut

State = SelectionSession.State
Effects = list[dict[str, Any]]
# A redirected idea does not come back; a stop may be looked at again, so its place is free when it is final.
GONE = ("redirect",)


@dataclass
class Deciding:
    """All decisions of a session made in one act: what each changes in it goes into one event."""

    session: SelectionSession
    effects: Effects = field(default_factory=list)


_running: ContextVar[Deciding | None] = ContextVar("running", default=None)


def settle(*, session_key: Any, by: Actor) -> SelectionSession:
    """Freeze the session's record: order, places, waiting list. From now on only decisions follow.

    Raises Conflict while an idea heard lacks its quorum.
    """
    with common.locked_with_ideas(session_key) as (session, lines):
        by = common.check_runs(session, by)
        common.check_state(session, State.LIVE)
        effects = [effect("session", "live", "settled"), *_void_votes_of_links(session, lines)]
        frozen = _frozen(session, lines)
        _check_votes(frozen, lines)
        outcome = rules.outcome(frozen)
        session.record = frozen | {"outcome": outcome}
        session.record_sha256 = record_sha256(session.record)
        session.state, session.settled_at = State.SETTLED, clock.now()
        session.save(update_fields=["record", "record_sha256", "state", "settled_at"])
        ranks = {line["idea"]: line["rank"] for line in outcome["list"]}
        for line in lines:
            line.result, line.rank = outcome["results"][str(line.idea.key)], ranks.get(str(line.idea.key))
            line.round.comparison = places.comparison(session, line, outcome["waiting"])
            if is_lost(line.round, line.idea):
                effects.append(places.put_off(line.round, line))
        SessionIdea.objects.bulk_update(lines, ["result", "rank"])
        GateRound.objects.bulk_update([line.round for line in lines], ["comparison"])
        inbox.close(f"sit_in_session:{session.key}")
        people = deciders(session) or common.who_leads(session)
        common.ask(session, people, "decide_session", common.time_to_act(session))
        places.ask_closing(session)
        placed = ((line.idea, [effect("place", None, line.result)]) for line in lines)
        common.record_on_ideas(placed, "placed_in_session", by, session)
        common.record(
            session,
            "session_settled",
            by,
            effects,
            record_sha256=session.record_sha256,
        )
        return session


def decide(*, session_key: Any, by: Actor, choices: Mapping[str, Choice]) -> list[Decision]:
    """Decide on several ideas of a settled list in one act: all of it or nothing, everyone told at one moment.

    `choices`: idea key → what is decided. Each goes through the decision of its gate, which reads mandate, distance
    and what the list permits. Raises as that does; an Invalid names its fields `<idea key>-<field>`.
    """
    with common.locked_with_ideas(session_key) as (session, lines):
        common.check_state(session, State.SETTLED)
        wanted = [line for line in lines if str(line.idea.key) in choices]
        if not wanted:
            raise Conflict(_("There is no idea left to decide on in this session."), code="session.decided")
        running = Deciding(session)
        token = _running.set(running)
        try:
            decisions = [_decide_one(session, line, by, choices[str(line.idea.key)]) for line in wanted]
        finally:
            _running.reset(token)
        keys = [str(one.key) for one in decisions]
        common.record(session, "session_decided", by, running.effects, decisions=keys)
        return decisions


def on_decided(idea: Idea, by: Actor, decision: Decision) -> Effects:
    """Handler of `decided`: a place given up goes to the waiting list; the last decision asks for the closing."""
    limited = idea.call is not None and idea.call.has_limits
    # A call that lost its limits since still has the comparisons that were made under them.
    if not limited and decision.round.comparison is None:
        return []
    for line in places.standing_lines(idea):
        if not _concerns(line, decision):
            continue
        with common.locked_session(line.session.key) as session:
            effects = [effect("decision", None, decision.outcome, idea=str(idea.key))]
            if _gives_up(line, decision):
                effects.append(places.leave(session, line))
            places.ask_closing(session)
            running = _running.get()
            if running is not None and running.session == session:
                running.effects += effects
            else:
                common.record(session, "idea_decided", by, effects, decision=str(decision.key))
    return []


def close(*, session_key: Any, by: Actor) -> SelectionSession:
    """The session is over: every idea has its decision, and each team its reasoned letter (the decision brief).

    One whose decision is put off is decided later, with the place it has.
    """
    with common.locked_session(session_key) as session:
        by = common.check_lead(session, by)
        common.check_state(session, State.SETTLED)
        waiting = places.undecided(session)
        if waiting:
            sentence = ngettext(
                "%(number)s idea has no decision yet: its team has no letter.",
                "%(number)s ideas have no decision yet: their teams have no letter.",
                waiting,
            )
            raise Conflict(sentence % {"number": waiting}, code="session.undecided")
        unread = letters_to_come(session)
        if unread:
            sentence = ngettext(
                "%(number)s letter is still being prepared. Close the session when it is there.",
                "%(number)s letters are still being prepared. Close the session when they are there.",
                unread,
            )
            raise Conflict(sentence % {"number": unread}, code="session.letters")
        session.state, session.closed_at = State.CLOSED, clock.now()
        session.save(update_fields=["state", "closed_at"])
        inbox.close_for_subject("session", session.key)
        ask_document(session, "minutes")
        common.record(session, "session_closed", by, [effect("session", "settled", "closed")])
        return session


def letters_to_come(session: SelectionSession) -> int:
    """How many decisions of the session have no brief that is ready."""
    decided = Decision.objects.filter(round__session_lines__session=session, issued_at__isnull=False)
    ready = Brief.objects.filter(decision__in=decided, in_force=True, state=Brief.State.READY)
    return decided.distinct().count() - ready.values("decision").distinct().count()


def deciders(session: SelectionSession) -> list[Person]:
    """Who holds a delegation for decisions of this session today; rule and distance are read idea by idea."""
    programme = session.call.programme
    # Ideas that entered the gate under different versions may be for different deciders.
    rules = GateRound.objects.filter(session_lines__session=session).order_by("rules__decider")
    held = [
        mandate
        for named in rules.values_list("rules__decider", flat=True).distinct()
        for mandate in grants.mandates(
            entity=programme.entity,
            capacities=authority.capacities(session.gate, named),
            programme_key=programme.key,
        )
        if authority.decides(mandate, named, programme)
    ]
    return list({mandate.holder_id: mandate.holder for mandate in held}.values())


def _decide_one(session: SelectionSession, line: SessionIdea, by: Actor, choice: Choice) -> Decision:
    if line.result == "waiting" and choice.outcome == "hold" and not choice.hold_until:
        choice = replace(choice, hold_until=session.waiting_until)
    try:
        return gates.decide(round_key=line.round.key, by=by, choice=choice)
    except Invalid as refusal:
        fields = {f"{line.idea.key}-{name}": sentences for name, sentences in refusal.fields.items()}
        raise Invalid(refusal.sentence, code=refusal.code, fields=fields) from refusal
    except Refusal as refusal:
        refusal.sentence = _("Idea %(number)s: %(sentence)s") % {
            "number": line.idea.reference,
            "sentence": refusal.sentence,
        }
        raise


def _concerns(line: SessionIdea, decision: Decision) -> bool:
    """Whether a session has to know: a decision at its own gate, or the end of an idea at a later one."""
    if decision.round.gate != line.session.gate:
        return decision.outcome in GONE
    return decision.round.comparison is not None or decision.outcome not in GO_ON or line.rank is not None


def _gives_up(line: SessionIdea, decision: Decision) -> bool:
    """Whether the decision ends the idea's part in the session: a place not taken, or a wait that is over.

    A team that completes its text keeps its place; it loses it when its time to do so has passed.
    """
    if line.result == "waiting":
        return decision.outcome != "hold"
    return line.result == "selected" and decision.outcome != "rework" and decision.outcome not in GO_ON


def _void_votes_of_links(session: SelectionSession, lines: Sequence[SessionIdea]) -> Effects:
    """Links that appeared since the session opened: who has one steps out, and their level no longer counts."""
    members = list(common.members_of(session))
    note_links(session, members, [line for line in lines if line.hearing_at])
    out = set(SteppingOut.objects.filter(line__session=session).values_list("member", "line"))
    votes = RoomVote.objects.filter(line__session=session, in_force=True).select_related(
        "member", "line__idea"
    )
    void = [vote for vote in votes.order_by("pk") if (vote.member_id, vote.line_id) in out]
    RoomVote.objects.filter(pk__in=[vote.pk for vote in void]).update(in_force=False, ended_at=clock.now())
    return [
        effect("room_vote", "cast", "void", member=str(vote.member.key), idea=str(vote.line.idea.key))
        for vote in void
    ]


def _frozen(session: SelectionSession, lines: Sequence[SessionIdea]) -> dict[str, Any]:
    """The record with every vote in force of members who were there."""
    members = list(common.members_of(session).filter(arrived_at__isnull=False).order_by("key"))
    frozen = record_of(session, lines, members)
    votes = RoomVote.objects.filter(line__session=session, in_force=True).select_related("member", "cast_by")
    out = SteppingOut.objects.filter(line__session=session).select_related("member")
    for item, line in zip(frozen["ideas"], lines, strict=True):
        item["stepped_out"] = sorted(str(one.member.key) for one in out if one.line_id == line.pk)
        item["votes"] = sorted(
            (
                {"member": str(vote.member.key), "level": vote.level, **_cast_by(vote)}
                for vote in votes
                if vote.line_id == line.pk and str(vote.member.key) not in item["stepped_out"]
            ),
            key=lambda vote: str(vote["member"]),
        )
    return frozen


def _cast_by(vote: RoomVote) -> dict[str, str]:
    """Names the deputy who voted in the member's seat."""
    return {} if vote.cast_by_id == vote.member.person_id else {"cast_by": str(vote.cast_by.key)}


def _check_votes(frozen: Mapping[str, Any], lines: Sequence[SessionIdea]) -> None:
    if not any(item["heard"] for item in frozen["ideas"]):
        raise Conflict(_("No idea was heard: there is no list to settle."), code="session.nothing_heard")
    lacking = rules.missing(frozen)
    if not lacking:
        return
    numbers = {str(line.idea.key): line.idea.reference for line in lines}
    named = ", ".join(numbers[idea] for _code, idea in lacking)
    raise Conflict(
        _("Not enough members have voted on these ideas: %(ideas)s. The quorum is %(quorum)s.")
        % {"ideas": named, "quorum": frozen["rules"]["quorum"]},
        code="session.quorum",
    )
