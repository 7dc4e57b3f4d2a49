"""Each step once: with several workers, after a kill, and with 100,000 rounds in sight."""

import logging
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection

from incubator.events.models import Event
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.messages.models import Message
from tests.factories import GateRoundFactory, IdeaFactory, PersonFactory
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


FILL = """
with made as (
  insert into ideas_idea (key, number, programme_id, route, state, stage, holder, held_since, title, pitch, language,
    confidential, masked_until_selected, created_at, submitted_at)
  select gen_random_uuid(), 1000000 + n, %(programme)s, 'standard', 'live', 'review', 'panel', %(asked)s, 'x', 'x',
    'fr', false, false, %(asked)s, %(asked)s from generate_series(1, 100000) n returning id, key, number
),
opened as (
  insert into workflows_gateround (key, idea_id, gate, number, configuration_id, rules, state, content_version,
    entered_at, opened_at, review_due_at, due_at, void_reason, considered, handed_to, record_sha256)
  select gen_random_uuid(), made.id, 'G1', 1, %(configuration)s, '{"seats": 5}', 'open', 1, %(asked)s, %(asked)s,
    %(due)s::timestamptz + (number %% 100) * interval '1 day', %(due)s::timestamptz + interval '200 days', '',
    '[]', '', ''
  from made returning key, idea_id, review_due_at
)
insert into inbox_workitem (person_id, key, verb, subject_kind, subject_key, subject_title, url, opened_at, due_at)
select %(person)s, 'vote:' || opened.key, 'vote', 'idea', made.key, 'x', '/', %(asked)s, opened.review_due_at
from opened join made on made.id = opened.idea_id
"""


@pytest.mark.prove
@pytest.mark.django_db
@pytest.mark.parametrize("moment", [REMINDED, datetime(2026, 7, 29, 9, tzinfo=UTC)])
def test_a_hundred_thousand_open_rounds_are_swept_in_constant_memory(moment: datetime) -> None:
    """An ordinary minute, and the worst there is: every round late at once. The time is logged, and only guarded
    against growing with the square: two seconds are asked of an ordinary minute on an idle machine."""
    round_ = GateRoundFactory()
    values = {
        "programme": round_.idea.programme_id,
        "configuration": round_.configuration_id,
        "person": PersonFactory().pk,
        "asked": ASKED,
        "due": DUE,
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)
        cursor.execute("analyze ideas_idea, workflows_gateround, inbox_workitem")
    with clock.moved(moment):
        for _ in range(2):
            grown, began = peak(), time.monotonic()
            claimed = sweep()
            took = time.monotonic() - began
            assert claimed >= 1000
            logging.info("%s steps of 100,000 rounds claimed in %.2f s", claimed, took)
            assert took < 60
            assert peak() - grown < 10, "the rows stay in the database"


def peak() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
