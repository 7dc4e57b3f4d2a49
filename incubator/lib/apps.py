from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "incubator.lib"

    def ready(self) -> None:
        from incubator.lib import theme  # noqa: F401 - its check of the city's colours registers itself
        from incubator.lib.seals import checks  # noqa: F401 - the same
