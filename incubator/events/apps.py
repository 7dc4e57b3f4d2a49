from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "incubator.events"

    def ready(self) -> None:
        from incubator.events.actions import append_each
        from incubator.people import journal

        journal.use(append_each)
