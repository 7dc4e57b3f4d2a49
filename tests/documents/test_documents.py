"""From a question to a file: made once for each record, by a job; failures say why."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import translation

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.lib import clock, files
from incubator.lib.pdf_answer import POLICY
from incubator.lib.pdf_process import PdfFailed
from incubator.people import own_data
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.documents import stage
from tests.documents.stage import Asked
from tests.platform.jobs import lose
from workflows.documents import actions, jobs, queries
from workflows.documents.models import Document
from workflows.sessions.models import SelectionSession
from workflows.sponsorship.models import Pledge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]


def asked_for(asked: Asked) -> Document:
    with translation.override("en"):
        found = queries.paper(asked.kind, asked.key, asked.person)
    return actions.ask(found=found, by=Actor(person=asked.person))


def reader(client: Client, person: Person) -> None:
    """Signed in, and reads in English, as `asked_for` asks."""
    Person.objects.filter(pk=person.pk).update(language="en")
    client.force_login(Person.objects.get(pk=person.pk))


def test_a_press_a_job_and_the_file(client: Client, quick_documents: list[str], run_jobs: Any) -> None:
    asked = stage.promise()
    reader(client, asked.person)
    events = Event.objects.count()
    assert "Prepare the PDF" in client.get(asked.path).content.decode()
    assert client.post(asked.path, {"request_key": new_key()}).headers["Location"] == asked.path
    waiting = client.get(asked.path).content.decode()
    assert "being prepared" in waiting
    assert "hx-trigger" in waiting
    assert client.get(f"{asked.path}/file").headers["Location"] == asked.path
    assert run_jobs() == ["documents.render"]
    ready = client.get(asked.path).content.decode()
    assert f'href="{asked.path}/file"' in ready
    assert "hx-trigger" not in ready
    assert f'href="{asked.path}/download"' in ready
    for address, way in (("file", "inline"), ("download", "attachment")):
        answer = client.get(f"{asked.path}/{address}")
        assert answer.headers["Content-Disposition"].startswith(f'{way}; filename="promise-2026-')
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.getvalue() == quick_documents[0].join(["%PDF ", ""]).encode()
    assert Event.objects.count() == events, "having it on paper changes nothing"


def test_a_receipt_claims_no_more_than_it_says(
    client: Client, quick_documents: list[str], run_jobs: Any
) -> None:
    asked = stage.receipt()
    reader(client, asked.person)
    page = client.get(asked.path).content.decode()
    assert "does not prove whose text it is" in page
    client.post(asked.path, {"request_key": new_key()})
    run_jobs()
    assert asked.person.family_name not in quick_documents[-1]


def test_the_packs_of_two_sessions_have_two_names(
    client: Client, quick_documents: list[str], run_jobs: Any
) -> None:
    asked = stage.pack(2)
    asked_for(asked)
    run_jobs()
    reader(client, asked.person)
    held = SelectionSession.objects.get(key=asked.key).held_at.date().isoformat()
    answer = client.get(f"{asked.path}/file")
    answer.close()
    assert f"-G1-{held}.pdf" in answer.headers["Content-Disposition"]


def test_what_htmx_asks_is_that_part_only(client: Client, quick_documents: list[str]) -> None:
    asked = stage.promise()
    asked_for(asked)
    reader(client, asked.person)
    part = client.get(asked.path, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith("<section") or part.lstrip().startswith("<section")
    assert "<html" not in part


def test_the_same_record_is_one_document_and_one_job(quick_documents: list[str], run_jobs: Any) -> None:
    asked = stage.promise()
    assert asked_for(asked) == asked_for(asked)
    assert run_jobs() == ["documents.render"]
    asked_for(asked)
    assert run_jobs() == []


def test_what_has_changed_since_is_another_document(
    client: Client, quick_documents: list[str], run_jobs: Any
) -> None:
    asked = stage.promise()
    before = asked_for(asked)
    run_jobs()
    Pledge.objects.update(euros=20_000)
    reader(client, asked.person)
    assert client.get(f"{asked.path}/file").status_code == 302, "the old one says what is no longer so"
    assert asked_for(asked) != before


def test_a_job_run_twice_changes_nothing(quick_documents: list[str], run_jobs: Any) -> None:
    document = asked_for(stage.promise())
    run_jobs()
    jobs.render_document(document.pk)
    assert len(quick_documents) == 1


def test_asking_that_is_rolled_back_leaves_no_job(run_jobs: Any) -> None:
    asked = stage.promise()
    with transaction.atomic():
        asked_for(asked)
        transaction.set_rollback(True)
    assert run_jobs() == []


def test_a_failure_says_why_and_asking_again_mends_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, run_jobs: Any
) -> None:
    def fails(html: str, *, stylesheet: str) -> bytes:
        raise PdfFailed("font")

    monkeypatch.setattr(jobs, "render_in_process", fails)
    asked = stage.promise()
    document = asked_for(asked)
    with pytest.raises(PdfFailed):
        jobs.render_document(document.pk)
    reader(client, asked.person)
    assert "A font of the application is missing." in client.get(asked.path).content.decode()
    monkeypatch.setattr(jobs, "render_in_process", lambda html, stylesheet: b"%PDF")
    client.post(asked.path, {"request_key": new_key()})
    run_jobs(failures=True)
    document.refresh_from_db()
    assert (document.state, document.failure, files.read(document.sha256)) == ("ready", "", b"%PDF")


def test_one_lost_with_every_worker_that_took_it_can_be_asked_for_again(
    quick_documents: list[str], run_jobs: Any
) -> None:
    asked = stage.promise()
    document = asked_for(asked)
    lose("documents.render")
    document.refresh_from_db()
    assert (document.state, document.failure) == ("failed", "killed")
    asked_for(asked)
    assert run_jobs() == ["documents.render"]


def test_one_on_its_way_for_an_hour_can_be_asked_for_again(
    client: Client, quick_documents: list[str], run_jobs: Any
) -> None:
    """Its job is gone, whatever became of it."""
    asked = stage.promise()
    document = asked_for(asked)
    connection.cursor().execute("delete from procrastinate_jobs")
    reader(client, asked.person)
    with clock.moved(clock.now() + timedelta(minutes=59)):
        asked_for(asked)
        assert run_jobs() == []
        assert "Prepare it again" not in client.get(asked.path).content.decode()
    with clock.moved(clock.now() + timedelta(minutes=61)):
        page = client.get(asked.path).content.decode()
        assert "Prepare it again" in page
        assert "hx-trigger" not in page
        client.post(asked.path, {"request_key": new_key()})
        assert "Prepare it again" not in client.get(asked.path).content.decode()
        assert run_jobs() == ["documents.render"]
    document.refresh_from_db()
    assert document.state == "ready"


def test_a_full_disk_does_not_leave_a_document_on_its_way_for_ever(
    quick_documents: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(content: bytes) -> str:
        raise OSError(28, "No space left on device")

    asked = stage.promise()
    document = asked_for(asked)
    monkeypatch.setattr(files, "put", full)
    with pytest.raises(OSError, match="No space"):
        jobs.render_document(document.pk)
    document.refresh_from_db()
    assert (document.state, document.failure) == ("failed", "stopped"), "asking again tries again"


def test_a_text_that_cannot_be_laid_out_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[str] = []

    def render(html: str, *, stylesheet: str) -> bytes:
        pages.append(html)
        if "mot " * 600 in html:
            raise PdfFailed("time")
        return b"%PDF short"

    monkeypatch.setattr(jobs, "render_in_process", render)
    document = asked_for(stage.letter(reasons="mot " * 3_000))
    jobs.render_document(document.pk)
    document.refresh_from_db()
    assert document.state == "ready"
    assert len(pages) == 2
    assert "[…]" in pages[1]
    assert document.record["brief"]["reasons"] == "mot " * 3_000


@pytest.mark.parametrize("reason", ["killed", "late"])
def test_one_that_the_machine_stopped_is_tried_whole_again_before_it_is_cut(
    monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    pages: list[str] = []

    def render(html: str, *, stylesheet: str) -> bytes:
        pages.append(html)
        if "mot " * 600 in html:
            raise PdfFailed(reason)
        return b"%PDF short"

    monkeypatch.setattr(jobs, "render_in_process", render)
    document = asked_for(stage.letter(reasons="mot " * 3_000))
    with pytest.raises(PdfFailed):
        jobs.render_document(document.pk)
    assert len(pages) == 1
    jobs.render_document(document.pk)
    assert ["[…]" in page for page in pages] == [False, False, True]


def test_a_hostile_idea_takes_nothing_from_the_others_of_a_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    whole: list[str] = []

    def render(html: str, *, stylesheet: str) -> bytes:
        row = Document.objects.get()
        seen.append((row.done, row.total))
        if "mal " * 600 in html:
            raise PdfFailed("memory")
        return b"%PDF"

    def render_alone(html: str, *, stylesheet: str, computing_seconds: float) -> bytes:
        whole.append(html)
        return b"%PDF whole"

    monkeypatch.setattr(jobs, "render_in_process", render)
    monkeypatch.setattr(jobs, "render_alone", render_alone)
    session, jury = stage.session(3)
    ideas = [line.idea for line in session.lines.select_related("idea__content").order_by("pk")]
    for idea, word in zip(ideas, ("bon ", "mal ", "bon "), strict=True):
        idea.content.problem = word * 3_000
        idea.content.save()
    # All three are heard, whatever their opinion.
    session.lines.update(hearing_at=session.held_at)
    document = asked_for(Asked("pack", session.key, jury.members[0]))
    jobs.render_document(document.pk)
    document.refresh_from_db()
    assert (document.state, document.done, document.total) == ("ready", 3, 3)
    assert seen == [(0, 3), (1, 3), (2, 3)], "the reader sees how far it is"
    assert whole[0].count("[…]") >= 1
    assert "bon " * 2_900 in whole[0]
    assert "mal " * 600 not in whole[0]


def test_progress_is_shown_without_script(client: Client) -> None:
    session, jury = stage.session(2)
    session.lines.update(hearing_at=session.held_at)
    asked = Asked("pack", session.key, jury.members[0])
    actions.progressed(asked_for(asked), 1)
    reader(client, asked.person)
    page = client.get(asked.path).content.decode()
    assert "Ideas laid out: 1 of 2." in page
    assert 'value="1" max="2"' in page
    assert "Look again" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "ready"},
        {"failure": "time"},
        {"idea": None},
        {"kind": "pack"},
        {"done": 1},
        {"state": "failed"},
    ],
)
def test_the_database_refuses_a_document_that_contradicts_itself(wrong: dict[str, Any]) -> None:
    document = asked_for(stage.promise())
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**wrong)


def test_files_of_documents_are_kept_and_told_to_whoever_asked(
    quick_documents: list[str], run_jobs: Any
) -> None:
    asked = stage.promise()
    document = asked_for(asked)
    run_jobs()
    document.refresh_from_db()
    assert queries.files_named([document.sha256, "0" * 64]) == {document.sha256}
    assert own_data.of(asked.person)["documents"][0]["kind"] == "promise"


@pytest.mark.parametrize(
    ("kind", "bound"), [("promise", 16), ("letter", 26), ("receipt", 14), ("certificate", 12)]
)
def test_a_page_costs_few_statements(client: Client, at_most: Any, kind: str, bound: int) -> None:
    asked = stage.KINDS[kind]()
    reader(client, asked.person)
    with at_most(bound):
        assert client.get(asked.path).status_code == 200


def test_a_pack_costs_the_same_for_one_idea_and_for_ten(at_most: Any) -> None:
    # Read once by a process, by whichever page comes first.
    ContentType.objects.get_for_models(Idea, Person)
    for ideas in (1, 10):
        session, jury = stage.session(ideas)
        session.lines.update(hearing_at=session.held_at)
        person = Person.objects.get(pk=jury.members[1].pk)
        with at_most(14):
            found = queries.paper("pack", session.key, person)
        assert len(found.record["ideas"]) == ideas
