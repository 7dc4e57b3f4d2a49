"""The brief's row is made in the transaction that issues the decision; a job does the rest."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from ideas.acts import record as record_act
from ideas.drafting.masking.queries import passages_of
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.events.rules import canonical, sha256
from incubator.lib import clock, files
from incubator.lib.deferring import defer, together
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.lib.seals import Sealed
from incubator.messages import actions as messages
from incubator.people.actors import Actor
from workflows.briefs import queries, rules, tellings
from workflows.briefs.models import Brief, BriefSeries, MaskedBrief
from workflows.briefs.record import BriefRecord, brief_number
from workflows.gates import authority
from workflows.gates.models import Decision


def prepare(*, decision: Decision, by: Actor) -> Brief:
    """Make the row of the decision's brief and defer the job that renders it.

    Called once, in the deciding transaction and under the idea's lock; the decision's own event stands for it.
    Raises IntegrityError when the decision has a brief in force.
    """
    round_, idea = decision.round, decision.round.idea
    brief = Brief.objects.create(
        decision=decision,
        number=brief_number(idea.reference, round_.gate, round_.number),
        language=queries.language_of(idea),
        asked_at=clock.now(),
    )
    defer_rendering(brief)
    return brief


def defer_rendering(brief: Brief) -> None:
    """Have the brief rendered by a job; harmless for one that is ready."""
    # Two workers on one brief would give the same file: the lock only saves the second one's time.
    task = app.configure_task("briefs.render", lock=f"brief:{brief.pk}")
    defer(task, brief_id=brief.pk, at=clock.moved_to())


def on_masked(idea: Idea) -> None:
    """What is masked has changed: the copies of the briefs that are ready are made anew."""
    # Waits for a job that makes one ready at this moment: it does not see yet what this act masks.
    briefs = Brief.objects.filter(decision__round__idea=idea).select_for_update(of=("self",), no_key=True)
    states = briefs.order_by("pk").values_list("pk", "state")
    defer_masking([pk for pk, state in states if state == Brief.State.READY])


def defer_masking(brief_ids: Collection[int]) -> None:
    """Have the copies of ready briefs without their masked passages made by jobs, whatever became of former tries."""
    if not brief_ids:
        return
    Brief.objects.filter(pk__in=brief_ids, masking_tries__gt=0).update(masking_tries=0, masking_failure="")
    with together():
        for brief_id in brief_ids:
            task = app.configure_task("briefs.mask", lock=f"brief:{brief_id}")
            defer(task, brief_id=brief_id, at=clock.moved_to())


def keep_masked(brief: Brief, passages: Sequence[str], document: bytes) -> None:
    """Keep the copy without these passages, in place of one made for others, which stays known by its SHA-256."""
    sha256_of_document = files.put(document)
    made = {
        "passages_sha256": queries.passages_sha256(passages),
        "sha256": sha256_of_document,
        "made_at": clock.now(),
    }
    with transaction.atomic():
        earlier = MaskedBrief.objects.select_for_update().filter(brief=brief).first()
        if earlier is not None and earlier.sha256 != sha256_of_document:
            made["former"] = [*earlier.former, earlier.sha256]
        MaskedBrief.objects.update_or_create(brief=brief, defaults=made)
        Brief.objects.filter(pk=brief.pk, masking_tries__gt=0).update(masking_tries=0, masking_failure="")


def on_decided(idea: Idea, by: Actor, decision: Decision) -> list[dict[str, Any]]:
    """What a gate's `decided` hook calls; a brief is no effect on the idea."""
    decision.round.idea = idea  # read under the lock, with its programme and entity
    prepare(decision=decision, by=by)
    return []


def correct(*, brief: uuid.UUID, reason: str, by: Actor) -> Brief:
    """Have the brief made anew, in another edition that names this one and says why; one that could not be made is
    asked for again, for this reason, and keeps its numbers.

    This one stays in force until the other is ready. Raises NotFound, NotAllowed for others than who decided and still
    may, and the programme's leads, Conflict for a brief that is not ready or was corrected already, Invalid without a
    reason.
    """
    with locked(rounds__decision__briefs__key=brief) as idea:
        old = Brief.objects.select_related("decision__round").get(key=brief)
        old.decision.round.idea = idea
        # A job makes one ready without the idea's lock.
        newer = Brief.objects.select_for_update(no_key=True).filter(replaces=old).first()
        _check_correction(old, newer, reason, by)
        new = _another_edition(old, reason.strip()) if newer is None else _again(newer, reason.strip())
        before = None if newer is None else "failed"
        effects = [effect("brief", before, "preparing", brief=str(new.key), replaces=str(old.key))]
        record_act(
            idea, "brief_corrected", by, effects, brief=str(new.key), reason_sha256=sha256(new.correction)
        )
        defer_rendering(new)
    return new


def _another_edition(old: Brief, reason: str) -> Brief:
    return Brief.objects.create(
        decision=old.decision,
        number=old.number,
        edition=old.edition + 1,
        language=old.language,
        in_force=False,
        replaces=old,
        correction=reason,
        asked_at=clock.now(),
    )


