"""Renders briefs and seals them, outside any transaction; run twice, the second run finds the brief ready."""

import logging
from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from ideas.drafting.masking.queries import passages_of
from incubator.lib import clock
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


@app.task(name="briefs.render", queue="briefs", retry=RetryStrategy(max_attempts=MOST_TRIES, linear_wait=60))
def render_brief(brief_id: int, at: str = "") -> None:
    """Make the brief's PDF, seal it and keep it. Raises PdfFailed or SealFailed, after saying so in the row, to be
    tried again."""
    brief = Brief.objects.select_related(*JOINED).get(pk=brief_id)
    if brief.state == Brief.State.READY:
        return
    with clock.as_of(at):
        try:
            actions.take_serial(brief)
            record, public = gathering.with_public_record(brief, gathering.record_of(brief.decision, brief))
            document = _rendered(record, public, before=brief.failure)
            actions.finish(brief, record, public, document, _sealed(document, record))
        except Exception as failed:
            actions.give_up(brief, _why(failed))
            raise


@app.task(name="briefs.mask", queue="briefs", retry=RetryStrategy(max_attempts=MOST_TRIES, linear_wait=60))
def mask_brief(brief_id: int, at: str = "") -> None:
    """Make the copy for those from whom passages are masked. Raises as `render_brief` does, after saying so."""
    brief = Brief.objects.select_related(*JOINED).get(pk=brief_id)
    passages = [row.text for row in passages_of(brief.decision.round.idea)]
    if brief.state != Brief.State.READY or not passages:
        return
    with clock.as_of(at):
        try:
            record, public = gathering.with_public_record(brief, queries.masked_record(brief, passages))
            document = _rendered(record, public, before=brief.masking_failure)
            seal = _sealed(document, record)
            actions.keep_masked(brief, passages, seal.document if seal else document)
        except Exception as failed:
            actions.give_up_masked(brief, _why(failed))
            raise


def _why(failed: Exception) -> str:
    return failed.reason if isinstance(failed, PdfFailed | SealFailed) else "stopped"


def _sealed(document: bytes, record: BriefRecord) -> Sealed | None:
    with translation.override(record.language):
        name = gettext("Seal of the organisation")
    return sealed(document, name=name, about=record.number, check_at=record.address)


def _rendered(record: BriefRecord, public: Mapping[str, Any], *, before: str) -> bytes:
    """The PDF; when a text in it cannot be laid out, the PDF with the long texts cut and a note in their place."""
    carried = [attached(record, public)]
    try:
        return render_in_process(html_of(record), stylesheet=stylesheet(), attachments=carried)
    except PdfFailed as failed:
        if not failed.is_of_the_text(before=before):
            raise
        logger.warning("Brief %s with its whole texts: %s", record.number, failed)
    return render_in_process(html_of(record, shortened=True), stylesheet=stylesheet(), attachments=carried)
