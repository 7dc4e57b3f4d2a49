"""The one lock: an idea's row, taken by every action that changes it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ideas.drafting.models import Idea
from incubator.lib.refusals import NotFound


@contextmanager
def locked(idea_pk: int) -> Iterator[Idea]:
    """A transaction that holds the idea's row and yields it freshly read.

    `FOR NO KEY UPDATE` lets others insert rows that point to the idea. Two ideas never wait for each other.
    Raises NotFound when the idea is gone; a wait beyond `lock_timeout` becomes a 409 page.
    """
    with transaction.atomic():
        yield _read(idea_pk)


@contextmanager
def locked_in_order(*idea_pks: int) -> Iterator[list[Idea]]:
    """Several ideas at once, always by id, so that two such actions cannot wait for each other in a ring."""
    with transaction.atomic():
        found = {pk: _read(pk) for pk in sorted(set(idea_pks))}
        yield [found[pk] for pk in idea_pks]


def _read(idea_pk: int) -> Idea:
    idea = (
        Idea.objects.select_for_update(no_key=True, of=("self",))
        .select_related("programme__entity", "call")
        .filter(pk=idea_pk)
        .first()
    )
    if idea is None:
        raise NotFound(_("This idea is no longer there. Go back to your list to see the ideas you can read."))
    return idea
