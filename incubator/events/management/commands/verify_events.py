"""`manage.py verify_events`: walks every chain; exit 1 if one is broken."""

from typing import Any

from django.core.management.base import BaseCommand

from incubator.events import queries


class Command(BaseCommand):
    help = "Check every event's hash and place; exit 1 if a chain is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        found = queries.verify()
        for kind, key, sequence in found.broken:
            self.stdout.write(f"broken: {kind} {key} at event {sequence}")
        self.stdout.write(f"{found.events} events in {found.chains} chains, {len(found.broken)} broken")
        if found.broken:
            raise SystemExit(1)
