"""The title of a subject as its reader may read it. Rows keep the title as it was; the rooms above say what shows."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.expressions import Combinable

from incubator.people.models import Person

Row = TypeVar("Row", bound=Model)


class Masking(Protocol):
    """What masks the titles of work items and messages."""

    def masked_for(self, reader: Person) -> Combinable:
        """For a row with `subject_key`: the texts of its idea that are masked for this reader, as an array."""

    def masked(self, title: str, passages: Sequence[str]) -> str: ...


_masking: list[Masking] = []


def use(masking: Masking) -> None:
    _masking[:] = [masking]


def with_marks(rows: QuerySet[Row], reader: Person) -> QuerySet[Row]:
    """Read what is masked for this reader together with the rows, so that `as_read_by` asks nothing."""
    if not _masking:
        return rows
    found: QuerySet[Any] = rows.annotate(masked=_masking[0].masked_for(reader))
    return found


def as_read_by(reader: Person, rows: Sequence[Any]) -> None:
    """Put into these rows (work items, or messages), which are only shown, the titles this person reads; no query, or
    one for rows that came without `with_marks` for this very reader."""
    if not rows or not _masking:
        return
    masked = {row.pk: vars(row).get("masked") for row in rows}
    if None in masked.values():
        asked = type(rows[0]).objects.filter(pk__in=list(masked))
        masked = dict(with_marks(asked, reader).values_list("pk", "masked"))
    for row in rows:
        if passages := masked[row.pk]:
            row.subject_title = _masking[0].masked(row.subject_title, passages)
