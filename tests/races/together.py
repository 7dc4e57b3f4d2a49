"""Requests and acts at one instant, each on a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client

from incubator.people.models import Person

Act = Callable[[], Any]


def at_once(*acts: Act) -> list[Any]:
    """Run the acts in threads of their own from one starting gun; what each gave or raised, in order."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Act) -> None:
        try:
            with connection.cursor() as cursor:  # the product gives up after 3 s: a busy machine is slower
                cursor.execute("set lock_timeout = '60s'")
            connection.close_at = None  # another thread's request may let this one close "old" connections
            gate.wait(60)
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads), "an act waits for ever"
    return results


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def posting(person: Person, url: str, data: dict[str, Any]) -> Act:
    """A request ready to be sent: the sign-in is over when the gun goes off."""
    client = signed_in(person)
    return lambda: client.post(url, data)
