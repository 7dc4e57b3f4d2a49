"""A stop looked at again: asked by the author, answered by someone who took no part, or let pass."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.acts import wait_for
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock, working_days
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import SUBSTITUTION, Actor
from workflows import nodes
from workflows.gates.actions.rounds import due_after
from workflows.gates.configuration import recourse
from workflows.gates.leading import who_leads
from workflows.gates.models import GateRound
from workflows.journey import arrivals, windows
from workflows.journey.actions.steps import PLACE, check_lead, of_author, tell
from workflows.journey.models import Reexamination
from workflows.journey.reexaminers import right_to_answer, whom_to_ask
from workflows.sessions import actions as sessions

Holder = Idea.Holder


def ask_reexamination(*, idea: UUID, by: Actor, grounds: str) -> Reexamination:
    """The author asks, within the window, that someone who took no part looks again: one person is asked."""
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
        found.held_since, found.due_at = now, due
        effects = _ask(found, asked)
        found.save(update_fields=PLACE)
        tell(found, "reexamination_asked", by, {"grounds_sha256": sha256(grounds)}, effects)
        return asked


def answer_reexamination(*, idea: UUID, by: Actor, answer: str, reasons: str) -> Reexamination:
    """The decider who was asked upholds the stop for good, or overturns it: the idea returns to that gate."""
    with locked(key=idea) as found:
        asked = _open_reexamination(found)
        if asked.asked_at is None:
            raise Conflict(_("No re-examination was asked for."), code="reexamine.not_asked")
        right = right_to_answer(found, asked, by)
        if right is None:
            raise NotAllowed(
                _(
                    "A re-examination is answered by the one person it was given to: someone with a delegation who "
                    "took no part before."
                ),
                code="reexamine.not_yours",
            )
        if answer not in Reexamination.Answer.values or len(reasons.strip()) < 10:
            sentence = _("Choose an answer and give its reasons.")
            raise Invalid(sentence, code="reexamine.incomplete", fields={"reasons": [sentence]})
        asked.answer, asked.reasons, asked.closed_at = answer, reasons, clock.now()
        asked.answered_at, asked.answered_by = asked.closed_at, right.human
        asked.answered_on_behalf_of = right.on_behalf_of
        asked.save()
        # All of it: an answer that was late has been said to be late, too.
        inbox.close_for_subject("idea", found.key)
        if answer == "overturned":
            found.ended_at = None
            effects = nodes.move(found, asked.gate, right)
        else:
            effects = _stop_for_good(found, right)
        found.save(update_fields=PLACE)
        payload = {"gate": asked.gate, "answer": answer, "reasons_sha256": sha256(reasons)}
        tell(found, "reexamination_answered", right, payload, effects)
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
        effects = _stop_for_good(found, by)
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
    """Whether the window, as `window_of` gives it, is open and nobody has asked yet."""
    return (
        idea.state == "stopped"
        and window is not None
        and window.gate != "L"  # a local no is sent up instead
        and window.closed_at is None
        and window.asked_at is None
        and clock.now() <= window.window_until
    )


def _stop_for_good(idea: Idea, by: Actor) -> list[dict[str, Any]]:
    """Nothing brings the idea back: the place of a session it used until now is free."""
    sessions.on_left(idea, by)
    return arrivals.place_ended(idea, "stopped") + nodes.move(idea, "upheld", by)


def _rules_of_stop(idea: Idea, gate: str) -> dict[str, Any]:
    """The frozen rules of the round that stopped the idea."""
    rounds = GateRound.objects.filter(idea=idea, gate=gate).order_by("-number")
    return rounds.values_list("rules", flat=True).first() or {}


def ask_again(*, idea: UUID) -> None:
    """The one person asked stays asked while they may answer and are there; else it passes to another, or to the leads.

    Where nothing changes no event is written.
    """
    with locked(key=idea) as found:
        asked = Reexamination.objects.filter(idea=found, closed_at=None, asked_at__isnull=False).first()
        if found.state != "stopped" or asked is None:
            return
        effects = _ask(found, asked)
        if not effects:
            return
        found.held_since = clock.now()
        found.save(update_fields=PLACE)
        tell(found, "reexamination_passed", SUBSTITUTION, {"gate": asked.gate}, effects)


def _ask(idea: Idea, asked: Reexamination) -> list[dict[str, Any]]:
    """Ask the one person who is to answer, else the leads to see to it that someone may; gives what changed by it."""
    decider = whom_to_ask(idea, asked)
    people = [decider] if decider else who_leads(idea)
    answer, name = f"reexamine:{idea.key}", f"name_reexaminer:{idea.key}"
    holder, key, other = (Holder.DECIDER, answer, name) if decider else (Holder.LEAD, name, answer)
    inbox.close(other)
    inbox.narrow(key, people)
    url = reverse("reexamination", args=[idea.key])
    verb = key.partition(":")[0]
    wait_for(people, idea=idea, key=key, verb=verb, url=url, due_at=asked.due_at)
    before = asked.decider
    changes = [
        ("holder", idea.holder, holder),
        ("reexaminer", before and str(before.key), decider and str(decider.key)),
    ]
    idea.holder, asked.decider = holder, decider
    asked.save(update_fields=["decider"])
    return [effect(what, old, new) for what, old, new in changes if old != new]


def _open_reexamination(idea: Idea) -> Reexamination:
    found = Reexamination.objects.filter(idea=idea, closed_at=None).first()
    if idea.state != "stopped" or found is None:
        raise Conflict(_("This idea cannot be re-examined, or no longer."), code="reexamine.closed")
    return found
