"""Stands before Django's own, which knows nothing of events, and of which no city has need."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Not used here: manage.py found_city makes the first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--noinput", "--no-input", action="store_false", dest="interactive")

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "No superuser is needed here. The first administrator is made by manage.py found_city; "
            "administrators make the next ones on the page “Roles”."
        )
