"""Pages of the plan and the pilot: rows added without script, both texts on a lost race, who writes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from inspect import Parameter, getmembers, isfunction, signature
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.factories import AbsenceFactory
from tests.pilots.plans import COMPLETE, MINUTES, VISITS, launch, write_plan
from tests.sponsorship.cast import Cast, by, make_cast
from workflows.gates import hooks
from workflows.pilots import actions, queries
from workflows.pilots.models import CheckIn, Incident, Pilot, PilotPlan

pytestmark = pytest.mark.django_db
START = date(2026, 3, 2)


@pytest.fixture
def cast() -> Any:
    with clock.moved(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        yield make_cast()


def client(person: Person) -> Client:
    signed_in = Client()
    signed_in.force_login(person)
    return signed_in


def row(place: int, values: Any) -> dict[str, str]:
    shown = {name: str(value).replace(".", ",") for name, value in values._asdict().items()}
    return {f"i{place}-{name}": value for name, value in shown.items()}


def typed(*rows: Any, version: int = 0, **changes: Any) -> dict[str, str]:
    texts = {name: str(value) for name, value in COMPLETE.items() if name != "indicators"}
    sent = texts | {"version": str(version), "rows": str(len(rows)), "request_key": new_key()}
    for place, values in enumerate(rows):
        sent |= row(place, values)
    return sent | changes


def test_no_page_can_forget_what_is_masked() -> None:
    """Every read of a text asks for whom: one that could be called without would show all of it."""
    asked = {
        name: signature(read).parameters["passages"].default
        for name, read in getmembers(queries, isfunction)
        if "passages" in signature(read).parameters
    }
    assert {"plan_of", "pilot_of", "check_ins", "incidents"} <= asked.keys()
    assert set(asked.values()) == {Parameter.empty}


def test_a_plan_is_written_with_commas_and_saved(cast: Cast) -> None:
    url = reverse("plan-edit", args=[cast.idea.key])
    author = client(cast.author)
    assert author.get(reverse("plan", args=[cast.idea.key])).status_code == 302
    assert author.get(url).status_code == 200
    empty = MINUTES._replace(name="", unit="", baseline="", target="")
    answer = author.post(url, typed(MINUTES, empty, VISITS))
    assert (answer.status_code, answer.url) == (302, reverse("plan", args=[cast.idea.key]))
    found = queries.plan_of(cast.idea, passages=())
    assert found is not None
    assert [one.baseline for one in found.indicators.all()] == [Decimal(22), Decimal("96.5")]
    html = author.get(answer.url).content.decode()
    assert "96,5" in html
    assert "96,5" in author.get(url).content.decode()


def test_rows_are_added_and_removed_without_saving(cast: Cast) -> None:
    url = reverse("plan-edit", args=[cast.idea.key])
    author = client(cast.author)
    more = author.post(url, typed(MINUTES, more="1", where="Danton"))
    assert (more.status_code, len(more.context["rows"])) == (200, 2)
    html = more.content.decode()
    assert "Danton" in html
    assert MINUTES.name in html
    fewer = author.post(url, typed(MINUTES, VISITS, remove="0"))
    assert [one["name"].value() for one in fewer.context["rows"]] == [VISITS.name]
    assert not PilotPlan.objects.exists()
    for forged in ("x", "-1", "99", "²"):
        assert author.post(url, typed(MINUTES, remove=forged)).status_code == 200
    assert author.post(url, typed(rows="9999999999999", more="1")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"months": "beaucoup"}, "form"),
        ({"months": "99"}, "form"),
        ({"where": "x" * 201}, "form"),
        ({"stop_rule": "a\x00b"}, "form"),
        ({"i0-unit": ""}, "rows"),
        ({"i0-target": "30"}, "rows"),
        ({"i0-baseline": "1e400"}, "rows"),
        ({"i0-direction": "sideways"}, "rows"),
        ({"version": "x"}, "form"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_kept(
    cast: Cast, changes: dict[str, str], where: str
) -> None:
    answer = client(cast.author).post(
        reverse("plan-edit", args=[cast.idea.key]),
        typed(MINUTES, **({"users_told_how": "Un mot."} | changes)),
    )
    assert answer.status_code == 422
    wrong = [answer.context["form"]] if where == "form" else answer.context["rows"]
    assert any(form.errors for form in wrong)
    assert "Un mot." in answer.content.decode()
    assert not PilotPlan.objects.exists()


def test_a_lost_race_shows_both_texts(cast: Cast) -> None:
    write_plan(cast.idea, cast.co_author, where="Sainte-Anne seule")
    url = reverse("plan-edit", args=[cast.idea.key])
    answer = client(cast.author).post(url, typed(MINUTES, version=0, where="Danton seul"))
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Danton seul" in html
    assert "Sainte-Anne seule" in html
    assert 'name="version" value="1"' in html
    assert client(cast.author).post(url, typed(MINUTES, version=1, where="Danton seul")).status_code == 302


def test_others_read_the_plan_and_do_not_write_it(cast: Cast) -> None:
    write_plan(cast.idea, cast.author)
    edit, read = (reverse(name, args=[cast.idea.key]) for name in ("plan-edit", "plan"))
    for person in (cast.stranger, cast.lead):
        html = client(person).get(read).content.decode()
        assert MINUTES.name in html
        assert edit not in html
        assert client(person).get(edit).status_code == 403
        assert client(person).post(edit, typed(MINUTES, version=1)).status_code == 403
    assert client(cast.author).get(reverse("plan", args=[uuid4()])).status_code == 404


def test_a_sealed_plan_is_only_read(cast: Cast) -> None:
    launch(cast, START)
    assert client(cast.author).get(reverse("plan-edit", args=[cast.idea.key])).status_code == 409
    assert (
        client(cast.author)
        .post(reverse("plan-edit", args=[cast.idea.key]), typed(MINUTES, version=1))
        .status_code
        == 409
    )
    assert client(cast.author).get(reverse("plan", args=[cast.idea.key])).status_code == 200


def test_there_is_no_pilot_page_before_the_pilot(cast: Cast) -> None:
    for name in ("pilot", "check-in", "incident", "pilot-end"):
        assert client(cast.author).get(reverse(name, args=[cast.idea.key])).status_code == 404


def check_in_values(idea: Idea, **changes: str) -> dict[str, str]:
    minutes, visits = queries.plan_of(idea, passages=()).indicators.all()
    return {
        "on": "2026-03-02",
        "pace": "slower",
        "note": "Deux vélos sur six.",
        f"r-{minutes.key}": "18,5",
        f"r-{visits.key}": "",
        "request_key": new_key(),
    } | changes


def test_a_check_in_is_recorded_and_read_beside_the_plan(cast: Cast) -> None:
    launch(cast, START)
    url, page = (reverse(name, args=[cast.idea.key]) for name in ("check-in", "pilot"))
    for person in (cast.author, cast.other_director):
        assert client(person).get(url).status_code == 200
    for person in (cast.stranger, cast.lead, cast.dga):
        assert client(person).post(url, check_in_values(cast.idea)).status_code == 403
    author = client(cast.author)
    sent = check_in_values(cast.idea)
    assert author.post(url, sent).status_code == 302
    assert author.post(url, sent).status_code == 302
    assert CheckIn.objects.count() == 1
    html = client(cast.stranger).get(page).content.decode()
    assert "18,5" in html
    assert "Deux vélos sur six." in html
    assert url not in html


@pytest.mark.parametrize(
    "changes", [{"on": "2031-01-01"}, {"on": "hier"}, {"pace": "great"}, {"pace": "in_trouble", "note": ""}]
)
def test_a_wrong_check_in_is_shown_again(cast: Cast, changes: dict[str, str]) -> None:
    launch(cast, START)
    answer = client(cast.author).post(
        reverse("check-in", args=[cast.idea.key]), check_in_values(cast.idea, **changes)
    )
    assert answer.status_code == 422
    assert "18,5" in answer.content.decode()
    assert not CheckIn.objects.exists()


def test_incidents_are_read_by_those_who_run_the_pilot(cast: Cast) -> None:
    launch(cast, START)
    author = client(cast.author)
    url = reverse("incident", args=[cast.idea.key])
    assert author.post(url, {"text": "", "request_key": new_key()}).status_code == 422
    assert author.post(url, {"text": "Frein défaillant.", "request_key": new_key()}).status_code == 302
    incident = Incident.objects.get()
    page = reverse("pilot", args=[cast.idea.key])
    assert "Frein défaillant." in client(cast.lead).get(page).content.decode()
    assert "Frein défaillant." not in client(cast.stranger).get(page).content.decode()
    close = reverse("incident-close", args=[cast.idea.key, incident.pk])
    assert client(cast.stranger).post(close, {"note": "Fait"}).status_code == 403
    assert author.get(reverse("incident-close", args=[cast.idea.key, incident.pk + 1])).status_code == 404
    assert author.post(close, {"note": "Réparé.", "request_key": new_key()}).status_code == 302
    assert author.post(close, {"note": "Réparé.", "request_key": new_key()}).status_code == 409


def test_another_ideas_incident_is_not_reached(cast: Cast) -> None:
    launch(cast, START)
    pilot = Pilot.objects.get()
    incident = actions.report_incident(pilot=pilot, text="Panne", by=by(cast.author))
    other = make_cast()
    launch(other, START)
    forged = reverse("incident-close", args=[other.idea.key, incident.pk])
    assert client(other.author).post(forged, {"note": "Fait"}).status_code == 404


def test_the_pilot_ends_on_its_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    launch(cast, START)
    monkeypatch.setattr(hooks, "_handlers", {})
    url = reverse("pilot-end", args=[cast.idea.key])
    sponsor = client(cast.other_director)
    assert sponsor.get(url).status_code == 200
    assert sponsor.post(url, {"note": " ", "request_key": new_key()}).status_code == 422
    assert sponsor.post(url, {"note": "Comme prévu.", "request_key": new_key()}).status_code == 302
    assert Pilot.objects.get().end_note == "Comme prévu."
    assert sponsor.post(url, {"note": "Encore.", "request_key": new_key()}).status_code == 409


def test_a_deputy_of_the_sponsor_writes(cast: Cast) -> None:
    launch(cast, START)
    AbsenceFactory(person=cast.other_director, deputy=cast.stranger, starts_on=START, ends_on=START)
    url = reverse("incident", args=[cast.idea.key])
    assert client(cast.stranger).post(url, {"text": "Panne", "request_key": new_key()}).status_code == 302


def test_the_pilot_page_takes_as_many_queries_for_ten_check_ins_as_for_one(cast: Cast) -> None:
    pilot = launch(cast, START)
    minutes, visits = queries.plan_of(cast.idea, passages=()).indicators.all()

    def cost() -> int:
        viewer = client(cast.lead)
        with CaptureQueriesContext(connection) as found:
            assert viewer.get(reverse("pilot", args=[cast.idea.key])).status_code == 200
        return len(found)

    def record() -> None:
        actions.record_check_in(
            pilot=pilot,
            on=START,
            pace="on_track",
            note="",
            readings={minutes.key: Decimal(18), visits.key: Decimal(97)},
            by=by(cast.author),
        )

    record()
    one = cost()
    for _number in range(9):
        record()
    assert cost() == one
    assert one <= 20
