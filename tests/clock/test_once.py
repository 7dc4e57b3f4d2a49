"""Each step once: with several workers, after a kill, and with 100,000 rounds in sight."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bin.benchmarks import rounds
from incubator.events.models import Event
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.messages.models import Message
from tests.factories import GateRoundFactory, IdeaFactory, PersonFactory
from tests.platform.memory import memory
from tests.races.together import at_once
from workflows.clock import actions
from workflows.clock.actions import carry_out, tick
from workflows.clock.models import ClockStep
from workflows.clock.sweep import sweep

Run = Callable[..., list[str]]
ASKED = datetime(2026, 3, 2, 9, tzinfo=UTC)
REMINDED = datetime(2026, 3, 11, 9, tzinfo=UTC)
DUE = datetime(2026, 3, 12, 22, 59, 59, tzinfo=UTC)


def waiting(count: int) -> None:
    with clock.moved(ASKED):
        for _ in range(count):
            idea = IdeaFactory(live=True)
            inbox.open_for(
                [PersonFactory()],
                key=f"vote:{idea.key}",
                verb="vote",
                subject_kind="idea",
                subject_key=idea.key,
                subject_title=idea.title,
                url="/",
                due_at=DUE,
            )


@pytest.mark.django_db(transaction=True)
def test_three_workers_at_one_instant_remind_each_person_once(run_jobs: Run) -> None:
    waiting(6)

    def work() -> int:
        with clock.moved(REMINDED):
            return tick()["done"]

    done = at_once(work, work, work)
    assert sum(done) == 6
    with clock.moved(REMINDED):
        run_jobs()
    assert Message.objects.count() == Event.objects.filter(verb="reminded").count() == 6


class Killed(BaseException):
    """What no handler of the product catches."""


@pytest.mark.django_db
def test_killed_between_ledger_and_message_the_next_worker_says_it_once(
    run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(1)
    with clock.moved(REMINDED):
        assert sweep() == 1  # and no more: killed here
        record = actions.record

        def dies(*given: object, **more: object) -> Event:
            record(*given, **more)  # type: ignore[arg-type]
            raise Killed

        monkeypatch.setattr(actions, "record", dies)
        with pytest.raises(Killed):
            carry_out()  # and killed between the event and the ledger's word that it is done
        monkeypatch.setattr(actions, "record", record)
        assert ClockStep.objects.get().done_at is None
        assert not Event.objects.exists()
        assert [tick()["done"], tick()["done"]] == [1, 0]
        run_jobs()
        run_jobs()
    assert Message.objects.count() == 1


@pytest.mark.prove
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "most"), [(REMINDED, 2), (datetime(2026, 7, 29, 9, tzinfo=UTC), 10)], ids=["ordinary", "worst"]
)
def test_a_hundred_thousand_open_rounds_are_swept_in_constant_memory(moment: datetime, most: int) -> None:
    """An ordinary morning's minutes in two seconds each; and the worst there is: every round late at once, so that a
    sweep claims as many as it may. Seconds are those spent computing: the machine does other things meanwhile."""
    round_ = GateRoundFactory()
    programme, configuration = round_.idea.programme_id, round_.configuration_id
    rounds.open_rounds(100_000, programme=programme, configuration=configuration, person=PersonFactory().pk)
    with clock.moved(moment):
        for _ in range(3):
            with memory() as grown, rounds.timed() as run:
                claimed = sweep()
            logging.info(
                "%s steps of 100,000 rounds claimed in %.2f s, %.2f s of them computing",
                claimed,
                run.took,
                run.worked,
            )
            assert run.worked < most
            assert grown.mb < 10, "the rows stay in the database"
