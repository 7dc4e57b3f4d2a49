"""The JSON that is printed."""

import os
import platform
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from bin.benchmarks import measures, operations
from bin.benchmarks.city import City
from ideas.drafting.models import Idea


def report(city: City, repeats: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure everything `repeats` times and give the figures."""
    say("subjects")
    empty, whole, last = operations.baselines(city, repeats + measures.NOT_TIMED)
    measured = [empty, whole, last, *operations.operations(city, repeats)]
    ideas = Idea.objects.count()
    measures.run(measured, repeats, say)
    decided = next(one for one in measured if one.name == "decide_g1")
    return {
        "date": time.strftime("%Y-%m-%d"),
        "ideas": ideas,
        "repeats": repeats,
        "machine": _machine(),
        "operations": {one.name: measures.figures(one, empty, whole) for one in measured},
        "decisions_per_second": {
            "decide_g1": round(decided.per_second, 1),
            "bare_viewflow_view_to_end": round(last.per_second, 1),
            "ratio": round(decided.per_second / last.per_second, 2),
        },
    }


def _machine() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("show server_version")
        (postgresql,) = cursor.fetchone()
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": postgresql.split()[0],
    }
