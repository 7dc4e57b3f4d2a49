"""Pages of sponsorship, pilot and evaluation in a real browser: without script, on a narrow phone, with axe."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ideas.drafting.models import Idea
from incubator.lib import clock
from tests.pilots.plans import launch, write_plan
from tests.platform.following import follow
from tests.sponsorship.cast import Cast, by, make_cast
from workflows.evaluation import actions as evaluation
from workflows.gates import hooks
from workflows.pilots import actions as pilots
from workflows.pilots import queries
from workflows.pilots.models import PilotPlan
from workflows.sponsorship import actions, time_actions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Check = Callable[[Any], None]


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(hooks, "_handlers", {})
    return make_cast()


@pytest.fixture
def looks_right(assert_accessible: Check) -> Check:
    """Accessible, and nothing sticks out of a narrow page."""

    def check(page: Any) -> None:
        assert_accessible(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], f"{page.url} is {width} wide"

    return check


def test_a_plan_is_written_without_script(open_page: Any, cast: Cast, looks_right: Check) -> None:
    page = open_page(cast.author, path=f"/ideas/{cast.idea.key}/plan/edit", scripts=False, width=320)
    page.fill("#id_i0-name", "Minutes perdues")
    follow(page.locator("text=Ajouter un indicateur"))
    assert page.locator("fieldset.indicator").count() == 3
    assert page.input_value("#id_i0-name") == "Minutes perdues"
    follow(page.locator("text=Retirer l’indicateur 3"))
    page.fill("#id_i0-unit", "min")
    page.fill("#id_i0-baseline", "22,5")
    page.fill("#id_i0-target", "30")
    page.check("#id_i0-direction_1")
    follow(page.locator("#id_i0-target"), "Enter")  # the first button saves, it does not remove a row
    assert page.locator("#error-rows a").count() == 1
    assert page.input_value("#id_i0-baseline") == "22,5"
    page.fill("#id_i0-target", "12")
    follow(page.locator("#id_i0-target"), "Enter")
    assert page.url.endswith("/plan")
    assert PilotPlan.objects.get().indicators.get().baseline == Decimal("22.5")
    scripted = open_page(cast.author, path=f"/ideas/{cast.idea.key}/plan", width=320)
    looks_right(scripted)
    scripted.goto(f"/ideas/{cast.idea.key}/plan/edit")
    looks_right(scripted)


def test_each_asked_person_has_a_page_that_reads_well(open_page: Any, cast: Cast, looks_right: Check) -> None:
    pledge = actions.ask_sponsor(idea=cast.idea, sponsor=cast.other_director, by=by(cast.author))
    release = time_actions.ask_time(member=cast.member, days_a_month=Decimal(2), by=by(cast.author))
    write_plan(cast.idea, cast.author, stop_rule="")
    for person, path in (
        (cast.author, f"/ideas/{cast.idea.key}/sponsorship"),
        (cast.author, f"/ideas/{cast.idea.key}/plan"),
        (cast.other_director, f"/pledges/{pledge.key}"),
        (cast.manager, f"/time/{release.key}/opinion"),
        (cast.director, f"/time/{release.key}/signature"),
        (cast.finance, f"/ideas/{cast.idea.key}/budget/G2"),
    ):
        looks_right(open_page(person, path=path, width=320))


def test_pilot_and_evaluation_read_well(open_page: Any, cast: Cast, looks_right: Check) -> None:
    start = clock.today() - timedelta(days=40)
    pilot = launch(cast, start)
    minutes, _visits = queries.plan_of(cast.idea, passages=()).indicators.all()
    pilots.record_check_in(
        pilot=pilot,
        on=start + timedelta(days=30),
        pace="in_trouble",
        note="Deux vélos en panne.",
        readings={minutes.key: Decimal("17.5")},
        by=by(cast.author),
    )
    pilots.report_incident(pilot=pilot, text="Frein défaillant.", by=by(cast.author))
    key = cast.idea.key
    for path in (f"/ideas/{key}/pilot", f"/ideas/{key}/pilot/check-in", f"/ideas/{key}/pilot/end"):
        looks_right(open_page(cast.author, path=path, width=320, dark=True))
    Idea.objects.filter(pk=cast.idea.pk).update(stage="evaluation", holder="lead")
    evaluation.name_evaluator(idea=cast.idea, evaluator=cast.stranger, by=by(cast.lead))
    for person in (cast.stranger, cast.lead):
        looks_right(open_page(person, path=f"/ideas/{key}/evaluation", width=320, language="en-GB"))
