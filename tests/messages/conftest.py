"""A mail server that really receives, and an event that people are told of."""

import asyncio
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction

from incubator.events.actions import Subject, append
from incubator.events.models import Event
from incubator.messages import actions, rules
from incubator.messages.rules import Telling
from incubator.people.actors import CLOCK
from incubator.people.models import Person

KEY = uuid.UUID("00000000-0000-4000-8000-00000000abcd")


class Post:
    """What the server received, and how it answers. `answers`: command → replies, the last one for ever."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.tried = 0
        self.answers: dict[str, list[str]] = {}
        self.hangs = False
        self.drops = False
        self.reached = threading.Event()

    def _answer(self, command: str) -> str | None:
        replies = self.answers.get(command)
        if not replies:
            return None
        return replies.pop(0) if len(replies) > 1 else replies[0]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.tried += 1
        if (said := self._answer("MAIL")) and not said.startswith("250"):
            return said
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if (said := self._answer("RCPT")) and not said.startswith("250"):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if (said := self._answer("DATA")) and not said.startswith("250"):
            return said
        self.received.append(envelope)
        self.reached.set()
        if self.hangs:
            await asyncio.sleep(120)
        if self.drops:
            server.transport.abort()
        return "250 taken"


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    """A real SMTP server on this machine, and the settings that lead to it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    handler = Post()
    controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 30
    settings.SITE_URL = "https://idees.example"
    yield handler
    controller.stop(no_assert=True)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Event]:
    """`told(person, …, kind="decided", title=…, parameters=…)`: an act whose event tells these persons."""
    monkeypatch.setattr(rules, "_audiences", {})

    def act(
        *persons: Person,
        kind: str = "decided",
        title: str = "Un vélo-cargo pour l’école",
        parameters: dict[str, Any] | None = None,
        programme_key: str = "idees",
    ) -> Event:
        def audience(event: Event) -> list[Telling]:
            return [
                Telling(
                    person=Person.objects.get(pk=person.pk),
                    kind=kind,
                    url=f"/ideas/{KEY}",
                    title=title,
                    programme_key=programme_key,
                    parameters={"gate": "G1", "outcome": "go"} if parameters is None else parameters,
                )
                for person in persons
            ]

        rules._audiences["tested"] = [audience]
        with transaction.atomic():
            event = append(subject=Subject("idea", KEY), verb="tested", by=CLOCK)
            actions.defer_telling(event)
        return event

    return act
