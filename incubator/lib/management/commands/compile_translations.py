from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incubator.lib import translations


class Command(BaseCommand):
    help = "Merges locale/fr/*.po into the compiled catalogue. Needs no gettext program."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            written = translations.compile_if_needed()
        except translations.TranslationError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] > 1:
            self.stdout.write("Compiled." if written else "Up to date.")
