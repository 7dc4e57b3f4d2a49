"""Within how many working days an idea of a programme is answered: asked here, known where the gates are."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from ideas.calls.models import Programme


class Answered(NamedTuple):
    """Working days: of the first answer; of the selection, from the submission or else from the first answer."""

    first: int
    selection: int
    from_submission: bool


Known = Callable[[Collection[Programme]], Mapping[Programme, Answered]]
_known: list[Known] = []


def known_by(known: Known) -> None:
    """`known(programmes)` says it of each, for an idea submitted now."""
    _known[:] = [known]


def answered(programmes: Collection[Programme]) -> Mapping[Programme, Answered]:
    """Raises IndexError before the application has started."""
    return _known[0](programmes)
