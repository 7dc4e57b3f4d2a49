"""The JSON that is printed."""

import os
import platform
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from bin.benchmarks import measures, operations, rounds
from bin.benchmarks.city import City
from ideas.drafting.models import Idea
from workflows.gates.models import GateRound

OPEN_ROUNDS = 100_000


def report(
    city: City, repeats: int, say: Callable[[str], None], open_rounds: int = OPEN_ROUNDS
) -> dict[str, Any]:
    """Measure everything `repeats` times, a sweep over so many open rounds once, and give the figures."""
    say("subjects")
    empty, whole, last = operations.baselines(city, repeats + measures.NOT_TIMED)
    measured = [empty, whole, last, *operations.operations(city, repeats)]
    ideas = Idea.objects.count()
    measures.run(measured, repeats, say)
    decided = next(one for one in measured if one.name == "decide_g1")
    say(f"a sweep over {open_rounds} open rounds")
    any_round = GateRound.objects.select_related("idea").filter(gate="G1")[0]
    rows = {
        "programme": any_round.idea.programme_id,
        "configuration": any_round.configuration_id,
        "person": city.reader.pk,
    }
    swept = rounds.swept(open_rounds, **rows)
    say("a replay of all closed rounds")
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
            "bare_viewflow_start_to_end": round(whole.per_second, 1),
            "ratio_to_start_to_end": round(decided.per_second / whole.per_second, 2),
        },
        "sweep": swept,
        "replay": rounds.replayed(),
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
