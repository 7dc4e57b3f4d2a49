from typing import Any

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "incubator.inbox"

    def ready(self) -> None:
        from incubator.inbox import queries
        from incubator.lib.context import TabFacts, register_tabs

        def waiting(person: Any) -> TabFacts:
            return TabFacts(counts={"my-work": queries.open_count(person)})

        register_tabs(waiting)
