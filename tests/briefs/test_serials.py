"""`2026/17`: the year's numbers have no gap and no double, whatever fails and however many work."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from incubator.lib.pdf_process import PdfFailed
from incubator.people.actors import Actor
from tests.briefs.decided import decided, submitted_idea, triggers_silenced
from tests.factories import EntityFactory
from tests.races.together import at_once
from workflows.briefs import actions, jobs
from workflows.briefs.models import Brief, BriefSeries


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def asked(at: datetime = datetime(2026, 11, 12, tzinfo=UTC), **fields: Any) -> Brief:
    decision = decided(submitted_idea(**fields))
    with transaction.atomic():
        brief = actions.prepare(decision=decision, by=Actor(person=decision.decider))
    Brief.objects.filter(pk=brief.pk).update(asked_at=at)
    return Brief.objects.get(pk=brief.pk)


def serials() -> list[int]:
    return list(Brief.objects.exclude(serial=None).order_by("serial").values_list("serial", flat=True))


@pytest.mark.django_db
def test_a_brief_is_numbered_once_and_prints_its_number(quick_briefs: list[str]) -> None:
    first, second = asked(), asked()
    assert (first.serial, second.serial) == (None, None), "the act of deciding numbers nothing"
    for brief in (second, first, second):
        jobs.render_brief(brief.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.serial, first.serial) == (1, 2)
    assert second.record["serial"] == second.public["brief"]["serial"] == "2026/1"
    assert "2026/2" in quick_briefs[1]
    assert BriefSeries.objects.get().last == 2


@pytest.mark.django_db
def test_a_rendering_that_fails_keeps_its_number_for_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(html: str, **_given: object) -> bytes:
        raise PdfFailed("font")

    failing, other = asked(), asked()
    monkeypatch.setattr(jobs, "render_in_process", fails)
    for _ in range(2):
        with pytest.raises(PdfFailed):
            jobs.render_brief(failing.pk)
    monkeypatch.setattr(jobs, "render_in_process", lambda html, **_given: b"%PDF")
    jobs.render_brief(other.pk)
    jobs.render_brief(failing.pk)
    failing.refresh_from_db()
    assert (failing.state, failing.record["serial"]) == ("ready", "2026/1")
    assert serials() == [1, 2]


@pytest.mark.django_db
def test_a_transaction_that_is_taken_back_uses_no_number() -> None:
    first, second = asked(), asked()
    with transaction.atomic():
        actions.take_serial(first)
        transaction.set_rollback(True)
    actions.take_serial(second)
    actions.take_serial(first)
    assert (second.serial, first.serial) == (1, 2)


@pytest.mark.django_db
def test_each_year_and_each_entity_counts_for_itself() -> None:
    eve = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # it is 2027 in Paris
    old, new = asked(), asked(eve)
    elsewhere = asked()
    for brief in (old, new):
        actions.take_serial(brief)
    programme = elsewhere.decision.round.idea.programme
    programme.entity = EntityFactory(key="port")
    programme.save()
    actions.take_serial(elsewhere)
    assert [(brief.series.year, brief.serial) for brief in (old, new)] == [(2026, 1), (2027, 1)]
    assert elsewhere.serial == 1
    assert elsewhere.series.entity == programme.entity


@pytest.mark.django_db
def test_the_database_refuses_a_double_a_zero_and_a_ready_brief_without(quick_briefs: list[str]) -> None:
    first, second = asked(), asked()
    for brief in (first, second):
        jobs.render_brief(brief.pk)
    for changes in ({"serial": 1}, {"serial": 0}, {"serial": None}, {"series": None, "serial": None}):
        with triggers_silenced(), pytest.raises(IntegrityError), transaction.atomic():
            Brief.objects.filter(pk=second.pk).update(**changes)


@pytest.mark.django_db(transaction=True)
def test_workers_at_one_instant_leave_no_gap() -> None:
    """On connections of their own; each brief is taken by two workers, as after a lost heartbeat."""
    briefs = [asked() for _ in range(4)]
    workers = [*briefs, *briefs]

    def take(brief: Brief) -> int | None:
        mine = Brief.objects.select_related("decision__round__idea__programme__entity").get(pk=brief.pk)
        actions.take_serial(mine)
        return mine.serial

    found = at_once(*[lambda brief=brief: take(brief) for brief in workers])  # type: ignore[misc]
    assert found[:4] == found[4:], "one brief, one number"
    assert sorted(found[:4]) == serials() == [1, 2, 3, 4]
    assert BriefSeries.objects.get().last == 4


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_waits_for_the_lock_sees_what_the_other_took() -> None:
    first, second = asked(), asked()
    with transaction.atomic():
        actions.take_serial(first)

        def late() -> str:
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '300ms'")
            actions.take_serial(Brief.objects.get(pk=second.pk))
            return "did not wait"

        (raised,) = at_once(late)
        assert "lock timeout" in str(raised)
    actions.take_serial(second)
    assert (first.serial, second.serial) == (1, 2)
