"""Loading precedents from a source's file: what changed is kept, what did not is left alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from ideas.calls.actions import open_programme
from ideas.calls.models import Programme
from ideas.drafting import rules as drafting
from ideas.drafting.models import Idea, IdeaContent, Precedent
from ideas.precedents import rules, wording
from ideas.precedents.reading import Record, records
from ideas.precedents.rules import BadLine, Line
from ideas.precedents.sources import Source
from incubator.events.actions import append_each, effect
from incubator.events.rules import sha256
from incubator.lib import clock
from incubator.people.actors import IMPORT
from incubator.people.journal import Entry
from incubator.people.models import Entity

BATCH = 200
CREATED, UPDATED, UNCHANGED, REFUSED = "created", "updated", "unchanged", "refused"


class WrongProgramme(Exception):
    """The programme takes no precedents, or this source is loaded elsewhere: a plain sentence."""


class Outcome(NamedTuple):
    """What became of a line: `line` in the file, `outcome`, the source's number, and what was noticed."""

    line: int
    outcome: str
    number: str
    remark: str


def import_precedents(
    *, path: Path, source: Source, programme_key: str, dry_run: bool = False
) -> Iterator[Outcome]:
    """Load a file, batch by batch, and say what became of each line, in order.

    Each batch is one transaction: a run that was killed is continued by running it again. Idempotent by the
    source's number. With `dry_run` nothing is written. Raises `reading.Unreadable`, WrongProgramme.
    """
    seen: set[str] = set()
    found = (_read(record, seen) for record in records(path, rules.REQUIRED_COLUMNS))
    # A file that cannot be read leaves no empty programme behind.
    batch = list(islice(found, BATCH))
    programme = _programme(source, programme_key, dry_run)
    while batch:
        yield from _load(batch, source, programme, dry_run)
        batch = list(islice(found, BATCH))


def _read(record: Record, seen: set[str]) -> tuple[int, Line | BadLine]:
    try:
        if record.problem is not None:
            raise record.problem
        line = rules.read(record.words)
        if line.number in seen:
            raise BadLine(rules.NUMBER, "twice", value=line.number)
        seen.add(line.number)
    except BadLine as bad:
        return record.line, bad
    return record.line, line


def _programme(source: Source, key: str, dry_run: bool) -> Programme | None:
    """The programme of citizens' projects, made with its entity if absent; None in a dry run without one."""
    programme = Programme.objects.filter(key=key).first()
    if programme is not None and programme.kind != Programme.Kind.CITIZENS:
        raise WrongProgramme(wording.for_staff(key))
    elsewhere = Precedent.objects.filter(source=source.key).exclude(idea__programme__key=key)
    if (row := elsewhere.select_related("idea__programme").first()) is not None:
        there = row.idea.programme.key
        raise WrongProgramme(wording.loaded_elsewhere(source.key, there))
    return _open(source, key) if programme is None and not dry_run else programme


def _open(source: Source, key: str) -> Programme:
    with transaction.atomic():
        entity, _made = Entity.objects.get_or_create(
            key=source.entity_key, defaults={"name": source.entity_name}
        )
        return open_programme(
            by=IMPORT,
            entity=entity,
            key=key,
            name_fr=f"Projets des habitants ({source.entity_name})",
            name_en=f"Citizens’ projects ({source.entity_name})",
            kind=Programme.Kind.CITIZENS,
        )


def _load(
    batch: Sequence[tuple[int, Line | BadLine]], source: Source, programme: Programme | None, dry_run: bool
) -> list[Outcome]:
    lines = {line.number: line for _place, line in batch if isinstance(line, Line)}
    with transaction.atomic():
        if programme is not None and not dry_run:
            # Two imports at once: the second waits here, then reads what the first made.
            Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
        rows = Precedent.objects.filter(source=source.key, source_number__in=lines)
        known = {row.source_number: row for row in rows}
        new = [line for number, line in lines.items() if number not in known]
        changed = [
            line
            for number, line in lines.items()
            if number in known and known[number].fingerprint != line.fingerprint
        ]
        if programme is not None and not dry_run:
            _create(new, source, programme)
            _update(changed, known)
    outcomes = dict.fromkeys(lines, UNCHANGED)
    outcomes |= {line.number: CREATED for line in new} | {line.number: UPDATED for line in changed}
    return [_outcome(place, line, outcomes) for place, line in batch]


