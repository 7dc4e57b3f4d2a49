"""`manage.py replay_rounds`: every closed round from its frozen record; exit 1 if one says something else today."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ideas.calls.models import Programme
from workflows.gates.replay import replay


class Command(BaseCommand):
    help = "Replay every closed round from its frozen record; exit 1 if one differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--programme", default="", help="only of the programme with this key")
        parser.add_argument("--since", type=date.fromisoformat, help="only closed since this day: 2026-01-31")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = options["programme"]
        if programme and not Programme.objects.filter(key=programme).exists():
            raise CommandError(f"There is no programme {programme!r}.")
        equal = different = 0
        for one in replay(programme, options["since"]):
            if one.differences:
                different += 1
                self.stdout.write(f"different: {one.name}: {', '.join(one.differences)}")
            else:
                equal += 1
        self.stdout.write(f"{equal + different} rounds replayed, {equal} equal, {different} different")
        if different:
            raise SystemExit(1)
