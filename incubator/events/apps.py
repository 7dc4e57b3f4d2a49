from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "incubator.events"

    def ready(self) -> None:
        from incubator.events.actions import append_each
        from incubator.events.queries import held_about
        from incubator.people import journal, own_data

        journal.use(append_each)
        own_data.add("events", held_about)
