"""Carrying out what a sweep has claimed: each step in one transaction with its row in the ledger."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.urls import reverse

from ideas.acts import record, wait_for
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Refusal, note, refused_at
from incubator.people.actors import CLOCK
from workflows.clock import duties, escalation, other_work, rules, wording
from workflows.clock.models import ClockStep
from workflows.clock.sweep import sweep
from workflows.gates.models import Seat

log = logging.getLogger("travee.clock")
TRIED_AGAIN_AFTER = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=6))


def tick() -> Counter[str]:
    """One sweep, then everything claimed; gives how many were `claimed`, and `done`, `refused` or `failed`."""
    return Counter(claimed=sweep()) + carry_out()


def carry_out() -> Counter[str]:
    """Carry out what is claimed, oldest first, each step at most once; several workers share the work."""
    results: Counter[str] = Counter()
    after = 0
    while taken := _next(after):
        after, result = taken
        results[result] += 1
    return results


def _next(after: int) -> tuple[int, str] | None:
    """Take the next step that no other worker has in hand; its place and how it ended, or None."""
    with transaction.atomic():
        step = (
            ClockStep.objects.select_for_update(skip_locked=True)
            .filter(done_at=None, try_at__lte=clock.now(), pk__gt=after)
            .order_by("pk")
            .first()
        )
        return None if step is None else (step.pk, _carry_out(step))


def _carry_out(step: ClockStep) -> str:
    try:
        # A savepoint: what failed is undone, the row in the ledger stays held.
        with transaction.atomic():
            duty, other = duties.named(step.step), other_work.of(step)
            if duty is not None:
                duty.act(step)
            elif other is not None:
                (other.escalate if step.step == rules.ESCALATE else other.remind)(step)
            elif step.step == rules.ESCALATE:
                escalate(step)
            else:
                remind(step)
    except Refusal as refusal:
        with refused_at(f"{step.step} {step.key}"):
            note(refusal)
        # Somebody acted between the look and the lock. Should it be owed again, it is claimed again.
        step.delete()
        return "refused"
    except Exception:
        log.exception("step %s of %s, due %s", step.step, step.key, step.due_at)
        step.try_at = clock.now() + TRIED_AGAIN_AFTER[min(step.tries, len(TRIED_AGAIN_AFTER) - 1)]
        step.tries += 1
        step.save(update_fields=["try_at", "tries"])
        return "failed"
    if duty is not None and duty.repeats:
        step.delete()
    else:
        step.done_at = clock.now()
        step.save(update_fields=["done_at"])
    return "done"


def remind(step: ClockStep) -> None:
    """Remind whoever has this open; nothing happens when it was done or put off since it was claimed."""
    with locked(key=step.subject_key) as idea:
        if _owed(idea, waiting(step)):
            record(idea, "reminded", CLOCK, work=step.key, step=step.step)


def escalate(step: ClockStep) -> None:
    """Say to the lead, or of the lead’s own work to whoever is above, that a role is late; once per idea and ask."""
    with locked(key=step.subject_key) as idea:
        items = waiting(step)
        if not _owed(idea, items):
            return
        late = items[0].verb
        key = f"late:{late}:{idea.key}"
        if WorkItem.objects.filter(key=key, closed_at=None).exists():
            return
        role, people = escalation.recipients(idea, items)
        url = _where(idea, items[0], role)
        wait_for(people, idea=idea, key=key, verb=wording.late(late), url=url, due_at=step.due_at)
        effects = [effect("work", None, "late", of=late)]
        record(idea, "escalated", CLOCK, effects, late=key, work=step.key, to=role)


def _owed(idea: Idea, items: Sequence[WorkItem]) -> bool:
    """Whether any of it waits still, and does not rest with a held idea."""
    return bool(items) and (idea.state != Idea.State.HELD or items[0].verb == rules.OF_THE_HOLD)


def _where(idea: Idea, item: WorkItem, role: str) -> str:
    """The panel's seats, where a lead can change them, or the page of what is late."""
    if item.verb == "vote" and role == "lead":
        seat = Seat.objects.select_related("round").filter(key=item.key.partition(":")[2]).first()
        if seat is not None:
            return reverse("seats", args=[seat.round.key])
    return reverse("late-work", args=[idea.key, item.verb])


def waiting(step: ClockStep) -> list[WorkItem]:
    """The items this step is of that are still open and due when they were."""
    items = WorkItem.objects.filter(key=step.key, due_at=step.due_at, closed_at=None)
    return list(items.select_related("person").order_by("pk"))
