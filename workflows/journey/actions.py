"""The acts on an idea's journey: submit, resubmit, withdraw, hold and wake, re-examine."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Func, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.calls.rules import is_open
from ideas.drafting import rules as drafting_rules
from ideas.drafting.actions.texts import version_payload, write_version
from ideas.drafting.models import Idea
from ideas.drafting.wording import MISSING
from ideas.lock import locked
from incubator.events.actions import Subject, append, effect
from incubator.events.models import Event
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.messages.actions import defer_telling
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows import nodes
from workflows.gates import actions as gates
from workflows.gates.actions.rounds import due_after
from workflows.gates.configuration import defaults
from workflows.gates.conflicts import conflicts
from workflows.gates.models import Decision, GateRound
from workflows.journey import arrivals
from workflows.journey.models import Hold, Reexamination

STANDARD = "workflows/flows.StandardFlow"
PLACE = ("state", "stage", "holder", "held_since", "due_at", "ended_at")


def submit(*, idea: UUID, by: Actor) -> Idea:
    """Give a draft its number and start the standard flow; the text is kept as a version.

    Only an author submits: a helper types, the author confirms by this very act.
    Raises Invalid with the fields still missing, Conflict when it is submitted already or the call is closed.
    """
    with locked(**_of_author(idea, by, "author")) as found:
        if found.state != "draft":
            raise Conflict(_("This idea is submitted already. You find it in My ideas."), code="submit.twice")
        call = found.call
        if call is not None and not is_open(call.always_open, call.opens_at, call.closes_at, clock.now()):
            raise Conflict(
                _("This call is closed. Copy your text into another call."), code="submit.call_closed"
            )
        _check_complete(found)
        content = found.content = write_version(idea=found, by=by, reason=drafting_rules.SUBMITTED)
        now = clock.now()
        found.submitted_at = now
        # From the sequence, in the same statement that saves the idea.
        found.number = Func(Value("ideas_number"), function="nextval")
        effects = nodes.start(STANDARD, found, by)
        found.save(update_fields=[*PLACE, "number", "submitted_at", "title", "pitch"])
        _tell(found, "submitted", by, version_payload(content), effects)
        return found


def resubmit(*, idea: UUID, by: Actor) -> Idea:
    """Bring a completed idea back to the gate that asked for more; its text is kept as a new version."""
    with locked(**_of_author(idea, by, "author", "co_author")) as found:
        if nodes.station_of(found) != "with_author":
            raise Conflict(_("Nothing is asked of you for this idea now."), code="resubmit.not_asked")
        _check_complete(found)
        gate = _last_decision(found).round.gate
        content = found.content = write_version(idea=found, by=by, reason=drafting_rules.RESUBMITTED)
        inbox.close(f"rework:{found.key}")
        effects = nodes.move(found, gate, by)
        found.save(update_fields=[*PLACE, "title", "pitch"])
        _tell(found, "resubmitted", by, {"gate": gate} | version_payload(content), effects)
        return found


def withdraw(*, idea: UUID, by: Actor) -> Idea:
    """An author takes the idea back, without a reason, at any time before it ends."""
    with locked(**_of_author(idea, by, "author")) as found:
        if found.state not in ("live", "held"):
            raise Conflict(
                _("This idea has ended, or was never submitted: nothing to withdraw."), code="withdraw.over"
            )
        effects = gates.void(found, "withdrawn")
        Hold.objects.filter(idea=found, woken_at=None).update(woken_at=clock.now(), woken_by=by.human)
        inbox.close_for_subject("idea", found.key)
        effects += arrivals.place_ended(found, "withdrawn")
        effects += nodes.move(found, "withdraw", by)
        found.save(update_fields=PLACE)
        _tell(found, "withdrawn", by, {}, effects)
        return found


def pause(
    *, idea: Idea, by: Actor, cause: str, until: date | None = None, condition: str = ""
) -> list[dict[str, Any]]:
    """Hold an idea for a cause other than a decision; the caller holds its lock and appends the event."""
    gate = (
        GateRound.objects.filter(idea=idea, state__in=["seating", "open"])
        .values_list("gate", flat=True)
        .first()
    )
    effects = gates.void(idea, cause)
    details = {"gate": gate or "", "cause": cause, "until": until, "condition": condition}
    effects += nodes.move(idea, "pause", by, cause=details)
    idea.save(update_fields=PLACE)
    return effects


def wake(*, idea: UUID, by: Actor, condition_met: str = "") -> Idea:
    """Wake a held idea where it was: its date has come (the clock), or a lead says the condition is met."""
    with locked(key=idea) as found:
        hold = Hold.objects.filter(idea=found, woken_at=None).first()
        if found.state != "held" or hold is None:
            raise Conflict(_("This idea is not on hold."), code="wake.not_held")
        if by.system is None:
            _check_lead(found, by)
            if not condition_met.strip():
                sentence = _("Say in a line how the condition is met.")
                raise Invalid(sentence, code="wake.note", fields={"condition_met": [sentence]})
        elif hold.until is None or hold.until > clock.today(found.programme.entity.time_zone):
            raise Conflict(_("This idea waits for a later day."), code="wake.early")
        hold.woken_at, hold.woken_by = clock.now(), by.person
        hold.save(update_fields=["woken_at", "woken_by"])
        inbox.close(f"hold_condition:{found.key}")
        effects = nodes.move(found, hold.gate or hold.stage, by)
        found.save(update_fields=PLACE)
        _tell(found, "woken", by, {"note_sha256": sha256(condition_met) if condition_met else ""}, effects)
        return found


def ask_reexamination(*, idea: UUID, by: Actor, grounds: str) -> Reexamination:
    """The author asks, within the window, that someone who took no part looks again."""
    with locked(**_of_author(idea, by, "author", "co_author")) as found:
        asked = _open_reexamination(found)
        if asked.asked_at is not None:
            raise Conflict(_("A re-examination is asked for already."), code="reexamine.twice")
        if clock.now() > asked.window_until:
            raise Conflict(_("The time to ask for a re-examination is over."), code="reexamine.late")
        if not grounds.strip():
            sentence = _("Say in your words what should be looked at again.")
            raise Invalid(sentence, code="reexamine.grounds", fields={"grounds": [sentence]})
        now = clock.now()
        due = due_after(found.programme.entity, defaults()["reexamination"]["answer_in"])
        asked.asked_at, asked.asked_by, asked.grounds, asked.due_at = now, by.human, grounds, due
        asked.save()
        found.due_at, found.holder, found.held_since = due, "decider", now
        found.save(update_fields=PLACE)
        inbox.open_for(
            reexaminers(found, asked.gate),
            key=f"reexamine:{found.key}",
            verb="reexamine",
            subject_kind="idea",
            subject_key=found.key,
            subject_title=found.title,
            url=reverse("reexamination", args=[found.key]),
            due_at=due,
        )
        effects = [effect("holder", "nobody", "decider")]
        _tell(found, "reexamination_asked", by, {"grounds_sha256": sha256(grounds)}, effects)
        return asked


def answer_reexamination(*, idea: UUID, by: Actor, answer: str, reasons: str) -> Reexamination:
    """A decider who took no part upholds the stop for good, or overturns it: the idea returns to that gate."""
    with locked(key=idea) as found:
        asked = _open_reexamination(found)
        if asked.asked_at is None:
            raise Conflict(_("No re-examination was asked for."), code="reexamine.not_asked")
        if by.human not in reexaminers(found, asked.gate):
            raise NotAllowed(
                _("A re-examination is answered by someone with a delegation who took no part before."),
                code="reexamine.took_part",
            )
        if answer not in Reexamination.Answer.values or len(reasons.strip()) < 10:
            sentence = _("Choose an answer and give its reasons.")
            raise Invalid(sentence, code="reexamine.incomplete", fields={"reasons": [sentence]})
        now = clock.now()
        asked.answer, asked.reasons, asked.answered_at, asked.answered_by = answer, reasons, now, by.human
        asked.closed_at = now
        asked.save()
        inbox.close(f"reexamine:{found.key}")
        if answer == "overturned":
            found.ended_at = None
            effects = nodes.move(found, asked.gate, by)
        else:
            effects = arrivals.place_ended(found, "stopped") + nodes.move(found, "upheld", by)
        found.save(update_fields=PLACE)
        payload = {"gate": asked.gate, "answer": answer, "reasons_sha256": sha256(reasons)}
        _tell(found, "reexamination_answered", by, payload, effects)
        return asked


def close_window(*, idea: UUID, by: Actor) -> None:
    """The window for a re-examination has passed unused: the stop is final and the process ends."""
    with locked(key=idea) as found:
        asked = _open_reexamination(found)
        if asked.asked_at is not None or clock.now() <= asked.window_until:
            raise Conflict(_("The window is still open."), code="reexamine.open")
        asked.closed_at = clock.now()
        asked.save(update_fields=["closed_at"])
        effects = arrivals.place_ended(found, "stopped") + nodes.move(found, "upheld", by)
        found.save(update_fields=PLACE)
        _tell(found, "stop_final", by, {}, effects)


def may_ask_reexamination(idea: Idea, window: Reexamination | None) -> bool:
    """Whether the window is open and nobody has asked yet."""
    return (
        idea.state == "stopped"
        and window is not None
        and window.closed_at is None
        and window.asked_at is None
        and clock.now() <= window.window_until
    )


def lapse(*, idea: UUID, by: Actor) -> None:
    """The time to complete an idea has passed: it is held until its team completes it."""
    with locked(key=idea) as found:
        if (
            found.holder != "author"
            or found.state != "live"
            or found.due_at is None
            or clock.now() <= found.due_at
        ):
            raise Conflict(_("The team still has time."), code="lapse.early")
        gate = _last_decision(found).round.gate
        inbox.close(f"rework:{found.key}")
        cause = {
            "gate": gate,
            "cause": "lapsed_rework",
            "until": None,
            "condition": _("The team completes the text."),
        }
        effects = nodes.move(found, "lapsed", by, cause=cause)
        found.save(update_fields=PLACE)
        _tell(found, "rework_lapsed", by, {"gate": gate}, effects)


def author_left(*, idea: UUID, leaver: Person, by: Actor) -> None:
    """The author leaves: the first co-author is asked to take over; without one the idea is held."""
    with locked(key=idea) as found:
        member = found.team.filter(person=leaver, role="author", left_at=None).first()
        if member is None:
            return
        member.left_at = clock.now()
        member.save(update_fields=["left_at"])
        effects = [effect("team", "author", "left", person=str(leaver.key))]
        heir = (
            found.team.filter(role="co_author", accepted_at__isnull=False, left_at=None)
            .order_by("pk")
            .first()
        )
        if heir is not None:
            heir.role = "author"
            heir.save(update_fields=["role"])
            effects.append(effect("team", "co_author", "author", person=str(heir.person.key)))
        elif found.state == "live":
            effects += pause(
                idea=found,
                by=by,
                cause="author_left",
                condition=_("Someone of the city takes the idea over."),
            )
        _tell(found, "author_left", by, {}, effects)


def reexaminers(idea: Idea, gate: str) -> Sequence[Person]:
    """Holders of a delegation for such a gate, or a higher one, who took no part and are not too close."""
    took_part = set(
        Decision.objects.filter(round__idea=idea, issued_at__isnull=False).values_list(
            "decider", "second_signer"
        )
    )
    out = {pk for pair in took_part for pk in pair if pk}
    out |= set(GateRound.objects.filter(idea=idea).values_list("seats__person", flat=True))
    capacities = ["programme_lead", "dga", "dgs", "elected"] if gate == "G0" else ["dga", "dgs", "elected"]
    found = grants.mandates(
        entity=idea.programme.entity, capacities=capacities, programme_key=idea.programme.key
    )
    people = {mandate.holder_id: mandate.holder for mandate in found if mandate.holder_id not in out}
    return [person for person in people.values() if not conflicts(person, idea, gate).hard]


def stage_ready(idea: Idea, by: Actor, _cause: Any) -> list[dict[str, Any]]:
    """A stage room says its work is done: on to the gate."""
    effects = nodes.move(idea, "ready", by)
    idea.save(update_fields=PLACE)
    return effects


def sponsor_lost(idea: Idea, by: Actor, _cause: Any) -> list[dict[str, Any]]:
    """A pilot without its sponsor is held until another one promises; before, the team seeks another."""
    if idea.state != "live" or idea.stage != "pilot":
        return []
    return pause(
        idea=idea, by=by, cause="sponsor_lost", condition=_("Another sponsor takes over the promise.")
    )


def decided(_idea: Idea, _by: Actor, decision: Decision) -> list[dict[str, Any]]:
    """Conditions become their owners' work."""
    arrivals.open_conditions(decision)
    return []


