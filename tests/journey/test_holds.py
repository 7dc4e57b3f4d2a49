"""What a hold waits for, in words: a day, a condition, or whichever of the two comes first."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.lib import clock
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast
from workflows.clock.actions import tick

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


def test_whoever_may_not_take_it_up_is_told_before_they_type() -> None:
    cast = Cast()
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "not_now")
    play.decide(round_.idea, cast.dga, "hold", hold_condition=CONDITION)
    url = reverse("idea-wake", args=[round_.idea.key])
    for person, status in ((cast.lead, 200), (cast.author, 403), (cast.dga, 403)):
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        page = client.get(url)
        assert page.status_code == status
        assert ('name="condition_met"' in page.text) is (status == 200)


def test_with_both_it_wakes_by_itself_on_its_day(run_jobs: Any) -> None:
    cast = Cast()
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "not_now")
    play.decide(round_.idea, cast.dga, "hold", hold_until=play.in_days(9), hold_condition=CONDITION)
    with clock.moved(clock.now() + timedelta(days=10)):
        tick()
    assert Idea.objects.get().state == "live"