def _outcome(place: int, line: Line | BadLine, outcomes: dict[str, str]) -> Outcome:
    if isinstance(line, BadLine):
        return Outcome(place, REFUSED, "", wording.bad_line(line))
    remarks = [wording.inversion(one) for one in line.inversions]
    if line.state == "unknown":
        remarks.append(wording.unknown_state(line.words[rules.STATE]))
    return Outcome(place, outcomes[line.number], line.number, "; ".join(remarks))


def _create(lines: Sequence[Line], source: Source, programme: Programme) -> None:
    now = clock.now()
    ideas = [
        Idea(
            programme=programme,
            state=Idea.State.PRECEDENT,
            holder=Idea.Holder.NOBODY,
            held_since=now,
            created_at=now,
            title=line.title,
            pitch=rules.text(line)["pitch"],
        )
        for line in lines
    ]
    Idea.objects.bulk_create(ideas)
    pairs = list(zip(lines, ideas, strict=True))
    bulk_create_with_history(
        [IdeaContent(idea=idea, saved_at=now, **rules.text(line)) for line, idea in pairs],
        IdeaContent,
        default_change_reason=drafting.IMPORTED,
        default_date=now,
    )
    Precedent.objects.bulk_create(
        [
            Precedent(idea=idea, source=source.key, source_number=line.number, **_kept(line))
            for line, idea in pairs
        ]
    )
    made = [effect("state", None, Idea.State.PRECEDENT)]
    append_each([_entry(idea, "imported", source.key, line, 1, made) for line, idea in pairs], IMPORT)


def _update(lines: Sequence[Line], known: dict[str, Precedent]) -> None:
    if not lines:
        return
    now = clock.now()
    rows = [(line, known[line.number]) for line in lines]
    locked = Idea.objects.select_for_update(no_key=True, of=("self",)).select_related("content")
    ideas = {
        idea.pk: idea for idea in locked.filter(pk__in=[row.idea_id for _line, row in rows]).order_by("pk")
    }
    entries: list[Entry] = []
    for line, row in rows:
        idea = ideas[row.idea_id]
        written = rules.text(line)
        idea.title, idea.pitch = line.title, written["pitch"]
        content = idea.content
        for field, value in (written | {"version": content.version + 1, "saved_at": now}).items():
            setattr(content, field, value)
        for field, value in _kept(line).items():
            setattr(row, field, value)
        change = effect("version", content.version - 1, content.version)
        entries.append(_entry(idea, "import_updated", row.source, line, content.version, [change]))
    append_each(entries, IMPORT)
    Idea.objects.bulk_update(ideas.values(), ["title", "pitch"])
    Precedent.objects.bulk_update([row for _line, row in rows], list(KEPT))
    bulk_update_with_history(
        [idea.content for idea in ideas.values()],
        IdeaContent,
        [*rules.text(lines[0]), "version", "saved_at"],
        default_change_reason=drafting.IMPORTED,
        default_date=now,
    )


KEPT = ("words", "milestones", "inversions", "fingerprint")


def _kept(line: Line) -> dict[str, Any]:
    milestones = [one._asdict() for one in line.milestones]
    return dict(zip(KEPT, (line.words, milestones, line.inversions, line.fingerprint), strict=True))


def _entry(
    idea: Idea, verb: str, source: str, line: Line, version: int, effects: list[dict[str, Any]]
) -> Entry:
    texts = {name: value for name, value in rules.text(line).items() if isinstance(value, str)}
    payload = {
        "source": source,
        "number": line.number,
        "state": line.state,
        "version": version,
        "milestones": {one.name: one.month for one in line.milestones if one.month},
        "inversions": line.inversions,
        "sha256": {name: sha256(value) for name, value in texts.items()},
        "fingerprint": line.fingerprint,
    }
    return Entry("idea", idea.key, verb, payload, effects)


def summary(outcomes: Counter[str]) -> str:
    """The last line of an import."""
    names = (CREATED, UPDATED, UNCHANGED, REFUSED)
    return ", ".join([f"{outcomes.total()} read", *(f"{outcomes[name]} {name}" for name in names)])
