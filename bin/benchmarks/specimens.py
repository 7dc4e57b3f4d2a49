"""One idea at each place of the journey, brought there by the real actions with the clock moved.

The stories are the demo city's: what a page reads of an idea is whatever the product wrote for it.
"""

from collections.abc import Collection
from datetime import datetime, time
from typing import Any, cast

from django.db import transaction
from django.db.models import F, Value

from bin.benchmarks.staff import PROGRAMME, Staff
from ideas.calls.models import Call, Programme
from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.people.models import Entity
from workflows.briefs.models import Brief, BriefSeries
from workflows.demonstration import gate_steps, pilot_steps, submission_steps
from workflows.demonstration.followers import run_jobs
from workflows.demonstration.idea_story import IdeaStory
from workflows.demonstration.material import read
from workflows.demonstration.schedule import ZONE, play

STEPS = (submission_steps, gate_steps, pilot_steps)  # imported, so that their words are known
SPONSORED = "submit decide:go decide:go sponsored decide:go"
# place → days before today when its story begins, and its way
WAYS = {
    "draft": (9, ""),
    "at_g0": (9, "submit"),
    "rework": (20, "submit decide:rework"),
    "stopped_at_g0": (60, "submit decide:stop close_window"),
    "at_g1": (16, "submit decide:go"),
    "one_vote_left": (30, "submit decide:go votes:4"),
    "voted": (35, "submit decide:go votes:5"),
    "held": (80, "submit decide:go decide:hold"),
    "stopped_at_g1": (90, "submit decide:go decide:stop close_window"),
    "withdrawn": (30, "submit withdraw"),
    "in_sponsorship": (50, "submit decide:go decide:go ask_sponsor"),
    "in_pilot": (170, f"{SPONSORED} check_in:2"),
    "in_evaluation": (260, f"{SPONSORED} check_in:2 end_pilot decide:go evaluator"),
    "in_service": (330, f"{SPONSORED} check_in:2 end_pilot decide:go evaluated:scale decide:scale"),
}
PLAN = {"months": 4}


def make(staff: Staff, places: Collection[str]) -> dict[str, Idea]:
    """The ideas by their place, one for each of these."""
    calls = {"box": _box()}
    today = clock.today()
    stories = {
        place: IdeaStory(_fixture(number, *way), number, 1, cast(Any, staff), calls)
        for number, (place, way) in enumerate(WAYS.items())
        if place in places
    }
    with transaction.atomic():
        morning = datetime.combine(today, time(0, 0), ZONE)
        play([(place, story.told(today)) for place, story in stories.items()], morning, run_jobs)
        _with_briefs()
    broken = [place for place, story in stories.items() if story.broke_off]
    assert not broken, f"no panel for {broken}"
    return {place: story.fresh() for place, story in stories.items()}


def _box() -> Call:
    programme = Programme.objects.create(
        key=PROGRAMME,
        entity=Entity.objects.get(key="ville"),
        name_fr="Idées des agents",
        name_en="Staff ideas",
    )
    return Call.objects.create(
        programme=programme,
        always_open=True,
        title_fr="La boîte toujours ouverte",
        title_en="The box that is always open",
        question_fr="Qu’est-ce qui irait mieux autrement ?",
        question_en="What would go better otherwise?",
    )


def _fixture(number: int, began: int, way: str) -> dict[str, Any]:
    written = read("ideas")[number]
    kept = {name: value for name, value in written.items() if name not in ("call", "helper", "says")}
    told = {"author": "anyone", "began": began, "way": way, "hold_condition": "La ligne est rouverte."}
    return kept | told | ({"plan": (kept.get("plan") or {}) | PLAN} if "sponsored" in way else {})


def _with_briefs() -> None:
    """As if rendered: a bench of PDF files would be another one."""
    series = BriefSeries.objects.create(entity=Entity.objects.get(), year=2026)
    Brief.objects.update(
        series=series,
        serial=F("pk"),
        state="ready",
        record=Value({}, output_field=Brief._meta.get_field("record")),
        record_sha256="0" * 64,
        sha256="0" * 64,
        unsigned_sha256="0" * 64,
        size=48_000,
        prepared_at=clock.now(),
    )
