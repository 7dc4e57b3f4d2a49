"""Every brief of the demo city, rendered and sealed as the worker does, before every judge."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from bin.checks import archival
from incubator.lib import files
from incubator.lib.seals.configuration import SealSettings, certificates_in
from incubator.lib.seals.reading import examine
from tests.briefs import judges
from workflows.briefs.checking import queries
from workflows.briefs.checking.rules import verdict
from workflows.briefs.models import Brief
from workflows.briefs.public import differences
from workflows.briefs.rules import Standing
from workflows.demonstration import city
from workflows.gates.models import Decision

pytestmark = [pytest.mark.django_db, pytest.mark.prove]


def test_every_brief_of_the_city_is_archival_accessible_genuine_and_replays(
    tmp_path: Path, settings: Any, city_seal: SealSettings, run_jobs: Callable[..., list[str]]
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    city.found(size=city.Size(600, 60), seed=7, until=date(2026, 11, 22), precedents=False)
    run_jobs()
    briefs = list(Brief.objects.filter(in_force=True).order_by("pk"))
    assert len(briefs) == Decision.objects.filter(issued_at__isnull=False).count() > 100
    assert {brief.state for brief in briefs} == {"ready"}
    assert all(brief.sealed_at for brief in briefs)
    for year in {brief.series_id for brief in briefs}:
        taken = sorted(brief.serial for brief in briefs if brief.series_id == year)
        assert taken == list(range(1, len(taken) + 1)), "the year's numbers have a gap"
    assert {brief.number: differences(brief.public) for brief in briefs if differences(brief.public)} == {}
    folder = tmp_path / "briefs"
    folder.mkdir()
    for brief in briefs:
        (folder / f"{brief.number}.pdf").write_bytes(files.read(brief.sha256))
    written = sorted(folder.iterdir())
    known = certificates_in(city_seal.certificates)
    verdicts = {}
    for brief in briefs:
        found = examine(files.read(brief.sha256), known)
        row = queries.of_file(found)
        # What became of the decision since says nothing of the file.
        verdicts[brief.number] = verdict(found, row and replace(row, standing=Standing()))
    assert {number: said for number, said in verdicts.items() if said != "genuine"} == {}
    # Spawned: a copy of this process would hold the connection to the database.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as both_cores:
        faults = dict(zip(written, both_cores.map(judges.faults_of, written, chunksize=10), strict=True))
    assert {file.name: found for file, found in faults.items() if found} == {}
    assert [one for one in archival.judged(written) if one.broken] == []
