from django.apps import AppConfig


class IdeasConfig(AppConfig):
    name = "ideas"

    def ready(self) -> None:
        from ideas.drafting import tellings  # noqa: F401  declares its audiences
        from ideas.drafting.masking.queries import Titles
        from ideas.drafting.queries import files_named, held_about
        from incubator.inbox import titles
        from incubator.lib import files
        from incubator.people import own_data

        own_data.add("ideas", held_about)
        titles.use(Titles())
        files.named_by(files_named)
