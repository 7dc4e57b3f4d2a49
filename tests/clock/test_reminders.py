"""Who is reminded when, who is left in peace, and who hears that something is late."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import translation

from ideas.access import access
from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox import actions as inbox
from incubator.inbox import wording as asks
from incubator.inbox.models import WorkItem
from incubator.inbox.queries import open_items, open_on
from incubator.lib import clock, working_days
from incubator.messages import wording
from incubator.messages.models import Message
from incubator.people.models import Person
from tests.factories import AbsenceFactory, GateRoundFactory, IdeaFactory, PersonFactory
from tests.gates import stage
from tests.journey.cast import Cast
from workflows.clock import actions, duties
from workflows.clock import wording as late_wording
from workflows.clock.actions import carry_out, tick
from workflows.clock.models import ClockStep
from workflows.clock.sweep import sweep
from workflows.gates.configuration import defaults
from workflows.gates.configuration.document import document_from
from workflows.gates.models import Configuration

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]
PARIS = ZoneInfo("Europe/Paris")
# A Monday; the next fortnight has no holiday.
ASKED = datetime(2026, 3, 2, 10, tzinfo=PARIS)
DUE = date(2026, 3, 12)


def at(day: int, hour: int = 10, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=PARIS)


@pytest.fixture
def idea() -> Idea:
    with clock.moved(ASKED):
        return IdeaFactory(live=True)


def wait(idea: Idea, *people: Person, verb: str = "vote", due: date = DUE) -> str:
    key = f"{verb}:{idea.key}"
    with clock.moved(ASKED):
        inbox.open_for(
            people,
            key=key,
            verb=verb,
            subject_kind="idea",
            subject_key=idea.key,
            subject_title=idea.title,
            url="/",
            due_at=working_days.end_of_day(due, "Europe/Paris"),
        )
    return key


def told(*people: Person) -> list[tuple[Person, str]]:
    return [(one.person, one.kind) for one in Message.objects.order_by("pk") if one.person in people]


def steps_of(key: str) -> list[str]:
    return list(ClockStep.objects.filter(key=key).order_by("pk").values_list("step", flat=True))


def test_four_reminders_then_the_lead_hears(idea: Idea, run_jobs: Run) -> None:
    voter, lead = PersonFactory(), PersonFactory(role="programme_lead")
    key = wait(idea, voter)
    found = {}
    for day in range(2, 21):
        with clock.moved(at(day)):
            found[day] = tick()["done"]
            tick()
            run_jobs()
    # Half-time on Saturday the 7th is said on Monday; due on Thursday the 12th.
    assert {day: count for day, count in found.items() if count} == {9: 1, 11: 1, 13: 1, 17: 1, 18: 1}
    assert steps_of(key) == ["half", "-1", "1", "3", "escalate"]
    assert told(voter) == [(voter, "vote")] * 4
    assert told(lead) == [(lead, "late_opinion")]
    verbs = Event.objects.filter(subject_key=idea.key).order_by("sequence").values_list("verb", flat=True)
    assert list(verbs) == ["reminded"] * 4 + ["escalated"]


def test_a_reminder_says_that_it_is_one_and_when_it_was_due(idea: Idea, run_jobs: Run) -> None:
    voter = PersonFactory()
    wait(idea, voter)
    for day in (11, 13):
        with clock.moved(at(day)):
            tick()
            run_jobs()
    with translation.override("en"):
        before, after = (wording.said(one) for one in Message.objects.order_by("pk"))
    assert before.subject == f"Reminder: Give your opinion on “{idea.title}”"
    assert before.more == "By Thursday 12\N{NO-BREAK SPACE}March."
    assert after.more == "It was due on Thursday 12\N{NO-BREAK SPACE}March."


def test_after_a_week_without_a_worker_only_the_last_step_is_said(idea: Idea) -> None:
    key = wait(idea, PersonFactory())
    with clock.moved(at(13)):
        assert tick()["done"] == 1
        assert tick()["claimed"] == 0
    assert steps_of(key) == ["1"]


@pytest.mark.parametrize(
    "moment",
    [at(13, hour=7), at(14), at(15), at(6, month=4)],
    ids=["before eight", "Saturday", "Sunday", "Easter Monday"],
)
def test_nobody_is_written_to_outside_working_hours_and_days(idea: Idea, moment: datetime) -> None:
    wait(idea, PersonFactory())
    with clock.moved(moment):
        assert tick()["claimed"] == 0


def test_nobody_is_reminded_on_the_day_they_were_asked(idea: Idea) -> None:
    wait(idea, PersonFactory(), due=date(2026, 3, 3))
    with clock.moved(at(2, hour=18)):
        assert tick()["claimed"] == 0


@pytest.mark.parametrize(
    ("state", "holder", "verb", "reminded"),
    [
        ("held", "nobody", "vote", False),
        ("held", "nobody", "meet_condition", False),
        ("held", "nobody", "hold_condition", True),
        ("live", "author", "meet_condition", False),
        ("live", "author", "rework", True),
        ("live", "panel", "meet_condition", True),
        ("stopped", "decider", "reexamine", True),
    ],
)
def test_a_paused_idea_reminds_nobody(idea: Idea, state: str, holder: str, verb: str, reminded: bool) -> None:
    Idea.objects.filter(pk=idea.pk).update(state=state, holder=holder)
    wait(idea, PersonFactory(), verb=verb)
    with clock.moved(at(11)):
        assert (tick()["done"] == 1) is reminded


def test_what_was_claimed_and_then_put_on_hold_or_done_is_not_said(idea: Idea, run_jobs: Run) -> None:
    voter = PersonFactory()
    key = wait(idea, voter)
    with clock.moved(at(11)):
        assert sweep() == 1
        Idea.objects.filter(pk=idea.pk).update(state="held")
        carry_out()
    Idea.objects.filter(pk=idea.pk).update(state="live")
    with clock.moved(at(13)):
        assert sweep() == 1
        inbox.close(key)
        carry_out()
        run_jobs()
    assert told(voter) == []


def test_someone_away_is_left_in_peace_and_reminded_once_back(idea: Idea, run_jobs: Run) -> None:
    away = PersonFactory()
    AbsenceFactory(person=away, deputy=None, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 12))
    wait(idea, away)
    with clock.moved(at(11)):
        assert tick()["claimed"] == 0
    with clock.moved(at(13)):
        tick()
        run_jobs()
    assert told(away) == [(away, "vote")]


def test_the_deputy_is_reminded_of_what_is_lent_and_of_nothing_else(idea: Idea, run_jobs: Run) -> None:
    away, deputy = PersonFactory(), PersonFactory()
    AbsenceFactory(person=away, deputy=deputy, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 30))
    wait(idea, away)
    wait(idea, away, verb="rework")
    with clock.moved(at(11)):
        assert tick()["done"] == 1
        run_jobs()
    assert told(away, deputy) == [(deputy, "vote")]


def test_the_deputy_reads_a_confidential_idea_while_its_work_is_lent_and_nobody_else_hears(
    idea: Idea, run_jobs: Run
) -> None:
    away, deputy = PersonFactory(), PersonFactory()
    AbsenceFactory(person=away, deputy=deputy, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 30))
    Idea.objects.filter(pk=idea.pk).update(confidential=True)
    wait(idea, away)
    with clock.moved(at(11)):
        tick()
        run_jobs()
        assert access().may_read(deputy, Idea.objects.get(pk=idea.pk))
    assert [message.person for message in Message.objects.all()] == [deputy]
    with clock.moved(at(31)):
        assert not access().may_read(deputy, Idea.objects.get(pk=idea.pk))


def test_the_lead_s_own_lateness_goes_to_the_director_never_to_one_above_the_author() -> None:
    cast = Cast()
    with clock.moved(ASKED):
        near = IdeaFactory(live=True, author=cast.author)
    director = PersonFactory(department=cast.lead.posts.get().department, head=True)
    wait(near, cast.lead, cast.other_lead, verb="decide")
    with clock.moved(at(18)):
        tick()
    late = WorkItem.objects.filter(verb="late_decision", closed_at=None)
    assert [item.person for item in late] == [director]

    # The only director above the leads is the author's own: a deputy director general hears of it.
    director.posts.all().delete()
    cast.lead.posts.update(department=cast.home)
    with clock.moved(ASKED):
        other = IdeaFactory(live=True, author=cast.author)
    wait(other, cast.lead, cast.other_lead, verb="decide")
    with clock.moved(at(18)):
        tick()
    assert [item.person for item in late.filter(subject_key=other.key)] == [cast.dga]


def test_three_late_seats_are_one_word_to_the_lead_and_it_goes_when_the_work_is_done(idea: Idea) -> None:
    lead = PersonFactory(role="programme_lead")
    wait(idea, *(PersonFactory() for _ in range(3)))
    keys = [f"vote:{uuid.uuid4()}" for _ in range(3)]
    for key, item in zip(keys, WorkItem.objects.all(), strict=True):
        item.key = key
        item.save()
    late = WorkItem.objects.filter(person=lead, closed_at=None)
    with clock.moved(at(18)):
        assert tick()["done"] == 3
        assert [item.verb for item in late] == ["late_opinion"]
        inbox.close(*keys[:2])
        tick()
        assert late.all().exists()
        inbox.close(keys[2])
        tick()
    assert not late.all().exists()


def test_what_is_late_is_named_and_stands_at_its_day(idea: Idea, run_jobs: Run) -> None:
    """The lead, told of two things of one idea, reads which; is reminded of neither, and does their own work first."""
    lead = PersonFactory(role="programme_lead")
    wait(idea, PersonFactory(), verb="answer_pledge")
    wait(idea, PersonFactory(), verb="confirm_budget", due=date(2026, 3, 11))
    with clock.moved(at(18)):
        tick()
        run_jobs()
        items = open_items(lead, 10)
        assert [item.due_at and item.due_at.astimezone(PARIS).date() for item in items] == [
            date(2026, 3, 11),
            DUE,
        ]
        with translation.override("en"):
            assert [asks.title(item.verb, "X") for item in items] == [
                "The budget line of “X” is late: see who can help",
                "The sponsor’s answer on “X” is late: see who can help",
            ]
            mores = [wording.said(one).more for one in Message.objects.filter(person=lead).order_by("pk")]
        assert set(mores) == {
            f"It was due on {day}\N{NO-BREAK SPACE}March." for day in ("Wednesday 11", "Thursday 12")
        }
        wait(idea, lead, verb="name_evaluator", due=date(2026, 3, 30))
        own = open_on(lead, "idea", idea.key)
        assert own is not None
        assert own.verb == "name_evaluator"
    for day in range(19, 28):
        with clock.moved(at(day)):
            tick()
    assert not ClockStep.objects.filter(key__startswith="late:").exists()


def test_each_kind_of_late_work_has_words() -> None:
    kinds = set(late_wording._KIND.values())
    assert kinds <= set(late_wording._LATE)
    assert set(late_wording._KIND) <= set(asks.ASKS)


def test_what_fails_is_tried_again_later_and_stops_nothing_else(
    idea: Idea, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait(idea, PersonFactory())
    other = IdeaFactory(live=True)
    wait(other, PersonFactory())
    record = actions.record

    def fail(found: Idea, *given: object, **more: object) -> Event:
        event = record(found, *given, **more)  # type: ignore[arg-type]
        if found == idea:
            raise RuntimeError("no disk")
        return event

    monkeypatch.setattr(actions, "record", fail)
    with clock.moved(at(11)):
        assert tick() == {"claimed": 2, "done": 1, "failed": 1}
        assert tick() == {}
    assert not Event.objects.filter(subject_key=idea.key).exists(), "half of the step is undone"
    monkeypatch.setattr(actions, "record", record)
    with clock.moved(at(11) + timedelta(minutes=6)):
        assert tick()["done"] == 1
    assert ClockStep.objects.get(key=f"vote:{idea.key}").tries == 1


def test_a_sweep_asks_the_same_questions_for_one_and_for_many(
    idea: Idea, at_most: Callable[[int], object]
) -> None:
    """Beside the duties: which reminders are whose, the entities, the reminders reached, what is late no more."""
    wait(idea, PersonFactory())
    with clock.moved(at(11)), at_most(len(duties.duties()) + 4):  # type: ignore[attr-defined]
        assert sweep() == 1
    for number in range(4):
        wait(idea, PersonFactory(), verb=f"other_{number}")
    with clock.moved(at(11)), at_most(len(duties.duties()) + 4):  # type: ignore[attr-defined]
        assert sweep() == 4


def test_reminders_are_those_of_the_rules_an_idea_s_round_was_opened_under(idea: Idea) -> None:
    """One reminder three days before, and nobody else hears; a programme that changes them later changes no round."""
    with clock.moved(ASKED):
        rules = GateRoundFactory(idea=idea, state="open").configuration
        other, draft = IdeaFactory(live=True), IdeaFactory()
        GateRoundFactory(idea=other)
    rules.version, rules.pk, rules.state = 2, None, "retired"
    rules.rules |= {"reminders": {"at": [-3], "then": None}}
    rules.save()
    idea.rounds.update(configuration=rules)
    document = document_from(defaults()) | {"reminders": {"at": [2], "then": "escalate"}}
    Configuration.objects.create(
        programme=idea.programme,
        version=1,
        state="published",
        document=document,
        checked_sha256="0" * 64,
        begun_at=ASKED,
        changed_at=ASKED,
        changed_by=PersonFactory(),
        published_at=ASKED,
    )
    own, defaulted, current = (wait(one, PersonFactory()) for one in (idea, other, draft))
    for day in range(3, 25):
        with clock.moved(at(day)):
            sweep()
    assert steps_of(own) == ["-3"]
    assert steps_of(defaulted) == ["half", "-1", "1", "3", "escalate"]
    assert steps_of(current) == ["2", "escalate"]


def test_the_panel_s_seats_are_where_a_lead_helps(run_jobs: Run) -> None:
    cast = Cast()
    with clock.moved(ASKED):
        round_ = stage.at_g1(cast)
    run_jobs()
    with clock.moved(at(30)):
        tick()
        late = WorkItem.objects.filter(verb="late_opinion", closed_at=None)
        assert {item.person for item in late} == {cast.lead, cast.other_lead}
        assert {item.url for item in late} == {f"/rounds/{round_.key}/seats"}


def test_the_command_says_what_it_did(idea: Idea) -> None:
    wait(idea, PersonFactory())
    out = StringIO()
    with clock.moved(at(11)):
        call_command("tick", stdout=out)
    assert out.getvalue() == "1 steps claimed, 1 done, 0 refused, 0 failed\n"
