from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "incubator.people"

    def ready(self) -> None:
        from incubator.lib import files
        from incubator.people import checks  # noqa: F401  registers itself
        from incubator.people.queries import logos_named

        files.named_by(logos_named)
