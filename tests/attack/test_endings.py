"""An ended idea asks nobody for anything (law 6)."""

from collections.abc import Callable

import pytest

from incubator.inbox.models import WorkItem
from incubator.lib.refusals import Conflict
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows.gates import actions as gates
from workflows.gates.models import Seat
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db


def test_a_condition_of_a_withdrawn_idea_gives_the_lead_no_work(run_jobs: Callable[..., list[str]]) -> None:
    cast = Cast()
    idea = play.submit(cast)
    run_jobs()
    round_ = play.round_of(idea)
    seat = Seat.objects.select_related("person").get(round=round_, state="open")
    answers = play.full_vote(round_.rules, "go_if")
    gates.vote(seat_key=seat.key, by=act(seat.person), content_version=idea.content.version, **answers)
    owned = [("Compter les trajets", cast.manager, play.in_days(40))]
    decision = play.decide(idea, seat.person, "go_with_conditions", conditions=owned)
    journey.withdraw(idea=idea.key, by=act(cast.author))
    condition = decision.conditions.get()
    with pytest.raises(Conflict):
        gates.report_condition(condition_key=condition.key, by=act(cast.manager), note="C’est fait.")
    with pytest.raises(Conflict):
        gates.confirm_condition(condition_key=condition.key, by=act(cast.other_lead))
    assert not WorkItem.objects.filter(subject_key=idea.key, closed_at=None).exists()
