"""An idea merged into another: undone by a lead until the other's next decision, which ends its process."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ideas.acts import record
from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea
from ideas.lock import locked, locked_with
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.lib import clock
from incubator.lib.deferring import defer
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from workflows import nodes
from workflows.gates import actions as gates
from workflows.gates.actions.votes import acting
from workflows.gates.conflicts import conflicts_of
from workflows.gates.queries import open_conditions
from workflows.journey.actions.steps import PLACE, SENTENCE, check_lead, tell
from workflows.journey.models import Merge


def undo_merge(*, idea: UUID, by: Actor, reasons: str) -> Idea:
    """A lead takes an idea out of the one it was merged into: it is where it was, with a new consultation.

    Its authors leave the other team; votes that were voided stay so. Raises NotAllowed (no lead, or too close to
    either), Conflict (not merged, or the other idea was decided since), Invalid on `reasons`.
    """
    into = Idea.objects.filter(key=idea).values_list("merged_into", flat=True).first()
    with locked_with(into, key=idea) as (found, target):
        merge = check_may_undo(found, target, by)
        if len(reasons.strip()) < SENTENCE:
            sentence = _("Say in a sentence why the two go their own ways: both teams read it.")
            raise Invalid(sentence, code="unmerge.reasons", fields={"reasons": [sentence]})
        assert target is not None, "checked"
        merge.undone_at, merge.undone_by, merge.undone_reasons = clock.now(), by.human, reasons.strip()
        merge.save(update_fields=["undone_at", "undone_by", "undone_reasons"])
        found.merged_into = found.ended_at = None
        effects: list[dict[str, Any]] = [effect("merged_into", str(target.key), None)]
        effects += nodes.move(found, merge.gate, by)
        found.save(update_fields=[*PLACE, "merged_into"])
        gates.ask_to_meet(open_conditions(found).select_related("owner"), found)
        why = {"reasons_sha256": sha256(merge.undone_reasons)}
        left = drafting.take_credit_back(idea=target, source=found)
        record(target, "idea_taken_out", by, left, source=str(found.key), **why)
        tell(found, "merge_undone", by, {"gate": merge.gate, "target": str(target.key)} | why, effects)
        return found


def check_may_undo(idea: Idea, target: Idea | None, by: Actor) -> Merge:
    """The merge that this person may undo now. Raises Conflict or NotAllowed as `undo_merge` does."""
    check_lead(idea, by)
    merge = Merge.objects.filter(idea=idea, undone_at=None).first()
    if merge is None or target is None or idea.merged_into_id != target.pk:
        raise Conflict(
            _("This idea is not merged into another one, or no longer."), code="unmerge.not_merged"
        )
    if any(found.hard for found in conflicts_of(acting(by), target, "").values()):
        raise NotAllowed(
            _("You are close to the idea this one was merged into: another programme lead does this."),
            code="unmerge.target_conflict",
        )
    if merge.final_at is not None:
        raise Conflict(
            _(
                "The idea it was merged into has been decided since, so this can no longer be undone. Its authors can"
                " take their text up again in a new idea."
            ),
            code="unmerge.late",
        )
    return merge


def settle_merges(target: Idea) -> list[dict[str, Any]]:
    """The target is decided: what was merged into it stays. Gives the effects on the target, whose lock is held.

    The processes of those ideas end by a job each: this act holds the lock of none of them.
    """
    from workflows.journey.jobs import end_merge_of

    if not getattr(target, "took_in", True):  # read with the lock, but where a session locks all its ideas
        return []
    waiting = list(Merge.objects.filter(target=target, final_at=None, undone_at=None).select_related("idea"))
    if not waiting:
        return []
    Merge.objects.filter(pk__in=[merge.pk for merge in waiting]).update(final_at=clock.now())
    for merge in waiting:
        defer(end_merge_of.configure(), idea=str(merge.idea.key), at=clock.moved_to())
    return [effect("merge", "open", "final", idea=str(merge.idea.key)) for merge in waiting]


def end_merge(*, idea: UUID, by: Actor) -> None:
    """The process of an idea merged for good ends. Run twice, or after an undoing, it finds nothing to do."""
    with locked(key=idea) as found:
        final = Merge.objects.filter(idea=found, undone_at=None, final_at__isnull=False).exists()
        if not final or nodes.station_of(found) != "merged":
            return
        nodes.move(found, "final", by)
        tell(found, "merge_final", by, {}, [effect("merge", "open", "final")])
