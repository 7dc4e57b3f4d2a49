"""A brief made anew names the one it replaces; exactly one is in force at any time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from incubator.events.models import Event
from incubator.events.rules import sha256
from incubator.lib import clock
from incubator.lib.pdf_process import PdfFailed
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.messages.models import Message
from incubator.people.actors import Actor
from incubator.people.models import Mandate, Person
from tests.briefs.decided import decided, submitted_idea
from tests.factories import AbsenceFactory, MandateFactory, PersonFactory, RoleGrantFactory
from workflows.briefs import actions, gathering, jobs, replay
from workflows.briefs.models import Brief
from workflows.briefs.record import from_data
from workflows.gates.views.reading import brief_links

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
WHY = "Le nom de la direction était celui d’avant la réorganisation."


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def first() -> Brief:
    decision = decided(submitted_idea())
    with transaction.atomic():
        brief = actions.prepare(decision=decision, by=Actor(person=decision.decider))
    jobs.render_brief(brief.pk)
    return Brief.objects.get(pk=brief.pk)


def correct(brief: Brief, person: Any = None, reason: str = WHY) -> Brief:
    return actions.correct(brief=brief.key, reason=reason, by=Actor(person=person or brief.decision.decider))


def test_a_correction_takes_over_when_it_is_ready(
    first: Brief, quick_briefs: list[str], run_jobs: Any
) -> None:
    second = correct(first)
    assert (second.edition, second.number, second.replaces) == (2, first.number, first)
    assert list(Brief.objects.filter(in_force=True)) == [first], "until the other is ready"
    assert "briefs.render" in run_jobs()
    assert list(Brief.objects.filter(in_force=True)) == [second]
    second.refresh_from_db()
    assert second.record["replaces"] == second.public["brief"]["replaces"] == "2026/1"
    assert (second.record["serial"], second.public["brief"]["edition"]) == ("2026/2", 2)
    assert "2026/1" in quick_briefs[-1]
    assert WHY in quick_briefs[-1]
    first.refresh_from_db()
    assert first.state == "ready", "the old file is kept"
    event = Event.objects.get(verb="brief_corrected")
    assert event.payload == {"brief": str(second.key), "reason_sha256": sha256(WHY)}
    assert Message.objects.filter(kind="brief", person=first.decision.decider).count() == 2


def test_a_correction_says_when_it_was_made(first: Brief, quick_briefs: list[str], run_jobs: Any) -> None:
    assert first.record["corrected_at"] is None
    decided = from_data(first.record).decided_at
    assert f'"dcterms.modified" content="{decided.isoformat()}"' in quick_briefs[0]
    with clock.moved(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):  # it is 2027 in Paris
        second = correct(first)
        run_jobs()
    second.refresh_from_db()
    page = quick_briefs[-1].replace("\xa0", " ")
    assert "Corrigé le 1er janvier 2027." in page or "Corrected on 1 January 2027." in page
    assert f'"dcterms.created" content="{decided.isoformat()}"' in page
    assert '"dcterms.modified" content="2027-01-01T00:30:00+01:00"' in page
    assert from_data(second.record).as_data() == second.record
    assert not [code for one in replay.briefs() for code in one.differences if "kept" in code]


def test_one_that_cannot_be_made_changes_nothing(first: Brief, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(html: str, **_given: object) -> bytes:
        raise PdfFailed("font")

    second = correct(first)
    monkeypatch.setattr(jobs, "render_in_process", fails)
    with pytest.raises(PdfFailed):
        jobs.render_brief(second.pk)
    assert list(Brief.objects.filter(in_force=True)) == [first]


def test_one_that_could_not_be_made_is_asked_for_again_and_keeps_its_numbers(
    first: Brief, run_jobs: Any, quick_briefs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = correct(first)
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "html_of", lambda *_given, **_more: 1 / 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                jobs.render_brief(second.pk)
    assert brief_links(first.decision, first.decision.decider)["correct_url"]
    assert correct(first, reason="L’autre raison, mieux dite.") == second
    for brief, code in ((first, "brief.corrected_already"), (second, "brief.not_ready")):
        with pytest.raises(Conflict) as refused:
            correct(brief)
        assert refused.value.code == code
    run_jobs()
    second.refresh_from_db()
    assert (second.state, second.in_force, second.edition, second.serial) == ("ready", True, 2, 2)
    assert second.record["correction"] == second.correction == "L’autre raison, mieux dite."
    effects = [
        event.effects[0] for event in Event.objects.filter(verb="brief_corrected").order_by("sequence")
    ]
    assert [(one.get("from"), one["to"]) for one in effects] == [(None, "preparing"), ("failed", "preparing")]
    third = correct(second)
    run_jobs()
    third.refresh_from_db()
    assert (third.edition, third.serial) == (3, 3)


def test_a_job_that_read_the_former_reason_does_not_finish_what_was_asked_again(first: Brief) -> None:
    second = correct(first)
    Brief.objects.filter(pk=second.pk).update(state="failed", failure="font")
    read = Brief.objects.select_related(*jobs.JOINED).get(pk=second.pk)
    actions.take_serial(read)
    record, public = gathering.with_public_record(read, gathering.record_of(read.decision, read))
    correct(first, reason="L’autre raison, mieux dite.")
    assert not actions.finish(read, record, public, b"%PDF former")
    assert Brief.objects.get(pk=second.pk).state == "preparing"


def test_editions_make_one_line(first: Brief, run_jobs: Any) -> None:
    second = correct(first)
    for brief, code in ((first, "brief.corrected_already"), (second, "brief.not_ready")):
        with pytest.raises(Conflict) as refused:
            correct(brief)
        assert refused.value.code == code
    run_jobs()
    third = correct(second)
    assert (third.edition, third.replaces) == (3, second)


def test_who_decided_and_the_lead_may_and_they_say_why(first: Brief) -> None:
    author = first.decision.round.idea.team.get(role="author").person
    for person in (PersonFactory(), author):
        with pytest.raises(NotAllowed):
            correct(first, person)
    for reason in ("", "   ", "court"):
        with pytest.raises(Invalid):
            correct(first, reason=reason)
    with pytest.raises(NotFound):
        actions.correct(brief="00000000-0000-4000-8000-000000000000", reason=WHY, by=Actor(person=author))  # type: ignore[arg-type]
    lead = PersonFactory()
    programme = first.decision.round.idea.programme
    RoleGrantFactory(person=lead, role="programme_lead", entity=programme.entity, programme_key=programme.key)
    assert correct(first, lead).edition == 2


def test_whoever_decided_may_only_while_they_could_decide_today(first: Brief, client: Client) -> None:
    decider, mandate = first.decision.decider, first.decision.mandate
    client.force_login(decider)
    Mandate.objects.filter(pk=mandate.pk).update(ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(NotAllowed):
        correct(first)
    assert client.get(f"/briefs/{first.key}/correct").status_code == 404
    # For someone absent, until they are back.
    absent = MandateFactory(capacity="dga", entity=mandate.entity).holder
    absence = AbsenceFactory(person=absent, deputy=decider)
    assert client.get(f"/briefs/{first.key}/correct").status_code == 200
    absence.delete()
    assert client.get(f"/briefs/{first.key}/correct").status_code == 404
    Mandate.objects.filter(pk=mandate.pk).update(ends_on=None, capacity="head_of_service")
    assert client.get(f"/briefs/{first.key}/correct").status_code == 404, "which decides another gate"
    Mandate.objects.filter(pk=mandate.pk).update(capacity="dga")
    Person.objects.filter(pk=decider.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        correct(first)


def test_the_page_of_a_decision_offers_a_correction_to_whoever_may(first: Brief) -> None:
    decision, decider = first.decision, first.decision.decider
    assert brief_links(decision, decider)["correct_url"] == f"/briefs/{first.key}/correct"
    assert brief_links(decision, PersonFactory())["correct_url"] == ""
    Mandate.objects.filter(holder=decider).update(ends_on=clock.today() - timedelta(days=1))
    assert brief_links(decision, decider)["correct_url"] == ""


def test_the_form_makes_one_correction_however_often_it_is_sent(first: Brief, client: Client) -> None:
    decider = first.decision.decider
    client.force_login(decider)
    address = f"/briefs/{first.key}/correct"
    page = client.get(address)
    assert page.status_code == 200
    key = page.context["request_key"]
    assert client.post(address, {"reason": "court", "request_key": key}).status_code == 422
    for _ in range(2):
        assert client.post(address, {"reason": WHY, "request_key": key}).status_code == 302
    assert Brief.objects.count() == 2
    client.force_login(PersonFactory())
    assert client.get(address).status_code == 404
    assert client.get("/briefs/00000000-0000-4000-8000-000000000000/correct").status_code == 404


def test_the_database_refuses_a_correction_of_nothing_and_one_without_a_reason(first: Brief) -> None:
    second = correct(first)
    for changes in ({"correction": ""}, {"replaces": None}, {"edition": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Brief.objects.filter(pk=second.pk).update(**changes)
