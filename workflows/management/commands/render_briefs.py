from typing import Any

from django.core.management.base import BaseCommand

from workflows.briefs.actions import defer_masking, defer_rendering
from workflows.briefs.models import Brief
from workflows.briefs.rules import MOST_TRIES


class Command(BaseCommand):
    help = (
        "Have every brief, or masked copy, that could not be made rendered again, after its cause was mended."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = Brief.objects.exclude(state=Brief.State.READY).order_by("pk")
        for brief in waiting.iterator():
            defer_rendering(brief)
        copies = list(Brief.objects.filter(masking_tries__gte=MOST_TRIES).values_list("pk", flat=True))
        defer_masking(copies)
        self.stdout.write(f"{waiting.count()} briefs asked for, {len(copies)} masked copies")
