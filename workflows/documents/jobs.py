"""Lays documents out, outside any transaction; run twice, the second run finds the file there."""

import logging
from collections.abc import Callable
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from incubator.lib import clock
from incubator.lib.last_tries import when_lost
from incubator.lib.pdf_process import PdfFailed, render_alone, render_in_process
from workflows.documents import actions, rules
from workflows.documents.models import Document
from workflows.documents.page import html_of, stylesheet

logger = logging.getLogger(__name__)
# Of computing. Twenty ideas of three pages take 8, and 145 MB.
PACK_SECONDS = 120.0


@app.task(
    name="documents.render",
    queue="briefs",
    retry=RetryStrategy(max_attempts=rules.MOST_TRIES - 1, wait=60),
)
def render_document(document_id: int, at: str = "") -> None:
    """Make the file of a document and keep it. Raises PdfFailed, after saying so in the row, to be tried again."""
    document = Document.objects.get(pk=document_id)
    if document.state == Document.State.READY:
        return
    with clock.as_of(at):
        try:
            if document.kind == Document.Kind.PACK:
                made = _pack(document)
            else:
                made = _rendered(document.record, _laid_out, before=document.failure)
            actions.finish(document, made)
        except Exception as failed:
            actions.give_up(document, failed.reason if isinstance(failed, PdfFailed) else "stopped")
            raise


@when_lost("documents.render")
def lose_document(document_id: int, at: str = "") -> None:
    """Every worker that took the job was killed."""
    actions.give_up(Document.objects.get(pk=document_id), "killed")


def _laid_out(record: dict[str, Any]) -> bytes:
    return render_in_process(html_of(record), stylesheet=stylesheet())


def _whole_pack(record: dict[str, Any]) -> bytes:
    return render_alone(html_of(record), stylesheet=stylesheet(), computing_seconds=PACK_SECONDS)


def _rendered(record: dict[str, Any], laid_out: Callable[[dict[str, Any]], bytes], *, before: str) -> bytes:
    """The PDF; when a text in it cannot be laid out, the PDF with the long texts cut and a note in their place."""
    try:
        return laid_out(record)
    except PdfFailed as failed:
        if not failed.is_of_the_text(before=before):
            raise
        logger.warning("Document %s of %s with its whole texts: %s", record["kind"], record["number"], failed)
    return laid_out(rules.cut(record) | {"shortened": True})


def _pack(document: Document) -> bytes:
    """All ideas in one page, so that it keeps its tags and its bookmarks. Each is laid out alone first: a text that
    cannot be takes nothing from the others, and the reader sees how far it is."""
    record, ideas = document.record, []
    for place, idea in enumerate(record["ideas"], 1):
        alone = record | {"ideas": [idea]}
        fits = _can_be_laid_out(alone, before=document.failure)
        ideas.append(idea if fits else rules.cut(idea) | {"shortened": True})
        actions.progressed(document, place)
    return _rendered(record | {"ideas": ideas}, _whole_pack, before=document.failure)


def _can_be_laid_out(record: dict[str, Any], *, before: str) -> bool:
    try:
        _laid_out(record)
    except PdfFailed as failed:
        if not failed.is_of_the_text(before=before):
            raise
        return False
    return True
