"""Who may read an idea and whose names show. `ideas` declares the questions; `workflows.journey` answers them.

The answers depend on rounds and seats, which live in rooms above this one; `journey` registers itself with
`use()` when the application starts.
"""

from typing import Protocol

from django.db.models import QuerySet

from ideas.drafting.models import Idea
from incubator.people.models import Person


class Access(Protocol):
    def readable(self, reader: Person) -> QuerySet[Idea]:
        """The ideas this person may read, as one query."""

    def may_read(self, reader: Person, idea: Idea) -> bool: ...

    def sees_authors(self, reader: Person, idea: Idea) -> bool:
        """Whether the authors' names, and what is masked of the text, may be in a response to this reader (law 8)."""

    def hidden_from(self, reader: Person | None) -> QuerySet[Idea]:
        """The ideas of which `sees_authors` says no; without a reader, those hidden from anyone outside."""

    def names_hidden(self, idea: Idea) -> bool:
        """Whether the authors' names are hidden from anyone at all."""


_access: list[Access] = []


def use(access: Access) -> None:
    _access[:] = [access]


def access() -> Access:
    """The registered answers. Raises IndexError before the application has started."""
    return _access[0]
