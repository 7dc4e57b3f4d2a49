"""Renders briefs and seals them, outside any transaction; run twice, the second run finds the brief ready."""

import logging
from dataclasses import replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from ideas.drafting.masking.queries import passages_of
from incubator.lib import clock
from incubator.lib.last_tries import counted, is_last, when_lost
from incubator.lib.pdf_process import PdfFailed, render_in_process
from incubator.lib.seals import Sealed, SealFailed
from incubator.lib.seals.documents import sealed
from workflows.briefs import actions, gathering, queries
from workflows.briefs.document import attached, html_of, stylesheet
from workflows.briefs.models import Brief
from workflows.briefs.record import BriefRecord
from workflows.briefs.rules import MOST_TRIES

logger = logging.getLogger(__name__)
JOINED = (
    "decision__round__idea__programme__entity",
    "decision__round__configuration__source",
    "series",
    "replaces__series",
)
# It counts what follows the first try; a minute apart, so that one moment of load is not met twice.
TRIED_AGAIN = RetryStrategy(max_attempts=MOST_TRIES - 1, wait=60)


@app.task(name="briefs.render", queue="briefs", retry=TRIED_AGAIN, task_middleware=[counted])
def render_brief(brief_id: int, at: str = "") -> None:
    """Make the brief's PDF, seal it and keep it. Raises PdfFailed or SealFailed, after saying so in the row, to be
    tried again."""
    brief = Brief.objects.select_related(*JOINED).get(pk=brief_id)
    if brief.state == Brief.State.READY:
        return
    with clock.as_of(at):
        try:
            actions.take_serial(brief)
            record = gathering.record_of(brief.decision, brief)
            record, public, document = _rendered(brief, record, before=brief.failure)
            actions.finish(brief, record, public, document, _sealed(document, record))
        except Exception as failed:
            actions.give_up(brief, _why(failed), last=is_last(MOST_TRIES))
            raise


@app.task(name="briefs.mask", queue="briefs", retry=TRIED_AGAIN, task_middleware=[counted])
def mask_brief(brief_id: int, at: str = "") -> None:
    """Make the copy for those from whom passages are masked. Raises as `render_brief` does, after saying so."""
    brief = Brief.objects.select_related(*JOINED).get(pk=brief_id)
    passages = [row.text for row in passages_of(brief.decision.round.idea)]
    if brief.state != Brief.State.READY or not passages:
        return
    with clock.as_of(at):
        try:
            record = queries.masked_record(brief, passages)
            record, _public, document = _rendered(brief, record, before=brief.masking_failure)
            seal = _sealed(document, record)
            actions.keep_masked(brief, passages, seal.document if seal else document)
        except Exception as failed:
            actions.give_up_masked(brief, _why(failed), last=is_last(MOST_TRIES))
            raise


@when_lost("briefs.render")
def lose_brief(brief_id: int, at: str = "") -> None:
    """Every worker that took the job was killed."""
    with clock.as_of(at):
        actions.give_up(Brief.objects.select_related(*JOINED).get(pk=brief_id), "killed", last=True)


@when_lost("briefs.mask")
def lose_masked_brief(brief_id: int, at: str = "") -> None:
    """Every worker that took the job was killed."""
    with clock.as_of(at):
        actions.give_up_masked(Brief.objects.select_related(*JOINED).get(pk=brief_id), "killed", last=True)


def _why(failed: Exception) -> str:
    return failed.reason if isinstance(failed, PdfFailed | SealFailed) else "stopped"


def _sealed(document: bytes, record: BriefRecord) -> Sealed | None:
    with translation.override(record.language):
        name = gettext("Seal of the organisation")
    return sealed(document, name=name, about=f"{record.serial}, {record.number}", check_at=record.address)


def _rendered(brief: Brief, record: BriefRecord, *, before: str) -> tuple[BriefRecord, dict[str, Any], bytes]:
    """The record as it is printed, the public record it carries, the PDF; when a text cannot be laid out, one that says
    that its long texts are cut, and a note in their place."""
    try:
        return _laid_out(brief, record)
    except PdfFailed as failed:
        if record.shortened or not failed.is_of_the_text(before=before):
            raise
        logger.warning("Brief %s with its whole texts: %s", record.number, failed)
    return _laid_out(brief, replace(record, shortened=True))


def _laid_out(brief: Brief, record: BriefRecord) -> tuple[BriefRecord, dict[str, Any], bytes]:
    record, public = gathering.with_public_record(brief, record)
    carried = [attached(record, public)]
    return record, public, render_in_process(html_of(record), stylesheet=stylesheet(), attachments=carried)
