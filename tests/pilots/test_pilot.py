"""The pilot: start, check-ins with readings, incidents, extension, end."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock, working_days
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.models import Person
from tests.factories import AbsenceFactory
from tests.pilots.plans import launch
from tests.sponsorship.cast import Cast, by, make_cast, refused
from workflows.gates import hooks
from workflows.pilots import actions, facts, queries, rules
from workflows.pilots.models import CheckIn, Incident, Pilot, Reading

pytestmark = pytest.mark.django_db
START = date(2026, 3, 2)


@pytest.fixture
def cast() -> Any:
    with clock.moved(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        yield make_cast()


@pytest.fixture
def pilot(cast: Cast) -> Pilot:
    return launch(cast, START)


def at(day: date) -> Any:
    return clock.moved(datetime(day.year, day.month, day.day, 10, tzinfo=UTC))


def items(verb: str) -> list[WorkItem]:
    return list(WorkItem.objects.filter(verb=verb, closed_at=None).order_by("pk"))


def check_in(cast: Cast, pilot: Pilot, day: date, by_whom: Person | None = None, **changes: Any) -> CheckIn:
    minutes, visits = queries.plan_of(cast.idea, passages=()).indicators.all()
    given = {
        "on": day,
        "pace": "on_track",
        "note": "",
        "readings": {minutes.key: Decimal(18), visits.key: Decimal("97.5")},
    } | changes
    return actions.record_check_in(pilot=pilot, by=by(by_whom or cast.author), **given)


def test_a_pilot_starts_with_the_months_of_its_plan(cast: Cast, pilot: Pilot) -> None:
    assert (pilot.started_on, pilot.planned_end_on) == (START, date(2026, 9, 2))
    due = {item.person: item.due_at for item in items("check_in")}
    assert set(due) == {cast.author, cast.co_author}
    assert due[cast.author] == datetime(
        2026, 4, 1, 21, 59, 59, tzinfo=UTC
    )  # 30 days on, end of the day in Paris
    with refused(Conflict), locked(cast.idea.pk) as idea:
        actions.start(idea=idea, sponsor=cast.other_director, on=START)


def test_a_check_in_keeps_its_readings_and_opens_the_next(cast: Cast, pilot: Pilot) -> None:
    with at(date(2026, 4, 10)):
        check_in(cast, pilot, date(2026, 4, 9), cast.other_director)
        assert Reading.objects.count() == 2
        [first, _second] = items("check_in")
        assert first.due_at.date() == date(2026, 5, 9)
        last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
        assert last.verb == "check_in_recorded"
        assert last.effects[0]["readings"] == 2
        assert not facts.readings(cast.idea, "G3")
        check_in(cast, pilot, date(2026, 4, 10))
        assert facts.readings(cast.idea, "G3")


def test_a_check_in_noted_afterwards_leaves_the_next_where_it_was(cast: Cast, pilot: Pilot) -> None:
    with at(date(2026, 5, 20)):
        check_in(cast, pilot, date(2026, 5, 20))
        check_in(cast, pilot, date(2026, 3, 30))
    assert {item.due_at.date() for item in items("check_in")} == {date(2026, 6, 19)}


def test_each_indicator_needs_its_readings(cast: Cast, pilot: Pilot) -> None:
    minutes, visits = queries.plan_of(cast.idea, passages=()).indicators.all()
    with at(date(2026, 6, 1)):
        for day in (10, 11, 12):
            check_in(cast, pilot, date(2026, 4, day), readings={minutes.key: Decimal(15)})
        assert not facts.readings(cast.idea, "G3")
        for day in (13, 14):
            check_in(cast, pilot, date(2026, 4, day), readings={visits.key: Decimal(99)})
        assert facts.readings(cast.idea, "G3")


def test_the_last_check_in_asks_for_the_end(cast: Cast, pilot: Pilot) -> None:
    with at(date(2026, 8, 20)):
        check_in(cast, pilot, date(2026, 8, 20))
    assert items("check_in") == []
    assert {item.person for item in items("end_pilot")} == {cast.author, cast.co_author}
    assert items("end_pilot")[0].due_at.date() == date(2026, 9, 2)


@pytest.mark.parametrize("person", ["lead", "director", "stranger", "dga"])
def test_only_team_and_sponsor_write_in_the_pilot(cast: Cast, pilot: Pilot, person: str) -> None:
    someone = getattr(cast, person)
    incident = actions.report_incident(pilot=pilot, text="Chute légère.", by=by(cast.author))
    for act in (
        lambda: check_in(cast, pilot, START, someone),
        lambda: actions.report_incident(pilot=pilot, text="Panne", by=by(someone)),
        lambda: actions.close_incident(incident=incident, note="Fait", by=by(someone)),
        lambda: actions.end_pilot(pilot=pilot, note="Fini", by=by(someone)),
    ):
        with refused(NotAllowed):
            act()


def test_a_deputy_of_the_sponsor_writes_in_the_pilot(cast: Cast, pilot: Pilot) -> None:
    AbsenceFactory(
        person=cast.other_director, deputy=cast.stranger, starts_on=START, ends_on=START + timedelta(days=9)
    )
    actions.report_incident(pilot=pilot, text="Panne", by=by(cast.stranger, on_behalf_of=cast.other_director))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("on", {"on": START - timedelta(days=1)}),
        ("on", {"on": START + timedelta(days=1)}),
        ("pace", {"pace": "great"}),
        ("note", {"pace": "in_trouble", "note": " "}),
        ("note", {"note": "x" * 10_001}),
        ("readings", {"readings": {uuid4(): Decimal(1)}}),
    ],
)
def test_a_check_in_says_what_is_wrong(cast: Cast, pilot: Pilot, field: str, change: Any) -> None:
    with refused(Invalid) as refusal:
        check_in(cast, pilot, change.pop("on", START), **change)
    assert list(refusal.value.fields) == [field]
    assert not CheckIn.objects.exists()


def test_a_reading_is_a_plausible_number(cast: Cast, pilot: Pilot) -> None:
    minutes, _visits = queries.plan_of(cast.idea, passages=()).indicators.all()
    for wrong in ("NaN", "Infinity", "1e20", "0.12345"):
        with refused(Invalid) as refusal:
            check_in(cast, pilot, START, readings={minutes.key: Decimal(wrong)})
        assert "readings" in refusal.value.fields


@pytest.mark.parametrize(
    ("field", "value"), [("state", "held"), ("state", "withdrawn"), ("stage", "evaluation")]
)
def test_no_check_in_and_no_end_outside_a_running_pilot(
    cast: Cast, pilot: Pilot, field: str, value: str
) -> None:
    Idea.objects.filter(pk=cast.idea.pk).update(**{field: value})
    with refused(Conflict):
        check_in(cast, pilot, START)
    with refused(Conflict):
        actions.end_pilot(pilot=pilot, note="Fini", by=by(cast.author))


def test_incidents_are_closed_with_what_was_done(cast: Cast, pilot: Pilot) -> None:
    assert facts.incidents(cast.idea, "G3")
    incident = actions.report_incident(pilot=pilot, text="Frein défaillant.", by=by(cast.other_director))
    assert not facts.incidents(cast.idea, "G3")
    assert {item.person for item in items("close_incident")} == {cast.author, cast.co_author}
    with refused(Invalid):
        actions.close_incident(incident=incident, note="", by=by(cast.author))
    actions.close_incident(incident=incident, note="Plaquettes changées.", by=by(cast.author))
    assert facts.incidents(cast.idea, "G3")
    assert items("close_incident") == []
    with refused(Conflict):
        actions.close_incident(incident=incident, note="Encore", by=by(cast.author))
    with refused(Invalid):
        actions.report_incident(pilot=pilot, text=" ", by=by(cast.author))
    texts = str(list(Event.objects.filter(subject_key=cast.idea.key).values("payload", "effects")))
    assert "Frein" not in texts
    assert "Plaquettes" not in texts


def test_the_end_enters_the_next_gate_in_the_same_event(
    cast: Cast, pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "_handlers", {"stage_ready": [lambda idea, by, cause: [{"what": "gate"}]]})
    with refused(Invalid) as refusal:
        actions.end_pilot(pilot=pilot, note="", by=by(cast.author))
    assert "note" in refusal.value.fields
    with at(date(2026, 5, 4)):
        ended = actions.end_pilot(pilot=pilot, note="Seuil d’arrêt atteint.", by=by(cast.other_director))
        assert (ended.ended_on, ended.ended_by) == (date(2026, 5, 4), cast.other_director)
        last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
        assert [line["what"] for line in last.effects] == ["pilot", "gate"]
        assert items("check_in") == items("end_pilot") == []
        with refused(Conflict):
            actions.end_pilot(pilot=pilot, note="Encore", by=by(cast.author))
        check_in(cast, pilot, date(2026, 5, 1))  # a late reading of a day of the pilot
        assert items("check_in") == []
        with refused(Invalid):
            check_in(cast, pilot, date(2026, 5, 5))


def test_a_pilot_is_extended_once_for_as_long_again(cast: Cast, pilot: Pilot) -> None:
    with locked(cast.idea.pk), at(date(2026, 9, 10)):
        Pilot.objects.filter(pk=pilot.pk).update(
            ended_on=date(2026, 9, 2), ended_by=cast.author, end_note="Fini"
        )
        pilot.refresh_from_db()
        [line] = actions.extend(pilot=pilot, on=date(2026, 9, 10))
        assert line == {"what": "pilot_end", "from": "2026-09-02", "to": "2027-03-10"}
        pilot.refresh_from_db()
        assert (pilot.ended_on, pilot.extended_once) == (None, True)
        assert facts.extended(cast.idea, "G4")
        assert items("check_in")
    with refused(Conflict), locked(cast.idea.pk):
        actions.extend(pilot=pilot, on=date(2027, 3, 10))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 1), 24, date(2028, 1, 1)),
    ],
)
def test_months_are_counted_on_the_calendar(day: date, months: int, later: date) -> None:
    assert working_days.add_months(day, months) == later


def test_no_check_in_on_or_after_the_planned_end() -> None:
    end = date(2026, 9, 2)
    assert rules.next_check_in(end - timedelta(days=31), end) == end - timedelta(days=1)
    assert rules.next_check_in(end - timedelta(days=30), end) is None


def test_an_incident_of_another_idea_is_not_reached(cast: Cast, pilot: Pilot) -> None:
    incident = actions.report_incident(pilot=pilot, text="Panne", by=by(cast.author))
    other = make_cast()
    with refused(NotAllowed):
        actions.close_incident(incident=incident, note="Fait", by=by(other.author))
    assert Incident.objects.get().closed_at is None
