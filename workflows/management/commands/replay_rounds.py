"""`manage.py replay_rounds`: every closed round, session and brief from its record; exit 1 if one differs."""

from argparse import ArgumentParser
from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ideas.calls.models import Programme
from workflows.gates.replay import replay


class Command(BaseCommand):
    help = "Replay every closed round and session, and every brief, from its record; exit 1 if one differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--programme", default="", help="only of the programme with this key")
        parser.add_argument("--since", type=date.fromisoformat, help="only closed since this day: 2026-01-31")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = options["programme"]
        if programme and not Programme.objects.filter(key=programme).exists():
            raise CommandError(f"There is no programme {programme!r}.")
        seen, different = Counter[str](), Counter[str]()
        for one in replay(programme, options["since"]):
            seen[one.kind] += 1
            if one.differences:
                different[one.kind] += 1
                self.stdout.write(f"different: {one.name}: {', '.join(one.differences)}")
        # Rounds last: what the command is for.
        for kind in [*sorted(seen.keys() - {"rounds"}), "rounds"]:
            equal = seen[kind] - different[kind]
            self.stdout.write(f"{seen[kind]} {kind} replayed, {equal} equal, {different[kind]} different")
        if different:
            raise SystemExit(1)
