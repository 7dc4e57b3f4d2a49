"""In the demo city one idea goes on in another, one is taken out again, one is handed on."""

from datetime import date
from typing import Any

import pytest

from ideas.drafting.models import Idea
from incubator.events import queries as events
from workflows.demonstration import city
from workflows.gates.models import Decision
from workflows.gates.replay import replay
from workflows.journey.models import Merge

pytestmark = pytest.mark.django_db
SHOWN = date(2026, 11, 22)


def test_the_stories_that_end_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    written = city._fixtures(60)
    asked = [one for one in written if any(word in one["way"] for word in ("merge", "redirect"))]
    into = {one["into"] for one in asked if "into" in one}
    assert len(asked) == 3
    chosen: list[dict[str, Any]] = [one for one in written if one in asked or one["title"] in into]
    monkeypatch.setattr(city, "_fixtures", lambda count: chosen)
    made = city.found(size=city.Size(300, len(chosen)), seed=7, until=SHOWN, precedents=False)
    assert made.broke_off == []
    standing, undone = Merge.objects.order_by("undone_at")[::-1]
    assert (standing.undone_at, standing.idea.state, standing.final_at) == (None, "merged", None)
    assert (undone.undone_at is not None, undone.idea.state) == (True, "live")
    handed = Idea.objects.get(state="redirected")
    assert Decision.objects.get(round__idea=handed).consented_by == handed.team.get(role="author").person
    assert [one for one in replay() if one.differences] == []
    assert events.verify().broken == []
