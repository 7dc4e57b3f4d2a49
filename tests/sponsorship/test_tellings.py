"""Who is told of what happens in the three rooms: nobody above before the member asks, nobody more than needed."""

import copy
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ideas import roles
from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.reference import defaults
from incubator.lib.refusals import Conflict
from incubator.messages import rules as messages
from incubator.people.models import Person
from tests.pilots.plans import launch
from tests.sponsorship.cast import Cast, by, make_cast
from workflows.evaluation import actions as evaluation
from workflows.gates import hooks
from workflows.gates.configuration import reading
from workflows.pilots import actions as pilots
from workflows.pilots import rules as pilot_rules
from workflows.sponsorship import actions, queries, time_actions


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(hooks, "_handlers", {})
    return make_cast()


def told(idea: Idea) -> dict[Person, str]:
    """Person → kind, of the idea's last event."""
    last = Event.objects.filter(subject_key=idea.key).latest("sequence")
    return {one.person: one.kind for one in messages.tellings(last)}


@pytest.mark.django_db
def test_a_promise_from_question_to_finance(cast: Cast) -> None:
    pledge = actions.ask_sponsor(idea=cast.idea, sponsor=cast.other_director, by=by(cast.author))
    assert told(cast.idea) == {cast.other_director: "answer_pledge"}
    actions.promise(pledge=pledge, days=1, euros=0, cover="Relais.", by=by(cast.other_director))
    assert told(cast.idea) == {
        cast.author: "pledged",
        cast.co_author: "pledged",
        cast.finance: "confirm_budget",
    }
    actions.withdraw_pledge(pledge=pledge, by=by(cast.other_director))
    assert told(cast.idea) == {cast.author: "find_sponsor", cast.co_author: "find_sponsor"}


@pytest.mark.django_db
def test_time_is_told_to_whoever_is_waited_for_and_its_answer_to_the_member_alone(cast: Cast) -> None:
    release = time_actions.ask_time(member=cast.member, days_a_month=Decimal(2), by=by(cast.author))
    assert told(cast.idea) == {cast.manager: "time_opinion"}
    time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))
    assert told(cast.idea) == {cast.director: "sign_time_release"}
    time_actions.refuse_time_release(release=release, note="Non.", by=by(cast.director))
    assert told(cast.idea) == {cast.dga: "arbitrate_time"}
    time_actions.arbitrate_time(release=release, released=True, note="Oui.", by=by(cast.dga))
    assert told(cast.idea) == {cast.author: "time_answered"}


@pytest.mark.django_db
def test_the_end_of_a_pilot_and_the_evaluation(cast: Cast) -> None:
    with clock.moved(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        pilot = launch(cast, date(2026, 3, 2))
        pilots.report_incident(pilot=pilot, text="Panne", by=by(cast.other_director))
        assert told(cast.idea) == {cast.author: "close_incident", cast.co_author: "close_incident"}
        pilots.end_pilot(pilot=pilot, note="Fini", by=by(cast.author))
        assert told(cast.idea) == {cast.co_author: "pilot_ended", cast.other_director: "pilot_ended"}
        Idea.objects.filter(pk=cast.idea.pk).update(stage="evaluation")
        written = evaluation.name_evaluator(idea=cast.idea, evaluator=cast.stranger, by=by(cast.lead))
        assert told(cast.idea) == {cast.stranger: "evaluate"}
        evaluation.deliver(
            evaluation=written,
            findings="Bien.",
            effect_on_staff="Bien.",
            run_cost_euros_a_year=0,
            advice="stop",
            run_owner=None,
            by=by(cast.stranger),
        )
        assert told(cast.idea) == {cast.author: "evaluated", cast.co_author: "evaluated"}


def test_the_numbers_are_those_of_the_defaults() -> None:
    root = Path(__file__).resolve().parent.parent.parent
    numbers = json.loads((root / "fixtures" / "defaults.json").read_text())
    stages = numbers["stages"]
    assert stages["pilot"]["calendar_months"] == pilot_rules.MONTHS
    assert stages["pilot"]["check_in_every_calendar_days"] == pilot_rules.CHECK_IN_EVERY.days


@pytest.mark.django_db
def test_the_delays_and_the_launchs_facts_are_those_configured(cast: Cast, monkeypatch) -> None:
    changed = copy.deepcopy(defaults())
    changed["stages"]["sponsorship"]["sponsor_search"] = 3
    asked = changed["gates"]["G2"]["must_meet"]
    asked[:] = [one for one in asked if one["key"] not in ("budget_line", "time_release")]
    asked.append({"key": "insured", "kind": "fact", "en": "It is insured", "fr": "C’est assuré"})
    monkeypatch.setattr(reading, "defaults", lambda: changed)
    pledge = actions.ask_sponsor(idea=cast.idea, sponsor=cast.other_director, by=by(cast.author))
    assert pledge.due_at == roles.due_in(cast.idea, 3, after=pledge.asked_at)
    assert list(queries.launch_facts(cast.idea)) == ["pledge", "plan", "insured"]
    with pytest.raises(Conflict) as refused:
        actions.request_launch(idea=cast.idea, by=by(cast.author))
    assert "C’est assuré" in str(refused.value)
    assert "ligne budgétaire" not in str(refused.value)
