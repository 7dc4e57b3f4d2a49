"""The figures: of ideas that all staff may read, and nothing of the others."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ideas.drafting.models import Idea, TeamMember
from incubator.people.models import Person, Post
from tests.factories import (
    LONG_AGO,
    DepartmentFactory,
    DepartmentPeriodFactory,
    IdeaFactory,
    MandateFactory,
    PersonFactory,
    PostFactory,
    ProgrammeFactory,
)
from tests.metrics.conftest import NOW, ago, moved, submitted
from workflows.gates.configuration import defaults, pinned
from workflows.gates.configuration.document import document_from, put
from workflows.gates.models import Condition, Decision, GateConfiguration, GateRound
from workflows.metrics import actions, queries, rules, sentences
from workflows.metrics.models import PublishedTable
from workflows.metrics.participation import participation
from workflows.metrics.queries import StageTime
from workflows.metrics.rules import Period

pytestmark = pytest.mark.django_db
FIRST_HALF = Period(date(2026, 1, 1), date(2026, 7, 1))
IN_MAY = (NOW - datetime(2026, 5, 11, 10, tzinfo=UTC)).days


def round_of(idea: Any, gate: str = "G0", **fields: Any) -> GateRound:
    configuration, _made = GateConfiguration.objects.get_or_create(
        programme=idea.programme, gate=gate, version=1, defaults={"rules": {}}
    )
    about = {"number": 1, "content_version": 1, "entered_at": ago(9), "due_at": ago(2), "rules": {}}
    if fields.get("state") == "decided":
        about |= {"record": {}, "record_sha256": "0" * 64}
    return GateRound.objects.create(
        idea=idea, gate=gate, configuration=configuration, **(about | {"state": "open"} | fields)
    )


def test_what_not_everyone_may_read_is_not_counted() -> None:
    seen = submitted(30)
    for hidden in (
        {"confidential": True},
        {"state": "withdrawn"},
        {"programme": ProgrammeFactory(key="citoyens", kind="citizens")},
    ):
        idea = submitted(30, **hidden)
        round_of(idea, state="decided", closed_at=ago(3))
    IdeaFactory(author=False)
    assert list(queries.counted()) == [seen]
    found = queries.figures()
    assert (found.waiting.under_way, found.answered.in_time, found.funnel[0]) == (1, 0, ("submission", 1))
    assert found.stages[0].ideas == 1


def test_first_answers_in_time_late_and_missing() -> None:
    for fields in (
        {"state": "decided", "closed_at": ago(3)},
        {"state": "decided", "closed_at": ago(1)},
        {"state": "decided", "closed_at": ago(1), "due_at": NOW + timedelta(days=1)},  # early: not due yet
        {"state": "open"},
        {"state": "open", "due_at": NOW + timedelta(days=1)},
        {"state": "void", "closed_at": ago(1)},
        {"state": "decided", "closed_at": ago(500), "due_at": ago(499)},
    ):
        round_of(submitted(30, due_at=fields.get("due_at", ago(2))), **fields)
    found = queries.figures().answered
    assert (found.in_time, found.late, found.missing) == (1, 1, 1)
    with translation.override("en"):
        assert sentences.answered(found) == (
            "1 of the 3 first answers due in the last twelve months, on all three routes, came in time. "
            "1 came after its day. 1 is still missing."
        )


def test_each_route_s_first_answer_counts_and_no_later_one() -> None:
    for route, gate, answered in (("local", "L", 3), ("fast", "F", 1), ("standard", "G0", 3)):
        idea = submitted(30, route=route)
        round_of(idea, gate, state="decided", closed_at=ago(answered))
        round_of(idea, gate, number=2, state="open")
        round_of(idea, "G3", state="decided", closed_at=ago(1))
    paused = submitted(30, due_at=ago(2))
    round_of(paused, state="void", closed_at=ago(7))
    round_of(paused, number=2)
    found = queries.figures().answered
    assert (found.in_time, found.late, found.missing) == (2, 1, 1)


def test_a_late_idea_that_was_answered_once_misses_no_first_answer() -> None:
    idea = submitted(30, due_at=ago(2))
    round_of(idea, state="decided", closed_at=ago(3))
    round_of(idea, number=2)
    figures = queries.figures()
    assert (figures.waiting.late, figures.waiting.late_in) == (1, [("submission", 1)])
    assert figures.answered.missing == 0
    with translation.override("en"):
        assert sentences.waiting(figures.waiting).endswith("1 is late, by 2 working days: Submission 1.")


def test_waiting_counts_working_days_of_lateness() -> None:
    submitted(30, due_at=ago(4))  # Monday 16 November
    submitted(30, due_at=NOW + timedelta(days=1))
    submitted(30, due_at=ago(4), state="held")
    found = queries.figures().waiting
    assert (found.under_way, found.late, found.oldest_late) == (2, 1, 4)
    submitted(30, due_at=ago(1), stage="pilot")
    submitted(30, due_at=ago(1), stage="pilot")
    with translation.override("en"):
        assert sentences.waiting(queries.figures().waiting) == (
            "4 ideas are under way. 3 are late, the oldest by 4 working days: Submission 1, Pilot 2."
        )


def test_an_idea_still_there_counts_as_open_and_the_clock_stands_on_hold() -> None:
    for days in (2, 3, 4):
        idea = submitted(28)
        moved(idea, ago(28 - days), stage="review", holder="panel")
    for _ in range(4):
        submitted(28)
    idea = submitted(28)
    moved(idea, ago(28), state="held")
    stage = queries.figures().stages[0]
    assert (stage.ideas, stage.open, stage.enough) == (8, 5, True)
    assert (stage.half, stage.longest) == (None, 19)  # 28 days, 11 November and 8 weekend days apart
    assert stage.overrun == pytest.approx(19 / 5 - 1)  # 4 of the 7 whose time is known are past their 5 days


def test_times_of_fewer_than_five_ideas_are_hidden() -> None:
    for _ in range(4):
        idea = submitted(28)
        moved(idea, ago(20), stage="review")
    stage = queries.figures().stages[0]
    assert (stage.ideas, stage.enough, stage.half, stage.overrun) == (4, False, None, 0)


@pytest.mark.parametrize(
    ("settings", "stage", "days"),
    [
        ({}, "submission", 5),
        ({"/gates/G0/due_from_submission": 16}, "submission", 16),
        ({"/gates/G0/due_from_submission": 16, "/gates/G1/due_from_submission": 50}, "review", 34),
        ({"/gates/G1/due_from_submission": None, "/gates/G1/review_in": 12}, "review", 24),
        ({"/gates/G1/due_from_submission": None, "/gates/G1/due": 20}, "review", 20),
        ({}, "pilot", None),
    ],
)
def test_the_time_promised_for_a_stage_is_that_of_its_gate(
    settings: dict[str, int | None], stage: str, days: int | None
) -> None:
    document = document_from(defaults())
    for path, value in settings.items():
        put(document, path, value)
    assert queries.promised(stage, [document]) == days


def test_the_stage_that_blocks_is_the_furthest_beyond_its_promise() -> None:
    def stage(
        name: str, most: int | None, promise: int | None = 10, enough: bool = True, judged: bool = True
    ) -> StageTime:
        return StageTime(name, 9, 3, 2, most, 30, promise, enough, judged)

    with translation.override("en"):
        slow = [stage("review", 11), stage("sponsorship", 38), stage("pilot", 99, None)]
        assert sentences.blocks(slow, 0) == (
            "Sponsorship: three quarters of the ideas leave it within 38 working days. We promised 10. "
            "More than a quarter stay longer than promised here too: Review."
        )
        assert sentences.times_finding(slow).endswith("stay longer than promised: Sponsorship, Review")
        assert sentences.blocks([stage("review", None)], 0).startswith(
            "Review: more than a quarter of the ideas take longer than the 10 working days"
        )
        for kept in ([stage("review", 10)], [stage("review", None, judged=False)]):
            assert sentences.blocks(kept, 0).startswith("No stage is known to keep more")
            assert "late all the same" not in sentences.blocks(kept, 0)
            assert sentences.blocks(kept, 17).endswith("late all the same stand under “Waiting now”.")
            assert sentences.times_finding(kept).startswith("No stage is known to keep more")
        assert sentences.blocks([stage("review", 90, enough=False)], 0).startswith("Too few")


def test_half_of_the_ideas_being_quick_does_not_hide_those_that_stay() -> None:
    """Five days are promised: six ideas take two, four are still there after nineteen."""
    for _ in range(6):
        moved(submitted(28), ago(24), stage="review")
    for _ in range(4):
        submitted(28)
    stage = queries.figures().stages[0]
    assert (stage.half, stage.three_quarters) == (2, None)
    with translation.override("en"):
        assert sentences.blocks([stage], 4).startswith("Submission: more than a quarter of the ideas take")


def test_a_stage_is_named_when_its_bar_passes_its_promise() -> None:
    """Seven evaluations took 21 to 25 days of 35, two are there after 46 and 55, two have come since."""
    spells = [(days, True) for days in (22, 23, 24, 25, 25, 25, 25)]
    spells += [(days, False) for days in (21, 31, 46, 55)]
    stage = queries._stage_time("evaluation", spells, 35)
    assert (stage.half, stage.three_quarters, stage.longest) == (25, None, 55)
    with translation.override("en"):
        assert sentences.blocks([stage], 4) == (
            "Evaluation: more than a quarter of the ideas take longer than the 35 working days that we promised."
        )
        assert sentences.times_finding([stage]).endswith("stay longer than promised: Evaluation")


def test_a_stage_whose_ideas_have_all_come_lately_is_not_named() -> None:
    spells = [(days, True) for days in (27, 28, 29, 30, 31)] + [(days, False) for days in range(40, 79)]
    stage = queries._stage_time("sponsorship", spells, 100)
    assert (stage.three_quarters, stage.overrun) == (None, 0)


def test_one_old_idea_among_many_new_ones_is_no_stage_that_blocks() -> None:
    for _ in range(5):
        moved(submitted(28), ago(24), stage="review")
    for _ in range(30):
        submitted(4)
    submitted(28)
    stage = queries.figures().stages[0]
    assert (stage.three_quarters, stage.longest, stage.overrun) == (None, 19, 0)


def test_the_funnel_says_how_far_all_have_come() -> None:
    submitted(30)
    there = submitted(300)
    for days, name in ((290, "review"), (250, "sponsorship"), (200, "pilot"), (90, "evaluation")):
        moved(there, ago(days), stage=name)
    moved(there, ago(20), state="in_service")
    stopped = submitted(100)
    moved(stopped, ago(90), stage="review")
    moved(stopped, ago(80), state="stopped")
    found = queries.figures()
    assert [count for _step, count in found.funnel] == [3, 2, 1, 1, 1, 1]
    assert (found.changed.in_service, found.changed.pilots, found.changed.submitted) == (1, 0, 1)


def staff(number: int, **department: Any) -> tuple[Any, list[Any]]:
    """A department and so many people with a post in it; rows in bulk, factories would take seconds."""
    place = DepartmentFactory(**department)
    people = Person.objects.bulk_create(
        [
            Person(
                staff_number=f"{place.code}-{n}",
                given_name="Camille",
                family_name=f"Martin {n}",
                password="!",
            )
            for n in range(number)
        ]
    )
    Post.objects.bulk_create([Post(person=one, department=place, starts_on=LONG_AGO) for one in people])
    return place, people


def counts() -> dict[str, tuple[int, int]]:
    return {group.label: (group.count, group.size) for group in participation(FIRST_HALF)}


def test_authors_and_accepted_co_authors_count_once_among_staff_of_the_period() -> None:
    place, people = staff(6, name="Voirie")
    author, co_author, invited, helper, gone, later = people
    idea = submitted(IN_MAY, author=author)
    submitted(IN_MAY, author=author)
    for person, role, fields in (
        (co_author, "co_author", {"accepted_at": ago(IN_MAY)}),
        (invited, "co_author", {}),
        (helper, "helper", {"accepted_at": ago(IN_MAY)}),
        (gone, "co_author", {"accepted_at": ago(IN_MAY + 9), "left_at": ago(IN_MAY + 5)}),
    ):
        TeamMember.objects.create(idea=idea, person=person, role=role, invited_at=ago(IN_MAY), **fields)
    submitted(30, author=later)  # in the next half-year
    assert counts() == {"Voirie": (2, 6)}
    PersonFactory(employed=True, employed__department=place, employed__starts_on=FIRST_HALF.ends_on)
    PersonFactory(employed=True, employed__department=place, employed__ends_on=FIRST_HALF.starts_on)
    PersonFactory(guest=True, employed=True, employed__department=place)
    assert counts() == {"Voirie": (2, 6)}


@pytest.mark.parametrize(
    "hidden",
    [
        {"confidential": True},
        {"state": "withdrawn"},
        {"masked_until_selected": True},
        {"masked_until_selected": True, "state": "stopped", "stage": "review"},
    ],
)
def test_hidden_authors_are_not_counted(hidden: dict[str, Any]) -> None:
    _place, people = staff(6, name="Voirie")
    submitted(IN_MAY, author=people[0], **hidden)
    assert counts() == {"Voirie": (0, 6)}


def test_authors_masked_by_their_gate_count_once_it_has_decided() -> None:
    _place, people = staff(6, name="Voirie")
    idea = submitted(IN_MAY, author=people[0])
    masked = round_of(idea, "G1", rules={"authors_hidden": True})
    assert counts() == {"Voirie": (0, 6)}
    GateRound.objects.filter(pk=masked.pk).update(
        state="decided", closed_at=ago(1), record={}, record_sha256="0" * 64
    )
    mandate = MandateFactory()
    decision = Decision.objects.create(
        round=masked, outcome="rework", decider=mandate.holder, mandate=mandate, drafted_at=ago(1)
    )
    assert counts() == {"Voirie": (0, 6)}, "it comes back to the same panel"
    Decision.objects.filter(pk=decision.pk).update(outcome="go")
    assert counts() == {"Voirie": (1, 6)}


def test_authors_of_a_stop_count_if_they_wish_to_be_named() -> None:
    _place, people = staff(6, name="Voirie")
    idea = submitted(IN_MAY, author=people[0])
    assert counts() == {"Voirie": (1, 6)}
    Idea.objects.filter(pk=idea.pk).update(state="stopped", ended_at=ago(1))
    idea.team.update(wishes_name_shown=False)
    assert counts() == {"Voirie": (0, 6)}
    idea.team.update(wishes_name_shown=True)
    assert counts() == {"Voirie": (1, 6)}


def test_authors_their_programme_masks_at_selection_are_not_counted_before_it() -> None:
    _place, people = staff(6, name="Voirie")
    idea = submitted(IN_MAY, author=people[0])
    assert counts() == {"Voirie": (1, 6)}
    configured = pinned(idea, "G1")[0]
    configured.rules["authors_hidden"] = True
    configured.save()
    assert counts() == {"Voirie": (0, 6)}


def test_a_service_counts_with_its_direction_and_a_person_where_the_last_post_was() -> None:
    top, _people = staff(2, name="Culture")
    _service, readers = staff(3, name="Lecture", parent=top)
    submitted(IN_MAY, author=readers[0])
    other, _others = staff(1, name="Sports")
    PostFactory(person=readers[1], department=other, starts_on=date(2026, 3, 1))
    PostFactory(person=readers[2], department=other, starts_on=date(2026, 8, 1))
    assert counts() == {"Culture": (1, 4), "Sports": (0, 2)}


def test_yesterdays_organisation_is_asked() -> None:
    before, after = DepartmentFactory(name="Avant"), DepartmentFactory(name="Après")
    service = DepartmentFactory(name="Service", parent=after, period=False)
    DepartmentPeriodFactory(department=service, parent=before, ends_on=date(2026, 9, 1))
    DepartmentPeriodFactory(department=service, parent=after, starts_on=date(2026, 9, 1))
    PersonFactory(employed=True, employed__department=service)
    assert counts() == {"Avant": (0, 1)}


def test_a_table_is_published_once_and_keeps_what_it_said() -> None:
    _place, people = staff(20, name="Voirie")
    for person in people[:6]:
        submitted(IN_MAY, author=person)
    first = actions.publish_participation(FIRST_HALF)
    assert first.content["total"] == [6, 20]
    submitted(IN_MAY, author=people[7])
    assert actions.publish_participation(FIRST_HALF).content == first.content
    assert PublishedTable.objects.count() == 1
    with pytest.raises(ValueError, match="not over"):
        actions.publish_participation(rules.half_year_of(NOW.date()))


def test_what_is_hidden_is_not_even_stored() -> None:
    for name, size, took_part in (("Un", 30, 3), ("Deux", 31, 12), ("Trois", 60, 9), ("Quatre", 61, 8)):
        _place, people = staff(size, name=name)
        for person in people[:took_part]:
            submitted(IN_MAY, author=person)
    content = actions.publish_participation(FIRST_HALF).content
    assert {row["label"] for row in content["shown"]} == {"Trois", "Quatre"}
    (block,) = content["hidden"]
    assert {row["label"] for row in block["rows"]} == {"Un", "Deux"}
    assert all(set(row) == {"key", "label"} for row in block["rows"])
    assert (block["count"], block["size"], content["total"]) == (15, 61, [32, 182])


def test_the_same_queries_for_one_idea_and_for_many() -> None:
    numbers = []
    for more in (1, 20):
        for _ in range(more):
            idea = submitted(60)
            moved(idea, ago(50), stage="review")
            round_of(idea)
        with CaptureQueriesContext(connection) as captured:
            queries.figures()
        numbers.append(len(captured))
    assert numbers[0] == numbers[1] <= 7


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_stands_with_no_idea_at_all(language: str) -> None:
    with translation.override(language):
        found = sentences.six(queries.figures())
    assert len(found) == 6
    assert all(one["title"] and one["text"].endswith(".") for one in found)


def test_the_time_of_a_short_route_is_not_held_against_the_stages_of_the_standard_one() -> None:
    submitted(60, route="local")
    submitted(3)
    found = queries.figures()
    assert found.stages[0].ideas == 1
    assert found.funnel[0] == ("submission", 2)


def test_a_condition_is_kept_when_its_owner_said_so_in_time() -> None:
    def condition(**fields: Any) -> Condition:
        about = {"text": "Tester la nuit", "owner": mandate.holder, "due_on": ago(5).date()}
        return Condition.objects.create(decision=decision, **(about | fields))

    idea, mandate = submitted(IN_MAY), MandateFactory()
    round_ = round_of(idea, "G1", state="decided", closed_at=ago(20))
    decision = Decision.objects.create(
        round=round_,
        outcome="go_with_conditions",
        decider=mandate.holder,
        mandate=mandate,
        drafted_at=ago(20),
        issued_at=ago(20),
        reasons="Une réponse attendue.",
    )

    def kept() -> tuple[int, int]:
        found = queries.figures().promises
        return found.conditions_kept, found.conditions

    condition(reported_at=ago(8), met_at=ago(2))
    assert kept() == (1, 1), "a lead was slow, not the owner"
    condition(reported_at=ago(8))
    assert kept() == (1, 1), "it waits for a lead"
    condition(met_at=ago(8))
    assert kept() == (2, 2), "confirmed before reports were dated"
    condition(reported_at=ago(3), met_at=ago(2))
    condition()
    assert kept() == (2, 4)
    Idea.objects.filter(pk=idea.pk).update(state="stopped", ended_at=ago(9))
    assert kept() == (0, 0), "nothing is asked of it any more"
    Idea.objects.filter(pk=idea.pk).update(state="in_service")
    assert kept() == (2, 4)
