"""How an act is measured: its statements and its answer's size first, then its time, in turn with all others."""

import gc
import gzip
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

# What a transaction says of itself is no query.
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
COUNTED, WARM_UPS = 3, 2
NOT_TIMED = COUNTED + WARM_UPS

# One act, ready to be done; gives the body of its answer.
Shot = Callable[[], bytes]


@dataclass
class Operation:
    """`shots`: at least NOT_TIMED and one; an act that changes something has a subject of its own for each."""

    name: str
    shots: list[Shot]
    queries: int = 0
    raw: int = 0
    compressed: int = 0
    seconds: list[float] = field(default_factory=list)

    def count(self) -> None:
        """Statements and bytes: the most of a few."""
        for shot in self.shots[WARM_UPS:NOT_TIMED]:
            with CaptureQueriesContext(connection) as asked:
                body = shot()
            sent = [row["sql"] for row in asked if not row["sql"].lstrip().upper().startswith(CONTROL)]
            self.queries = max(self.queries, len(sent))
            if len(body) > self.raw:
                self.raw, self.compressed = len(body), len(gzip.compress(body, 6))

    def warm_up(self) -> None:
        for shot in self.shots[:WARM_UPS]:
            shot()

    def time(self, number: int) -> None:
        shot = self.shots[NOT_TIMED + number]
        began = time.perf_counter()
        shot()
        self.seconds.append(time.perf_counter() - began)

    def quantile(self, share: float) -> float:
        """Milliseconds that this share of the measurements did not exceed (nearest rank)."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[max(math.ceil(share * len(ordered)) - 1, 0)]

    @property
    def per_second(self) -> float:
        return len(self.seconds) / sum(self.seconds)


def run(operations: Iterable[Operation], repeats: int, say: Callable[[str], None]) -> None:
    """All of them in turn, in another order each time: what the machine does meanwhile hits all alike."""
    todo, dice = list(operations), Random("order")  # noqa: S311  wanted: the same again
    for one in todo:
        say(f"counting {one.name}")
        one.warm_up()  # before it is counted: content types are read once in a process
        one.count()
    gc.collect()
    gc.freeze()
    try:
        for number in range(repeats):
            if number % 20 == 0:
                say(f"timing {number} of {repeats}")
            gc.collect()
            dice.shuffle(todo)
            for one in todo:
                one.time(number)
    finally:
        gc.unfreeze()


def figures(one: Operation, empty: Operation, bare: Operation) -> dict[str, Any]:
    """What is printed of an operation. Ratios are of medians."""
    middle = one.quantile(0.5)
    return {
        "queries": one.queries,
        "bytes": {"raw": one.raw, "gzip": one.compressed},
        "p50_ms": round(middle, 2),
        "p95_ms": round(one.quantile(0.95), 2),
        "to_empty_view": round(middle / empty.quantile(0.5), 2),
        "to_bare_viewflow": round(middle / bare.quantile(0.5), 2),
    }
