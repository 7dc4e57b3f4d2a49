from django.apps import AppConfig


class IdeasConfig(AppConfig):
    name = "ideas"

    def ready(self) -> None:
        from ideas.drafting import tellings  # noqa: F401  declares its audiences
        from ideas.drafting.queries import files_named, held_about
        from incubator.lib import files
        from incubator.people import own_data

        own_data.add("ideas", held_about)
        files.named_by(files_named)
