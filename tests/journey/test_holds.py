"""What a hold waits for, in words: a day, a condition, or whichever of the two comes first."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.inbox.models import WorkItem
from incubator.lib import clock, working_days
from tests.factories import PersonFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast
from workflows.clock.actions import tick
from workflows.clock.models import ClockStep
from workflows.clock.wording import late
from workflows.gates.actions.rounds import due_after

pytestmark = pytest.mark.django_db
CONDITION = "Les gymnases sont raccordés"
UNTIL = date(2030, 3, 4)


@pytest.mark.parametrize(
    ("held", "shown", "not_shown"),
    [
        ({"hold_until": UNTIL}, ["Until", "4 March 2030"], [CONDITION]),
        ({"hold_condition": CONDITION}, [f"{CONDITION}."], ["2030"]),
        (
            {"hold_until": UNTIL, "hold_condition": CONDITION},
            [f"{CONDITION}.", "At the latest on", "4 March 2030"],
            [],
        ),
    ],
)
def test_the_lead_and_the_team_read_all_of_it(held: Any, shown: list[str], not_shown: list[str]) -> None:
    cast = Cast()
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "not_now")
    play.decide(round_.idea, cast.dga, "hold", **held)
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.lead)
    page = stage.texts(client.get(reverse("idea-wake", args=[round_.idea.key])).text)
    for text in shown:
        assert text in page
    for text in not_shown:
        assert text not in page
    client.force_login(cast.author)
    page = stage.texts(client.get(reverse("idea", args=[round_.idea.key])).text)
    assert (CONDITION in page) is ("hold_condition" in held)
    assert ("2030" in page) is ("hold_until" in held)


@pytest.mark.parametrize("own", [False, True], ids=["someone else's", "one's own"])
def test_the_form_is_for_a_lead_alone(own: bool) -> None:
    cast = Cast()
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "not_now")
    play.decide(round_.idea, cast.dga, "hold", hold_condition=CONDITION)
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.author if own else PersonFactory())
    answer = client.get(reverse("idea-wake", args=[round_.idea.key]))
    assert answer.status_code == 403
    assert CONDITION not in answer.text
    withdraws = client.get(reverse("idea-withdraw", args=[round_.idea.key])).status_code
    assert withdraws == (200 if own else 404)


def test_with_both_it_wakes_by_itself_on_its_day(run_jobs: Any) -> None:
    cast = Cast()
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "not_now")
    play.decide(round_.idea, cast.dga, "hold", hold_until=play.in_days(9), hold_condition=CONDITION)
    with clock.moved(clock.now() + timedelta(days=10)):
        tick()
    assert Idea.objects.get().state == "live"


@pytest.mark.parametrize("until", [None, UNTIL], ids=["a condition alone", "a day as well"])
def test_who_says_whether_it_has_come_is_asked_by_a_day(until: date | None) -> None:
    cast = Cast()
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "not_now")
    play.decide(round_.idea, cast.dga, "hold", hold_until=until, hold_condition=CONDITION)
    entity = round_.idea.programme.entity
    item = WorkItem.objects.get(verb="hold_condition", person=cast.lead)
    assert item.due_at == (
        working_days.end_of_day(until, entity.time_zone) if until else due_after(entity, 60)
    )
    with clock.moved(item.due_at - timedelta(hours=12)):
        tick()
    assert ClockStep.objects.filter(key=item.key).exclude(done_at=None).exists()
    if until is None:
        with clock.moved(item.due_at + timedelta(days=14)):
            tick()
        assert WorkItem.objects.filter(verb=late("hold_condition"), closed_at=None).exists()
        play.journey.wake(
            idea=round_.idea.key, by=play.act(cast.lead), condition_met="Le raccordement est fait."
        )
        tick()
        assert not WorkItem.objects.filter(verb=late("hold_condition"), closed_at=None).exists()
