"""A stop looked at again: asked by the author, answered by someone who took no part, or let pass."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock, working_days
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows import nodes
from workflows.gates import authority
from workflows.gates.actions.rounds import due_after
from workflows.gates.configuration import recourse
from workflows.gates.conflicts import conflicts
from workflows.gates.models import Decision, GateRound, Vote
from workflows.journey import arrivals, windows
from workflows.journey.actions.steps import PLACE, check_lead, of_author, tell
from workflows.journey.models import Reexamination
from workflows.sessions.models import SessionMember


def ask_reexamination(*, idea: UUID, by: Actor, grounds: str) -> Reexamination:
    """The author asks, within the window, that someone who took no part looks again."""
    with locked(**of_author(idea, by, "author", "co_author")) as found:
        asked = _open_reexamination(found)
        if asked.gate == "L":
            raise Conflict(
                _("After a no of a service, send the idea up to the programme instead."),
                code="reexamine.local",
            )
        if asked.asked_at is not None:
            raise Conflict(_("A re-examination is asked for already."), code="reexamine.twice")
        if clock.now() > windows.end_of(asked, found):
            raise Conflict(_("The time to ask for a re-examination is over."), code="reexamine.late")
        if not grounds.strip():
            sentence = _("Say in your words what should be looked at again.")
            raise Invalid(sentence, code="reexamine.grounds", fields={"grounds": [sentence]})
        now = clock.now()
        due = due_after(found.programme.entity, recourse(_rules_of_stop(found, asked.gate))["answer_in"])
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
        tell(found, "reexamination_asked", by, {"grounds_sha256": sha256(grounds)}, effects)
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
        # All of it: an answer that was late has been said to be late, too.
        inbox.close_for_subject("idea", found.key)
        if answer == "overturned":
            found.ended_at = None
            effects = nodes.move(found, asked.gate, by)
        else:
            effects = arrivals.place_ended(found, "stopped") + nodes.move(found, "upheld", by)
        found.save(update_fields=PLACE)
        payload = {"gate": asked.gate, "answer": answer, "reasons_sha256": sha256(reasons)}
        tell(found, "reexamination_answered", by, payload, effects)
        return asked


def close_window(*, idea: UUID, by: Actor) -> None:
    """The window for a re-examination has passed unused: the stop is final and the process ends."""
    with locked(key=idea) as found:
        asked = _open_reexamination(found)
        if asked.asked_at is not None or clock.now() <= asked.window_until:
            raise Conflict(_("The window is still open."), code="reexamine.open")
        end = windows.end_of(asked, found)
        if clock.now() <= end:
            _lengthen(found, asked, end, by)
            return
        asked.closed_at = clock.now()
        asked.save(update_fields=["closed_at"])
        effects = arrivals.place_ended(found, "stopped") + nodes.move(found, "upheld", by)
        found.save(update_fields=PLACE)
        tell(found, "stop_final", by, {}, effects)


def hand_over_answer(*, idea: UUID, by: Actor, on: date) -> Reexamination:
    """A lead handed the answer over in person on a later day than it was issued: the delay counts from then.

    Raises NotAllowed (no lead), Conflict (asked already, or over), Invalid (a day before the decision or to come).
    """
    with locked(key=idea) as found:
        check_lead(found, by)
        asked = _open_reexamination(found)
        if asked.asked_at is not None:
            raise Conflict(_("A re-examination is asked for already."), code="reexamine.twice")
        zone = found.programme.entity.time_zone
        before = asked.handed_at or asked.window_until
        if not before.astimezone(ZoneInfo(zone)).date() <= on <= clock.today(zone):
            sentence = _("Give a day between the decision and today.")
            raise Invalid(sentence, code="reexamine.handed_on", fields={"on": [sentence]})
        asked.handed_at = max(before, working_days.start_of_day(on, zone))
        asked.save(update_fields=["handed_at"])
        _lengthen(found, asked, windows.end_of(asked, found), by, on=on.isoformat())
        return asked


def _lengthen(idea: Idea, asked: Reexamination, end: datetime, by: Actor, **payload: str) -> None:
    """The delay ends later than announced: the team was away, or was handed the answer later."""
    effects = [effect("due", asked.window_until.isoformat(), end.isoformat())]
    asked.window_until = idea.due_at = end
    asked.save(update_fields=["window_until"])
    idea.save(update_fields=PLACE)
    tell(idea, "window_lengthened", by, payload, effects)


def may_ask_reexamination(idea: Idea, window: Reexamination | None) -> bool:
    """Whether the window is open and nobody has asked yet."""
    return (
        idea.state == "stopped"
        and window is not None
        and window.gate != "L"  # a local no is sent up instead
        and window.closed_at is None
        and window.asked_at is None
        and clock.now() <= windows.end_of(window, idea)
    )


def _rules_of_stop(idea: Idea, gate: str) -> dict[str, Any]:
    """The frozen rules of the round that stopped the idea."""
    rounds = GateRound.objects.filter(idea=idea, gate=gate).order_by("-number")
    return rounds.values_list("rules", flat=True).first() or {}


def reexaminers(idea: Idea, gate: str) -> Sequence[Person]:
    """Holders of a delegation for such a gate, or a higher one, who took no part and are not too close.

    Part is taken by deciding, sitting, voting for someone absent, or being there when a session heard the idea.
    """
    took_part = set(
        Decision.objects.filter(round__idea=idea, issued_at__isnull=False).values_list(
            "decider", "on_behalf_of", "second_signer", "second_on_behalf_of"
        )
    )
    out = {pk for pair in took_part for pk in pair if pk}
    out |= set(GateRound.objects.filter(idea=idea).values_list("seats__person", flat=True))
    out |= set(Vote.objects.filter(seat__round__idea=idea).values_list("cast_by", flat=True))
    heard = SessionMember.objects.filter(session__lines__idea=idea, arrived_at__isnull=False)
    out |= set(heard.values_list("person", flat=True))
    found = grants.mandates(
        entity=idea.programme.entity,
        capacities=authority.reexamining(gate),
        programme_key=idea.programme.key,
    )
    people = {mandate.holder_id: mandate.holder for mandate in found if mandate.holder_id not in out}
    return [person for person in people.values() if not conflicts(person, idea, gate).hard]


def _open_reexamination(idea: Idea) -> Reexamination:
    found = Reexamination.objects.filter(idea=idea, closed_at=None).first()
    if idea.state != "stopped" or found is None:
        raise Conflict(_("This idea cannot be re-examined, or no longer."), code="reexamine.closed")
    return found
