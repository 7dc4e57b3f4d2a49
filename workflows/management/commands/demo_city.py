"""`manage.py demo_city [--people N] [--ideas N] [--seed S] [--until DATE]`: docs/decisions/0006-demo-city.md."""

import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incubator.lib import clock
from workflows.demonstration import city, digest


class Command(BaseCommand):
    help = (
        "Makes the demo city in an empty database: an invented staff, and ideas at every stage that travelled "
        "through the real actions. Same seed and same day, same digest."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        size = city.Size()
        parser.add_argument("--people", type=int, default=size.people, metavar="N")
        parser.add_argument("--ideas", type=int, default=size.ideas, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="shown on this day (default: today)",
        )
        parser.add_argument("--no-precedents", action="store_true", help="without the projects of Paris")
        parser.add_argument(
            "--digest", action="store_true", help="print the SHA-256 of all events and records"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            made = city.found(
                size=city.Size(options["people"], options["ideas"]),
                seed=options["seed"],
                until=options["until"] or clock.today(),
                precedents=not options["no_precedents"],
                say=lambda what: self.stderr.write(f"  {time.monotonic() - began:4.0f} s  {what}"),
            )
        except (city.NotEmpty, city.TooLate, ValueError) as error:
            raise CommandError(str(error)) from error
        for title in made.broke_off:
            self.stderr.write(f"  nobody could sit: {title}")
        seconds = time.monotonic() - began
        self.stdout.write(f"{made.people} people, {made.ideas} ideas, {made.acts} steps in {seconds:.0f} s")
        if options["digest"]:
            self.stdout.write(f"digest {digest.of_city()}")
