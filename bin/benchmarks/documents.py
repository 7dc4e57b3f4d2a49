"""How fast a brief is laid out: beside WeasyPrint alone on the same page, over a child's lives, by two workers.

`computing` is what the child's processor spent; it stays the same whatever else the machine does.
"""

import os
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML

from incubator.lib import pdf
from incubator.lib.pdf_process import DOCUMENTS_PER_PROCESS, RenderingProcess

WARM_UPS, PAIRS = 3, 12
LIVES = 3
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Worker:
    """One rendering child at a time and what it used: seconds by the clock, seconds computed, seconds that it could
    have computed in and was not let by other work of the machine, most memory in MB."""

    process: RenderingProcess = field(default_factory=lambda: RenderingProcess(wall_seconds=300))
    seconds: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)
    held_up: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)

    def render(self, html: str, stylesheet: str) -> None:
        before, waited, pid, began = self._computed(), self._waited(), self.process.pid, time.perf_counter()
        self.process.render(html, stylesheet=stylesheet)
        took = time.perf_counter() - began
        # The first document of a life waits for the child to start; the last ends it before it can be asked.
        if pid is not None and self.process.pid == pid:
            self.seconds.append(took)
            self.computed.append(self._computed() - before)
            self.held_up.append(self._waited() - waited)
            self.peaks.append(_peak(pid))

    def _computed(self) -> float:
        pid = self.process.pid
        if pid is None:
            return 0.0
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def _waited(self) -> float:
        """Seconds that the child was ready to run and another process ran."""
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9 if pid else 0.0


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def bare(html: str, stylesheet: str) -> Callable[[], bytes]:
    """WeasyPrint alone on the same page: its sheets and fonts read once, no claim mended, nothing made harmless."""
    fonts, fetcher, faces = pdf._fonts()
    sheet = CSS(string=stylesheet, base_url=pdf.BASE, font_config=fonts, url_fetcher=fetcher)

    def render() -> bytes:
        made: bytes = HTML(string=html, base_url=pdf.BASE, url_fetcher=fetcher).write_pdf(
            stylesheets=[faces, sheet], font_config=fonts, pdf_variant="pdf/a-3a", pdf_tags=True
        )
        return made

    return render


def beside_bare(html: str, stylesheet: str, pairs: int = PAIRS) -> dict[str, Any]:
    """Ours and WeasyPrint's in turn, both warm."""
    worker, render = Worker(RenderingProcess(wall_seconds=300, documents=10_000)), bare(html, stylesheet)
    seconds, computed = [], []
    try:
        for _ in range(WARM_UPS + pairs):
            began, used = time.perf_counter(), time.process_time()
            render()
            seconds.append(time.perf_counter() - began)
            computed.append(time.process_time() - used)
            worker.render(html, stylesheet)
    finally:
        worker.process.close()
    ours, theirs = statistics.median(worker.seconds[-pairs:]), statistics.median(seconds[-pairs:])
    return {
        "p50_ms": round(1000 * ours, 1),
        "bare_ms": round(1000 * theirs, 1),
        "to_bare": round(ours / theirs, 2),
        "computing_to_bare": round(sum(worker.computed[-pairs:]) / sum(computed[-pairs:]), 2),
    }


def over_lives(html: str, stylesheet: str, lives: int = LIVES) -> dict[str, Any]:
    """The most memory of each life of a child, which ends after its share of documents."""
    worker = Worker()
    peaks = []
    try:
        for _ in range(lives):
            worker.peaks.clear()
            for _ in range(DOCUMENTS_PER_PROCESS):
                worker.render(html, stylesheet)
            peaks.append(max(worker.peaks))
    finally:
        worker.process.close()
    return {"renders": lives * DOCUMENTS_PER_PROCESS, "peak_mb": [round(peak) for peak in peaks]}


def by_workers(html: str, stylesheet: str, renders: int = 20) -> dict[str, Any]:
    """One worker, then two at once with as much each: briefs a second, and what a brief computes.

    `held_up`: of the time by the clock, the share in which other work of the machine kept a worker from computing.
    """
    alone = _at_once(html, stylesheet, 1, renders)
    both = _at_once(html, stylesheet, 2, renders)
    return {
        "briefs_per_second": [round(alone["rate"], 2), round(both["rate"], 2)],
        "two_to_one": round(both["rate"] / alone["rate"], 2),
        "computing_two_to_one": round(both["computed"] / alone["computed"], 2),
        "held_up": round(max(alone["held_up"], both["held_up"]), 2),
    }


def _at_once(html: str, stylesheet: str, count: int, renders: int) -> dict[str, float]:
    workers = [Worker(RenderingProcess(wall_seconds=300, documents=10_000)) for _ in range(count)]
    try:
        for worker in workers:
            for _ in range(WARM_UPS):
                worker.render(html, stylesheet)
            worker.computed.clear()
            worker.held_up.clear()
        threads = [
            threading.Thread(target=lambda w=worker: [w.render(html, stylesheet) for _ in range(renders)])
            for worker in workers
        ]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
    finally:
        for worker in workers:
            worker.process.close()
    computed = [one for worker in workers for one in worker.computed]
    return {
        "rate": count * renders / took,
        "computed": sum(computed) / len(computed),
        "held_up": sum(sum(worker.held_up) for worker in workers) / count / took,
    }


def report(say: Callable[[str], None]) -> dict[str, Any]:
    """The bench's figures, on the brief of one of its decisions, with reasons that fill four pages."""
    from workflows.briefs.document import html_of, stylesheet
    from workflows.briefs.gathering import record_of
    from workflows.gates.models import Decision

    say("briefs")
    decision = Decision.objects.filter(round__gate="G1", issued_at__isnull=False).order_by("pk")[0]
    record = record_of(decision)
    html = html_of(replace(record, reasons=f"{record.reasons}\n\n" + PARAGRAPH * 14))
    sheet = stylesheet()
    return {
        "one": beside_bare(html, sheet),
        "lives": over_lives(html, sheet),
        "workers": by_workers(html, sheet),
    }


PARAGRAPH = (
    "Le besoin est réel, mesuré, et partagé par trois services ; deux cours suffisent pour apprendre. " * 4
    + "\n\n"
)
