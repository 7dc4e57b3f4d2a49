"""What stands on “My work” beside what waits: rooms above say it when the application starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from incubator.people.models import Person


@dataclass(frozen=True)
class Section:
    """A part of the page: a template and what it shows."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


Provider = Callable[[Person], Section | None]
_providers: dict[str, list[tuple[int, Provider]]] = {"main": [], "aside": []}


def register(provider: Provider, *, aside: bool = False, rank: int = 0) -> Provider:
    """Add a part, in the main column or aside, in order of `rank`, then of registration.

    `provider(person)` is called once per page; None shows nothing. The whole page has six queries: session,
    person, items, and one each for “my ideas”, “since your last days” and the open calls.
    """
    column = _providers["aside" if aside else "main"]
    if all(known is not provider for _rank, known in column):
        column.append((rank, provider))
        column.sort(key=lambda entry: entry[0])
    return provider


def of(person: Person) -> dict[str, list[Section]]:
    """The parts of this person's page: `{"main": […], "aside": […]}`."""
    return {
        column: [section for _rank, provider in providers if (section := provider(person)) is not None]
        for column, providers in _providers.items()
    }
