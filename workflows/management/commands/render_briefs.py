from typing import Any

from django.core.management.base import BaseCommand

from workflows.briefs.actions import defer_rendering
from workflows.briefs.models import Brief


class Command(BaseCommand):
    help = "Have every brief that is not ready rendered again by the worker, after its cause was mended."

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = Brief.objects.exclude(state=Brief.State.READY).order_by("pk")
        for brief in waiting.iterator():
            defer_rendering(brief)
        self.stdout.write(f"{waiting.count()} briefs asked for")
