"""What several tests of this room use."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from incubator.lib.refusals import Refusal


@contextmanager
def refused(kind: type[Refusal]) -> Iterator[pytest.ExceptionInfo]:
    """The act is refused, and undone as a request would undo it."""
    with pytest.raises(kind) as caught, transaction.atomic():
        yield caught
