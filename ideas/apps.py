from django.apps import AppConfig


class IdeasConfig(AppConfig):
    name = "ideas"

    def ready(self) -> None:
        from ideas.drafting import tellings  # noqa: F401  declares its audiences