def _tell(idea: Idea, verb: str, by: Actor, payload: dict[str, Any], effects: list[dict[str, Any]]) -> Event:
    event = append(subject=Subject("idea", idea.key), verb=verb, by=by, payload=payload, effects=effects)
    defer_telling(event)
    return event


def _of_author(idea: UUID, by: Actor, *in_roles: str) -> dict[str, Any]:
    """The lookup that finds the idea only for someone in these roles of its team: one query locks and checks."""
    return {
        "key": idea,
        "team__person": by.human,
        "team__role__in": in_roles,
        "team__accepted_at__isnull": False,
        "team__left_at": None,
    }


def _check_lead(idea: Idea, by: Actor) -> None:
    if not roles.is_lead(idea, by.human) or conflicts(by.human, idea, "").hard:
        raise NotAllowed(_("A programme lead without a link to the idea does this."), code="not_lead")


def _check_complete(idea: Idea) -> None:
    missing = drafting_rules.missing(idea.draft)
    if missing:
        raise Invalid(
            _("A few parts are still empty. Fill them in, then submit."),
            code="submit.incomplete",
            fields={item.field: [MISSING[item.code]] for item in missing},
        )


def _last_decision(idea: Idea) -> Decision:
    return (
        Decision.objects.filter(round__idea=idea, issued_at__isnull=False)
        .select_related("round")
        .order_by("-issued_at", "-pk")[0]
    )


def _open_reexamination(idea: Idea) -> Reexamination:
    found = Reexamination.objects.filter(idea=idea, closed_at=None).first()
    if idea.state != "stopped" or found is None:
        raise Conflict(_("This idea cannot be re-examined, or no longer."), code="reexamine.closed")
    return found
