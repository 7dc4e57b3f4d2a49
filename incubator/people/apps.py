from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "incubator.people"

    def ready(self) -> None:
        from incubator.people import checks  # noqa: F401  registers itself
