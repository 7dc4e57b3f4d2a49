"""`manage.py tick`: what the worker does every minute, once and now."""

from typing import Any

from django.core.management.base import BaseCommand

from workflows.clock import actions


class Command(BaseCommand):
    help = "One sweep of the clock: reminders, escalations, and what time does to ideas."

    def handle(self, *args: Any, **options: Any) -> None:
        found = actions.tick()
        said = ", ".join(f"{found[result]} {result}" for result in ("done", "refused", "failed"))
        self.stdout.write(f"{found['claimed']} steps claimed, {said}")
