from django.apps import AppConfig


class IdeasConfig(AppConfig):
    name = "ideas"

    def ready(self) -> None:
        from ideas.drafting import tellings  # noqa: F401  declares its audiences
        from ideas.drafting.queries import held_about
        from incubator.people import own_data

        own_data.add("ideas", held_about)
