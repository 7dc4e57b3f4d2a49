"""Reads of briefs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial

from django.conf import settings
from django.urls import reverse

from ideas.drafting.masking.rules import masked
from ideas.drafting.models import Idea
from incubator.events.rules import canonical, sha256
from incubator.lib.masks import MASK
from workflows.briefs.models import Brief, MaskedBrief
from workflows.briefs.record import (
    BriefRecord,
    from_data,
    serial_of,
)
from workflows.gates.models import Decision


def in_force(decision: Decision) -> Brief | None:
    """The decision's one brief in force; None before it is issued."""
    return Brief.objects.filter(decision=decision, in_force=True).first()


def briefs_of(idea: Idea) -> list[Brief]:
    """The idea's briefs in force, oldest decision first, each with its decision and round, in one query."""
    return list(
        Brief.objects.filter(decision__round__idea=idea, in_force=True)
        .select_related("decision__round")
        .order_by("decision__issued_at", "pk")
    )


def address_of(brief: Brief) -> str:
    """The whole address printed on the brief, where anyone who holds it can check it."""
    return f"{settings.SITE_URL}{reverse('verify-token', args=[brief.token])}"


def language_of(idea: Idea) -> str:
    """The brief speaks the idea's language, if the product does."""
    return idea.language if idea.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def serial_in_words(brief: Brief) -> str:
    """`2026/17`, or '' for a brief that no job has taken up yet."""
    return serial_of(brief.series.year, brief.serial) if brief.series and brief.serial else ""


def files_named(sha256s: Collection[str]) -> set[str]:
    """Which of these files is a brief."""
    briefs = Brief.objects.filter(sha256__in=sha256s).values_list("sha256", flat=True)
    return {*briefs, *MaskedBrief.objects.filter(sha256__in=sha256s).values_list("sha256", flat=True)}


def passages_sha256(passages: Iterable[str]) -> str:
    return sha256(canonical(sorted(passages)))


def masked_record(brief: Brief, passages: Sequence[str]) -> BriefRecord:
    """The record of a ready brief without these words. The fingerprint of the text goes too: whoever has the rest
    of the text would find a masked name by trying names."""
    found = from_data(brief.record or {}).with_texts(partial(masked, passages=passages))
    return replace(found, content_sha256=MASK)
