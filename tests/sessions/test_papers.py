"""Agenda and minutes as real PDFs."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdf
import pytest
from django.urls import reverse
from django.utils import translation

from ideas.calls.models import Call
from incubator.events.models import Event
from incubator.lib import clock, files
from incubator.lib.pdf_process import RenderingProcess, render_in_process
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from incubator.people.models import Person
from tests.gates.stage import signed_in
from tests.lib.printed import place_of
from tests.platform.jobs import lose
from tests.sessions import stage
from tests.sessions.stage import Jury
from workflows.briefs import words as briefs
from workflows.gates import wording as gates
from workflows.journey import actions as journey
from workflows.sessions import actions, jobs, papers, queries
from workflows.sessions.models import SelectionSession, SessionDocument
from workflows.sessions.papers import html_of, stylesheet

pytestmark = pytest.mark.django_db


def test_both_papers_are_laid_out() -> None:
    jury = Jury()
    stage.at_selection(jury, title="Un vélo-cargo")
    session = stage.settled(jury, [3])
    for kind, word in (("agenda", "Auditions"), ("minutes", queries.settled_sha256(session)[:8])):
        document = SessionDocument(session=session, kind=kind, language="fr", asked_at=session.prepared_at)
        made = render_in_process(html_of(document), stylesheet=stylesheet())
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)
        assert "vélo-cargo" in text
        assert word in text


def test_the_minutes_commit_to_the_levels_without_a_hash_to_try_them_with() -> None:
    jury = Jury()
    stage.at_selection(jury)
    session = stage.settled(jury, [3])
    assert session.record is not None
    page = html_of(
        SessionDocument(session=session, kind="minutes", language="fr", asked_at=session.prepared_at)
    )
    assert session.record_sha256 not in page
    settled = Event.objects.get(subject_key=session.key, verb="session_settled")
    assert settled.payload["record_sha256"] == session.record_sha256
    assert settled.hash in page


def test_an_agenda_made_anew_lists_no_idea_that_has_left_since() -> None:
    jury = Jury()
    leaver = stage.at_selection(jury, title="Un jardin de pluie")
    stage.at_selection(jury, title="Un vélo-cargo")
    session = stage.prepared(jury)
    actions.convene(session_key=session.key, by=stage.act(jury.lead))
    journey.withdraw(idea=leaver.key, by=stage.act(leaver.team.get(role="author").person))
    later = session.held_at + timedelta(days=1)
    actions.postpone(session_key=session.key, held_at=later, venue="Salle 2", by=stage.act(jury.lead))
    page = html_of(SessionDocument.objects.get(session=session, kind="agenda", edition=2, language="fr"))
    assert "vélo-cargo" in page
    assert "jardin de pluie" not in page


def minutes(session: SelectionSession, language: str = "fr") -> SessionDocument:
    return SessionDocument(session=session, kind="minutes", language=language, asked_at=session.held_at)


def test_the_minutes_explain_their_votes_and_say_a_decision_as_its_brief_does() -> None:
    jury = Jury()
    idea = stage.at_selection(jury, title="Un vélo-cargo")
    session = stage.live(jury)
    for person, level in zip(jury.members[:2], (1, None), strict=True):
        actions.vote_in_room(session_key=session.key, idea_key=idea.key, level=level, by=stage.act(person))
    actions.settle(session_key=session.key, by=stage.act(jury.lead))
    stage.decide_all(session, jury)
    page = html_of(minutes(queries.session_of(session.key)))
    assert "1 vote est une abstention" in page
    assert f"{len(jury.members) - 2} membre" in page
    with translation.override("fr"):
        assert f"<td>{briefs.OUTCOMES['stop']}</td>" in page
        assert gates.OUTCOMES["stop"] == briefs.OUTCOMES["stop"]


@pytest.mark.parametrize("kind", ["agenda", "minutes"])
def test_a_paper_has_the_letterhead_s_address_and_a_day_of_its_own(kind: str) -> None:
    jury = Jury()
    people.change_letterhead(
        entity=jury.call.programme.entity, by=IMPORT, address="1 place du Port", colour=""
    )
    stage.at_selection(jury, title="Un vélo-cargo")
    session = queries.session_of(stage.settled(jury, [3]).key)
    made = datetime(2026, 11, 12, 9, tzinfo=UTC)
    page = html_of(SessionDocument(session=session, kind=kind, language="fr", asked_at=made))
    assert "1 place du Port" in page
    assert '<span lang="fr">Un vélo-cargo</span>' in page
    assert "établi le 12\xa0novembre 2026" in page


def test_the_list_gives_its_room_to_the_ideas(renderer: RenderingProcess) -> None:
    jury = Jury()
    idea = stage.at_selection(jury, title="Une carte unique pour la bibliothèque et la piscine")
    session = queries.session_of(stage.settled(jury, [3]).key)
    made = renderer.render(html_of(minutes(session)), stylesheet=stylesheet())
    row = place_of(made, "et la piscine")
    assert row.top < place_of(made, idea.reference).top + 20, "two lines at most"


@pytest.mark.parametrize("kind", ["agenda", "minutes"])
def test_a_paper_says_the_year_of_its_session_in_that_year_too(kind: str) -> None:
    jury = Jury()
    stage.at_selection(jury)
    session = stage.settled(jury, [3])
    document = SessionDocument(session=session, kind=kind, language="en", asked_at=session.prepared_at)
    with clock.moved(session.held_at):
        page = html_of(document)
    said = re.search(r'<p class="pitch">(.*), Salle du conseil</p>', page)
    assert said is not None
    assert f"{session.held_at.year} at " in said[1]
    assert said[1][0].isupper()


TITLE = {"fr": "Idées pour les écoles", "en": "Ideas for schools"}
WORDS = {
    "agenda": {"fr": "Règles énoncées à l’avance", "en": "Rules stated beforehand"},
    "minutes": {"fr": "La séance a proposé", "en": "The session proposed this list"},
}


def in_both_languages(jury: Jury) -> None:
    Call.objects.filter(pk=jury.call.pk).update(title_fr=TITLE["fr"], title_en=TITLE["en"])
    jury.call.refresh_from_db()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_paper_speaks_one_language_throughout(language: str) -> None:
    jury = Jury()
    in_both_languages(jury)
    stage.at_selection(jury, title="Un vélo-cargo")
    session = stage.settled(jury, [3])
    session = queries.session_of(session.key)
    other = {"fr": "en", "en": "fr"}[language]
    for kind, said in WORDS.items():
        document = SessionDocument(
            session=session, kind=kind, language=language, asked_at=session.prepared_at
        )
        page = html_of(document)
        for words in (TITLE, said):
            assert words[language] in page, (kind, words)
            assert words[other] not in page
        assert f'<html lang="{language}">' in page
        assert f"– {TITLE[language]}</title>" in page


def test_a_reader_has_the_papers_in_the_language_of_the_page(
    run_jobs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: f"%PDF {html}".encode())
    jury = Jury()
    in_both_languages(jury)
    stage.at_selection(jury, title="Un vélo-cargo")
    session = stage.live(jury)
    agenda = reverse("session-document", args=[session.key, "agenda"])
    run_jobs()
    assert {(one.edition, one.language) for one in SessionDocument.objects.all()} == {(1, "fr"), (1, "en")}
    for language in ("fr", "en"):
        Person.objects.filter(pk=jury.lead.pk).update(language=language)
        page = b"".join(signed_in(jury.lead).get(agenda).streaming_content).decode()
        assert TITLE[language] in page
    # One made before there were two.
    SessionDocument.objects.filter(language="en").delete()
    assert TITLE["fr"] in b"".join(signed_in(jury.lead).get(agenda).streaming_content).decode()


def test_a_paper_lost_with_every_worker_that_took_it_is_not_on_its_way_for_ever() -> None:
    jury = Jury()
    stage.at_selection(jury)
    stage.live(jury)
    lose("sessions.render")
    assert set(SessionDocument.objects.values_list("state", "failure")) == {("failed", "killed")}


def test_whoever_runs_the_session_has_a_failed_paper_prepared_again(run_jobs: Any) -> None:
    jury = Jury()
    stage.at_selection(jury)
    session = stage.live(jury)
    lose("sessions.render")
    agenda = reverse("session-document", args=[session.key, "agenda"])
    send = reverse("session-act", args=[session.key, "prepare-again"])
    member = jury.members[1]
    assert send not in signed_in(member).get(agenda).text
    refused = signed_in(member).post(send, {"kind": "agenda", "request_key": "k1"})
    assert (refused.status_code, SessionDocument.objects.filter(state="failed").count()) == (403, 2)
    lead = signed_in(jury.lead)
    assert send in lead.get(agenda).text
    assert lead.post(send, {"kind": "agenda", "request_key": "k2"}).status_code == 302
    assert lead.post(send, {"kind": "agenda", "request_key": "k3"}).status_code == 409
    run_jobs()
    assert set(SessionDocument.objects.values_list("state", "failure")) == {("ready", "")}


@pytest.mark.parametrize("place", ["disk", "page"])
def test_whatever_goes_wrong_a_paper_is_not_on_its_way_for_ever(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def wrong(*_given: object, **_more: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: b"%PDF")
    jury = Jury()
    stage.at_selection(jury)
    session = stage.prepared(jury)
    made = {
        "session": session,
        "kind": "agenda",
        "language": "fr",
        "asked_at": session.prepared_at,
        "edition": 9,
    }
    document = SessionDocument.objects.create(**made)
    with monkeypatch.context() as broken:
        if place == "disk":
            broken.setattr(files, "put", wrong)
        else:
            broken.setattr(papers, "html_of", wrong)
        with pytest.raises(OSError, match="No space"):
            jobs.render_document(document.pk)
    document.refresh_from_db()
    assert (document.state, document.failure) == ("failed", "stopped")
    jobs.render_document(document.pk)
    document.refresh_from_db()
    assert (document.state, document.failure) == ("ready", "")
