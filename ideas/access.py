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

    def sees_authors(self, reader: Person, idea: Idea, *, outside: bool = False) -> bool:
        """Whether the authors' names may be in a response to this reader (law 8).

        `outside`: the caller knows already that the reader is not of the team.
        """


_access: list[Access] = []


def use(access: Access) -> None:
    _access[:] = [access]


def access() -> Access:
    """The registered answers. Raises IndexError before the application has started."""
    return _access[0]
