"""What the record says of a file, or of the token printed on a brief; nothing that the paper does not say."""

import re
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from incubator.lib.seals.examination import Examination
from workflows.briefs.checking.rules import Known, embedded_matches
from workflows.briefs.models import Brief
from workflows.briefs.queries import serial_in_words
from workflows.briefs.standing import standing_of, with_later_round

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Paper:
    """A brief by its token, and whether its file carries a seal."""

    known: Known
    brief: Brief


def of_token(token: str) -> Paper | None:
    """The brief with this token; None for any other text. Three queries at most."""
    if not TOKEN.fullmatch(token):
        return None
    found = _briefs().filter(token=token).first()
    return Paper(_known(found, "file"), found) if found else None


def of_file(found: Examination) -> Known | None:
    """The ready brief that this file is, is a masked copy of, or begins with. Three queries at most."""
    sha256s = [sha256 for sha256 in (found.sha256, *found.renderings) if sha256]
    if not sha256s:
        return None
    rows = _briefs().filter(
        Q(sha256__in=sha256s)
        | Q(unsigned_sha256__in=sha256s)
        | Q(masked__sha256=found.sha256)
        | Q(masked__former__contains=[found.sha256])
    )
    matched = sorted(((_kept_as(brief, found.sha256), brief) for brief in rows), key=lambda pair: pair[0])
    if not matched:
        return None
    (_order, kept), brief = matched[0]
    known = _known(brief, kept)
    # A masked copy carries data of its own.
    if kept not in ("file", "beginning"):
        return known
    # Of a brief made before briefs carried their data there is nothing to compare.
    return replace(known, data_matches=embedded_matches(found.attached, brief.public_sha256))


def _briefs() -> QuerySet[Brief]:
    ready = Brief.objects.filter(state=Brief.State.READY)
    return with_later_round(ready).select_related(
        "masked", "series", "decision__round__idea__programme__entity"
    )


def _kept_as(brief: Brief, sha256: str) -> tuple[int, str]:
    """As what the file is kept, the closest first."""
    masked = getattr(brief, "masked", None)
    if brief.sha256 == sha256:
        return 0, "file"
    if masked is not None and masked.sha256 == sha256:
        return 1, "masked"
    if masked is not None and sha256 in masked.former:
        return 2, "former"
    return 3, "beginning"


def _known(brief: Brief, kept: str) -> Known:
    decision = brief.decision
    assert decision.issued_at is not None, "only an issued decision has a brief"
    zone = ZoneInfo(decision.round.idea.programme.entity.time_zone)
    newer = None
    if not brief.in_force:
        others = Brief.objects.filter(decision_id=brief.decision_id, in_force=True)
        newer = others.select_related("series").first()
    return Known(
        number=brief.number,
        serial=serial_in_words(brief),
        decided_on=decision.issued_at.astimezone(zone).date(),
        outcome=decision.outcome,
        kept=kept,
        in_force=brief.in_force,
        replaced_by=serial_in_words(newer) if newer else "",
        standing=standing_of(brief),
    )
