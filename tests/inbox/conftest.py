"""Items that wait."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from incubator.inbox.actions import open_for
from incubator.people.models import Person

Wait = Callable[..., uuid.UUID]


@pytest.fixture
def wait() -> Wait:
    """`wait(person, …, verb="vote", key=None, title=…, due_at=None)`: an item open for these persons."""

    def opened(
        *persons: Person,
        verb: str = "vote",
        key: str = "",
        title: str = "Un vélo-cargo",
        due_at: datetime | None = None,
        **more: Any,
    ) -> uuid.UUID:
        subject = uuid.uuid4()
        about = {"subject_kind": "idea", "subject_key": subject, "subject_title": title, "due_at": due_at}
        open_for(persons, key=key or f"{verb}:{subject}", verb=verb, **(about | {"url": "/x"} | more))
        return subject

    return opened
