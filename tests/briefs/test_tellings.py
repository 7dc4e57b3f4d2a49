"""Who is told that a brief is ready, or that it could not be made."""

import io
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.middleware import compose

from incubator.lib.pdf_process import PdfFailed
from incubator.lib.seals import SealFailed
from incubator.messages.models import Message
from incubator.people.models import Person
from tests.factories import PersonFactory
from tests.journey import cast as play
from tests.journey.cast import Cast
from tests.platform.jobs import lose
from workflows.briefs import actions, jobs, views
from workflows.briefs.models import Brief, MaskedBrief

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]


@pytest.fixture
def cast(settings, tmp_path) -> Cast:
    settings.MEDIA_ROOT = tmp_path
    Person.objects.update(email="")
    return Cast()


def decided(cast: Cast, run_jobs: Run) -> Brief:
    for person in (cast.author, cast.lead, cast.other_lead):
        person.email = f"{person.pk}@ville.example"
        person.save()
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    return Brief.objects.get()


def told(kind: str) -> dict[Person, str]:
    return {message.person: message.mail for message in Message.objects.filter(kind=kind)}


def test_the_team_and_the_decider_are_told_once_in_the_application(
    cast: Cast, run_jobs: Run, quick_briefs: list[str]
) -> None:
    brief = decided(cast, run_jobs)
    run_jobs()
    jobs.render_brief.func(brief.pk)
    # No mail of its own: the decision had one.
    assert told("brief") == {cast.author: "none", brief.decision.decider: "none"}
    assert Message.objects.filter(kind="brief").first().url.endswith(f"/briefs/{brief.key}")
    assert told("brief_failed") == {}


def test_a_brief_that_fails_for_good_is_told_to_the_leads_and_the_administrators(
    cast: Cast, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = PersonFactory(role="administrator", email="admin@ville.example")

    def fails(html: str, **_given: object) -> bytes:
        raise PdfFailed("font")

    monkeypatch.setattr(jobs, "render_in_process", fails)
    brief = decided(cast, run_jobs)
    for tried in range(1, 5):
        with pytest.raises(PdfFailed):
            jobs.render_brief.func(brief.pk)
        assert bool(told("brief_failed")) is (tried >= 3)
    assert told("brief_failed").keys() == {cast.lead, cast.other_lead, administrator}
    assert "none" not in told("brief_failed").values()
    said = Message.objects.get(kind="brief_failed", person=administrator)
    assert said.subject_title == brief.number
    assert told("brief") == {}


def test_a_brief_lost_with_every_worker_that_took_it_is_told(cast: Cast, run_jobs: Run) -> None:
    brief = decided(cast, run_jobs)
    lose("briefs.render")
    brief.refresh_from_db()
    assert (brief.state, brief.failure) == ("failed", "killed")
    assert told("brief_failed").keys() == {cast.lead, cast.other_lead}
    assert "could not be produced" in waiting_page(brief)


def test_a_masked_copy_lost_with_every_worker_that_took_it_is_told(
    cast: Cast, run_jobs: Run, quick_briefs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = decided(cast, run_jobs)
    run_jobs()
    actions.defer_masking([brief.pk])
    lose("briefs.mask")
    assert told("masked_brief_failed").keys() == {cast.lead, cast.other_lead}
    monkeypatch.setattr(views, "passages_for", lambda idea, reader: ["réel"])
    assert "could not be produced" in waiting_page(brief)


def after(losses: int, job: Callable[[], None]) -> None:
    """The job as a worker runs it that was lost so often before."""
    job_row = Job(
        id=1, queue="briefs", lock=None, queueing_lock=None, task_name="briefs.render", attempts=losses
    )
    context = JobContext(app=app, job=job_row, start_timestamp=0, abort_reason=lambda: None)
    compose(app.tasks["briefs.render"].task_middleware, job, context, None)()


def test_one_failure_after_losses_is_the_last_and_told(
    cast: Cast, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_sealed", raises)
    monkeypatch.setattr(jobs, "render_in_process", lambda html, **_given: b"%PDF")
    brief = decided(cast, run_jobs)
    for losses, is_told in ((1, False), (2, True)):
        with pytest.raises(SealFailed):
            after(losses, lambda: jobs.render_brief.func(brief.pk))
        assert bool(told("brief_failed")) is is_told, losses


def test_a_masked_copy_that_fails_for_good_is_told_and_made_once_its_cause_is_mended(
    cast: Cast, run_jobs: Run, quick_briefs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = decided(cast, run_jobs)
    run_jobs()
    monkeypatch.setattr(jobs, "passages_of", lambda idea: [type("Row", (), {"text": "réel"})()])
    monkeypatch.setattr(views, "passages_for", lambda idea, reader: ["réel"])
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "_sealed", raises)
        for tried in range(1, 5):
            with pytest.raises(SealFailed):
                jobs.mask_brief.func(brief.pk)
            assert bool(told("masked_brief_failed")) is (tried >= 3)
            assert ("could not be produced" in waiting_page(brief)) is (tried >= 3)
    assert told("masked_brief_failed").keys() == {cast.lead, cast.other_lead}
    brief.refresh_from_db()
    assert brief.state == "ready"
    call_command("render_briefs", stdout=io.StringIO())
    jobs.mask_brief.func(brief.pk)
    assert MaskedBrief.objects.get().brief == brief
    brief.refresh_from_db()
    assert brief.masking_tries == 0
    assert run_jobs().count("briefs.mask") == 1
    call_command("render_briefs", stdout=io.StringIO())
    assert run_jobs() == []


def raises(*_given: object) -> None:
    raise SealFailed("stamp")


def waiting_page(brief: Brief) -> str:
    client = Client()
    client.force_login(brief.decision.decider)
    return client.get(f"/briefs/{brief.key}", headers={"Accept-Language": "en"}).text


def test_whatever_stops_a_brief_is_said(cast: Cast, run_jobs: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    brief = decided(cast, run_jobs)

    def broken(record: object) -> str:
        raise KeyError("gate")

    monkeypatch.setattr(jobs, "html_of", broken)
    with pytest.raises(KeyError):
        jobs.render_brief.func(brief.pk)
    brief.refresh_from_db()
    assert (brief.state, brief.failure) == ("failed", "stopped")
