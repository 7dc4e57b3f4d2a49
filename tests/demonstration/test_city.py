"""A small city, played whole: its chains hold, its ideas stand where their stories left them."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from ideas.drafting.models import Idea
from incubator.events import queries as events
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock, working_days
from incubator.messages.models import Message
from incubator.people import demo
from incubator.people.models import Mandate, Person, RoleGrant
from incubator.people.sign_in import StaffNumberBackend
from workflows.clock import actions
from workflows.demonstration import city, gate_steps
from workflows.demonstration.keys import dice
from workflows.demonstration.material import read
from workflows.demonstration.schedule import ZONE, Diary
from workflows.gates.configuration import default_rules
from workflows.gates.models import Decision, Vote
from workflows.gates.replay import replay
from workflows.journey.models import Merge
from workflows.pilots.models import CheckIn

pytestmark = pytest.mark.django_db
SHOWN = date(2026, 11, 22)


def found(ideas: int) -> city.Found:
    return city.found(size=city.Size(300, ideas), seed=7, until=SHOWN, precedents=False)


def elsewhere(written: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the ideas written, those that end in another or in a service, and those that they go on in."""
    asked = [one for one in written if any(word in one["way"] for word in ("merge", "redirect"))]
    assert len(asked) == 3
    into = {one["into"] for one in asked if "into" in one}
    return [one for one in written if one in asked or one["title"] in into]


def test_a_small_city_stands(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    written = city._fixtures(60)
    played = written[:12] + [one for one in elsewhere(written) if one not in written[:12]]
    monkeypatch.setattr(city, "_fixtures", lambda count: played)
    made = found(len(played))
    assert 12 < made.ideas == len(played)
    assert made.broke_off == []
    assert events.verify().broken == []
    replayed = list(replay())
    assert len(replayed) > 12
    assert [one for one in replayed if one.differences] == []
    states = set(Idea.objects.values_list("state", "stage"))
    assert {("in_service", "evaluation"), ("live", "pilot"), ("held", "review"), ("draft", "")} <= states
    assert WorkItem.objects.filter(verb="vote", closed_at=None).exists()
    assert set(ProcrastinateJob.objects.values_list("task_name", "status")) == {("briefs.render", "todo")}
    assert set(Message.objects.values_list("mail", flat=True)) == {"none"}
    stories_ended_elsewhere()
    nothing_is_said_twice_of_an_idea()
    the_clock_ticked_on_its_days()
    accounts_have_every_role()
    with pytest.raises(city.NotEmpty):
        found(1)
    person = Person.objects.filter(is_active=True, password__contains=demo.MARK).order_by("pk")[0]
    assert StaffNumberBackend().authenticate(None, person.staff_number, demo.PIN) == person
    settings.PRODUCTION = True
    assert StaffNumberBackend().authenticate(None, person.staff_number, demo.PIN) is None


def stories_ended_elsewhere() -> None:
    """One idea goes on in another, one is taken out again, one is handed on."""
    standing, undone = Merge.objects.order_by("undone_at")[::-1]
    assert (standing.undone_at, standing.idea.state, standing.final_at) == (None, "merged", None)
    assert (undone.undone_at is not None, undone.idea.state) == (True, "live")
    handed = Idea.objects.get(state="redirected")
    assert Decision.objects.get(round__idea=handed).consented_by == handed.team.get(role="author").person


def nothing_is_said_twice_of_an_idea() -> None:
    """Reasons, comments and notes of check-ins; each reason of a gate is its own, whatever the idea."""
    of_gate: dict[str, set[str]] = {}
    said: dict[int, list[str]] = {}
    for decision in Decision.objects.select_related("round"):
        of_gate.setdefault(decision.round.gate, set()).add(decision.reasons)
        said.setdefault(decision.round.idea_id, []).extend(
            [decision.reasons, *decision.criterion_reasons.values()]
        )
    for idea, comment in Vote.objects.values_list("seat__round__idea", "comment_to_authors"):
        said.setdefault(idea, []).append(comment)
    for idea, note in CheckIn.objects.values_list("pilot__idea", "note"):
        said.setdefault(idea, []).append(note)
    assert {
        one for found in said.values() for one, times in Counter(found).items() if one and times > 1
    } == set()
    assert len(of_gate["G0"]) > 5
    assert all(len(of_gate[gate]) > 1 for gate in ("G1", "G2", "G3"))
    assert sum(map(len, of_gate.values())) == len(set().union(*of_gate.values()))


def the_clock_ticked_on_its_days() -> None:
    """Reminders lie on working days of the past, and the first tick of the day it is shown finds little to add."""
    said = Event.objects.filter(verb__in=["reminded", "escalated"])
    days = {clock.day_of(event.happened_at) for event in said}
    assert len(days) > 5
    assert all(working_days.is_working_day(day) and day < SHOWN for day in days)
    before = said.count()
    # The next working day.
    with clock.moved(datetime.combine(SHOWN + timedelta(days=1), time(9), ZONE)):
        assert actions.tick()["failed"] == 0
        late = WorkItem.objects.filter(key__startswith="late:", closed_at=None)
        assert late.values("key").distinct().count() <= 4
    assert said.count() - before <= 12


def accounts_have_every_role() -> None:
    """Whatever the city grants can be signed in with: a sponsor is so without a grant."""
    said = StringIO()
    call_command("demo_accounts", stdout=said)
    assert "Decide " in said.getvalue(), "one language for labels and what waits"
    numbers = [line.split()[0] for line in said.getvalue().splitlines()[1:]]
    grants = RoleGrant.objects.filter(person__staff_number__in=numbers, ends_at=None)
    assert set(grants.values_list("role", flat=True)) == set(RoleGrant.Role) - {"sponsor"}
    mandates = Mandate.objects.filter(holder__staff_number__in=numbers, ends_on=None)
    assert set(mandates.values_list("capacity", flat=True)) == set(Mandate.Capacity)


def test_production_has_no_demo(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(city.NotEmpty):
        found(1)
    assert not Person.objects.exists()


def test_whatever_a_decision_stands_on_has_a_sentence_of_its_own() -> None:
    said = read("sentences")["criterion"]
    for gate in ("L", "F", "G0", "G1", "G2", "G3", "G4"):
        asked = {rule["key"] for rule in default_rules(gate)["criteria"] or default_rules(gate)["must_meet"]}
        assert asked <= said["on"].keys(), gate
        for outcome, telling in gate_steps.TELLING.items():
            way = said["back" if outcome in gate_steps.BACK else "on"]
            assert asked.isdisjoint(telling) or {key for key in telling if key in asked} <= way.keys()


def test_an_idea_of_the_city_is_decided_against_its_panel() -> None:
    assert any("!" in idea["way"] for idea in read("ideas")[: city.WHOLE])


def test_nothing_learned_from_a_try_is_told_of_an_idea_that_was_only_read() -> None:
    assert not any("essai" in sentence for sentence in read("sentences")["learning"]["read"])


@pytest.mark.parametrize("shown", [date(2026, 5, 11), date(2027, 1, 2), date(2026, 11, 23)])
def test_a_story_fits_whatever_the_day(shown: date) -> None:
    diary = Diary(date.fromordinal(shown.toordinal() - 9), shown, dice(1))
    instants = [diary.now, *(diary.later(2) for _ in range(4))]
    assert instants == sorted(set(instants))
    assert instants[-1].date() < shown
