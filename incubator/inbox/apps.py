from typing import Any

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "incubator.inbox"

    def ready(self) -> None:
        from incubator.inbox import queries
        from incubator.inbox.actions import close_for_person
        from incubator.lib.context import TabFacts, register_tabs
        from incubator.people import departures

        def waiting(person: Any) -> TabFacts:
            return TabFacts(counts={"my-work": queries.open_count(person)})

        register_tabs(waiting)

        # First of all: what the person stood for is opened for others by the rooms above.
        departures.on_departure(lambda person, on, by: close_for_person(person), order=0)