def _again(failed: Brief, reason: str) -> Brief:
    failed.state, failed.failure, failed.tries = Brief.State.PREPARING, "", 0
    failed.correction, failed.asked_at = reason, clock.now()
    failed.save(update_fields=["state", "failure", "tries", "correction", "asked_at"])
    return failed


def _check_correction(old: Brief, newer: Brief | None, reason: str, by: Actor) -> None:
    if not authority.may_correct(by.human, old.decision):
        raise NotAllowed(
            _(
                "A brief is corrected by whoever decided, while their delegation lasts, or by a lead of the programme."
            ),
            code="brief.not_yours",
        )
    if old.state != Brief.State.READY:
        raise Conflict(_("This brief is not ready yet: there is nothing to correct."), code="brief.not_ready")
    if newer is not None and newer.state != Brief.State.FAILED:
        raise Conflict(
            _("This brief was corrected already. Correct the newest one."), code="brief.corrected_already"
        )
    if len(reason.strip()) < rules.SHORTEST_REASON:
        raise Invalid(
            _("Say in a sentence what was wrong."),
            code="brief.reason",
            fields={"reason": [_("Say what was wrong.")]},
        )


def take_serial(brief: Brief) -> None:
    """Give the brief its place in its entity's year, once; the row keeps it whatever becomes of the rendering.

    Under one lock, the series' row, which nothing else takes: so there is neither a gap nor a double, and no act
    waits. The year is that of the asking, where the entity is.
    """
    entity = brief.decision.round.idea.programme.entity
    year = brief.asked_at.astimezone(ZoneInfo(entity.time_zone)).year
    with transaction.atomic():
        BriefSeries.objects.get_or_create(entity=entity, year=year)
        series = BriefSeries.objects.select_for_update().get(entity=entity, year=year)
        if Brief.objects.filter(pk=brief.pk, serial=None).update(series=series, serial=series.last + 1):
            BriefSeries.objects.filter(pk=series.pk).update(last=series.last + 1)
    brief.refresh_from_db(fields=["series", "serial"])


def finish(
    brief: Brief, record: BriefRecord, public: Mapping[str, Any], document: bytes, seal: Sealed | None = None
) -> bool:
    """Keep the document, or the sealed file that begins with it, say that the brief is ready and tell whom it is for;
    False, and nothing changed, when another job was first, or the correction was asked for again in other words."""
    kept = seal.document if seal else document
    sha256_of_document = files.put(kept)
    data = record.as_data()
    with transaction.atomic():
        waiting = Brief.objects.filter(pk=brief.pk, correction=brief.correction)
        waiting = waiting.exclude(state=Brief.State.READY)
        first = waiting.update(
            state=Brief.State.READY,
            record=data,
            record_sha256=sha256(canonical(data)),
            public=public,
            public_sha256=record.public_sha256,
            sha256=sha256_of_document,
            size=len(kept),
            unsigned_sha256=sha256(document),
            sealed_at=seal.sealed_at if seal else None,
            seal_certificate=seal.certificate if seal else "",
            failure="",
            prepared_at=clock.now(),
        )
        if first:
            _come_into_force(brief)
            # Whoever it is for has had the mail of the decision: this one stays in the application.
            messages.tell_also(tellings.event_of(brief), tellings.of_a_ready_brief(brief), mailed=False)
            if passages_of(brief.decision.round.idea):
                defer_masking([brief.pk])
    return bool(first)


def _come_into_force(brief: Brief) -> None:
    if brief.replaces_id is not None:
        Brief.objects.filter(pk=brief.replaces_id).update(in_force=False)
        Brief.objects.filter(pk=brief.pk).update(in_force=True)


def give_up(brief: Brief, reason: str, *, last: bool = False) -> None:
    """Say that the brief could not be made, and why; a later job may still succeed. The last try tells the lead.

    `last`: its job ends here, though not all its tries were heard of: some were lost with their workers.
    """
    with transaction.atomic():
        waiting = Brief.objects.filter(pk=brief.pk).exclude(state=Brief.State.READY)
        if not waiting.update(state=Brief.State.FAILED, failure=reason[:20], tries=_one_more("tries", last)):
            return
        brief.refresh_from_db(fields=["tries"])
        if brief.tries == rules.MOST_TRIES:
            messages.tell_also(tellings.event_of(brief), tellings.of_a_failed_brief(brief), mailed=True)


def _one_more(tries: str, last: bool) -> Combinable:
    return Greatest(F(tries) + 1, rules.MOST_TRIES) if last else F(tries) + 1


def give_up_masked(brief: Brief, reason: str, *, last: bool = False) -> None:
    """Say that the copy without masked passages could not be made, and why; a later job may still succeed. The last try
    tells the lead, since those who read that copy wait for it. `last`: as in `give_up`."""
    with transaction.atomic():
        Brief.objects.filter(pk=brief.pk).update(
            masking_tries=_one_more("masking_tries", last), masking_failure=reason[:20]
        )
        brief.refresh_from_db(fields=["masking_tries"])
        if brief.masking_tries == rules.MOST_TRIES:
            told = tellings.of_a_failed_brief(brief, "masked_brief_failed")
            messages.tell_also(tellings.event_of(brief), told, mailed=True)
