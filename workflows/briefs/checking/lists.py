"""The monthly list: the briefs made and the ends of the chains, signed, so that a record rewritten later is seen.

It names nobody and no idea: briefs are SHA-256 of the files given out, masked copies too, chains SHA-256 of what they
are about, without their length, which would count acts that nobody may see. Chains about persons stay out.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from incubator.events import queries as events
from incubator.events.rules import canonical
from incubator.lib import clock
from workflows.briefs.models import Brief, MaskedBrief

KIND = "travee.brief-list:2"
SIGNATURE_SUFFIX = ".p7s"  # of the detached signature beside the list
NOT_LISTED = "person"


class Fault(NamedTuple):
    """What no longer stands as published: `what` is chain (cut or rewritten) or brief (missing or changed)."""

    what: str
    sha256: str


def month_of(text: str) -> tuple[datetime, datetime]:
    """From when until when `YYYY-MM` is, where the installation is. Raises ValueError."""
    first = date.fromisoformat(f"{text}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    zone = ZoneInfo(settings.TIME_ZONE)
    since, until = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (first, after))
    return since, until


def last_month() -> str:
    today = clock.today()
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return f"{year}-{month:02}"


def made_for(month: str) -> bytes:
    """The list as JSON, the same for the same rows. Raises ValueError on anything but YYYY-MM."""
    since, until = month_of(month)
    content = {
        "kind": KIND,
        "organisation": settings.CITY_NAME,
        "month": month,
        "briefs": sorted(_made(since, until)),
        "chains": [
            {"subject": subject, "head": head}
            for subject, head in events.heads(since, until, besides=NOT_LISTED)
        ],
    }
    return canonical(content) + b"\n"


def _made(since: datetime, until: datetime) -> set[str]:
    """The files of the briefs made in this time, replaced ones too; with a masked copy, those made before it."""
    briefs = Brief.objects.filter(prepared_at__gte=since, prepared_at__lt=until)
    copies = MaskedBrief.objects.filter(made_at__gte=since, made_at__lt=until)
    return {*briefs.values_list("sha256", flat=True), *_files_of(copies)}


def _files_of(copies: Iterable[MaskedBrief]) -> set[str]:
    return {sha256 for copy in copies for sha256 in (copy.sha256, *copy.former)}


def read(content: bytes) -> dict[str, Any]:
    """The list's content. Raises ValueError when it is none."""
    found = json.loads(content)
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise ValueError("not a list of briefs")
    return found


def faults_against(listed: Mapping[str, Any]) -> list[Fault]:
    """What the database no longer holds as the list says."""
    faults = [Fault("chain", subject) for subject in events.differing(listed["chains"])]
    files = listed["briefs"]
    copies = MaskedBrief.objects.filter(Q(sha256__in=files) | Q(former__overlap=files))
    kept = {*Brief.objects.filter(sha256__in=files).values_list("sha256", flat=True), *_files_of(copies)}
    return faults + [Fault("brief", sha256) for sha256 in files if sha256 not in kept]
