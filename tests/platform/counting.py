"""`at_most(n)`: how many statements a block sends that read or write.

Savepoints are left out: a test wraps everything in a transaction, so what is BEGIN in life is a savepoint here.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

CONTROL = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")


@pytest.fixture
def at_most() -> Callable[[int], AbstractContextManager[None]]:
    @contextmanager
    def counted(limit: int) -> Iterator[None]:
        # A process reads these once in its life: whichever test came first would pay for all.
        ContentType.objects.get_for_models(*apps.get_models())
        with CaptureQueriesContext(connection) as captured:
            yield
        sent = [row["sql"] for row in captured if not row["sql"].startswith(CONTROL)]
        assert len(sent) <= limit, f"{len(sent)} statements, {limit} allowed:\n" + "\n".join(
            statement[:150] for statement in sent
        )

    return counted
