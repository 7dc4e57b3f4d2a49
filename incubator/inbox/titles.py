"""The title of a subject as its reader may read it. Rows keep the title as it was; the rooms above say what shows."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.db.models.expressions import Combinable

from incubator.people.models import Person

Row = TypeVar("Row", bound=Model)


class Masking(Protocol):
    """What masks the titles of work items and messages."""

    def marked(self) -> Combinable:
        """For a row with `subject_key`: the texts marked on its idea, whoever reads, as an array."""

    def hidden(self, reader: Person, keys: Collection[UUID]) -> set[UUID]:
        """Those of these ideas on which this reader does not read what is marked."""

    def masked(self, title: str, passages: Sequence[str]) -> str: ...


_masking: list[Masking] = []


def use(masking: Masking) -> None:
    _masking[:] = [masking]


def with_marks(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Read what is marked together with the rows, so that `as_read_by` asks nothing for most of them."""
    if not _masking:
        return rows
    found: QuerySet[Any] = rows.annotate(marked=_masking[0].marked())
    return found


def as_read_by(reader: Person, rows: Sequence[Any]) -> None:
    """Put into these rows (work items, or messages), which are only shown, the titles this person reads; no query when
    nothing is marked, or one; and one more for rows that came without `with_marks`."""
    if not rows or not _masking:
        return
    marks = {row.pk: vars(row).get("marked") for row in rows}
    if None in marks.values():
        asked = type(rows[0]).objects.filter(pk__in=list(marks))
        marks = dict(with_marks(asked).values_list("pk", "marked"))
    some = [row for row in rows if marks[row.pk]]
    hidden = _masking[0].hidden(reader, {row.subject_key for row in some}) if some else set()
    for row in some:
        if row.subject_key in hidden:
            row.subject_title = _masking[0].masked(row.subject_title, marks[row.pk] or [])
