"""What documents say, and all of them laid out once, read back from their PDFs."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from PIL import Image
from pypdf import PdfReader

from ideas.drafting.models import IdeaContent
from incubator.lib import clock, files
from incubator.lib.pdf_process import RenderingProcess
from incubator.people import actions as people
from incubator.people.actors import IMPORT, Actor
from tests.briefs import judges
from tests.briefs.decided import ISSUED, decided
from tests.documents import stage
from tests.documents.stage import Asked
from tests.factories import EntityFactory
from tests.lib.printed import pictures_of, place_of, text_of
from tests.lib.test_pdf import font_names, structure
from workflows.briefs.gathering import record_of
from workflows.documents import actions, jobs, queries, rules
from workflows.documents.page import html_of, stylesheet
from workflows.gates.models import Decision, GateRound
from workflows.journey.models import Reexamination
from workflows.sessions import papers
from workflows.sessions.models import SelectionSession, SessionDocument

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
ENGLISH = {
    "receipt": ("Receipt of submission", "was received on 5 October 2026", "plan de la cour.pdf", "ab" * 32),
    "letter": ("To the team of idea", "Votre idée s’arrête ici"),
    "promise": ("25 days, €18,400", "Yannick Prigent", "Direction des écoles", "20 November 2026"),
    "time-release": ("2.5 days a month", "Maëlle Le Goff", "Soizic Cam", "Direction de l’eau"),
    "learning": ("Mesurer l’eau", "Nous avons gardé les relevés", "Stopped at gate G1 on 12 November 2026"),
    "certificate": ("Maëlle Le Goff", "had this idea, wrote it and submitted it", "5 October 2026"),
    "pack": ("Order of the hearings", "Gravité du problème", "weighted score"),
}
FRENCH = {
    "receipt": ("Accusé de dépôt", "a été reçue le 5\xa0octobre 2026"),
    "letter": ("À l’équipe de l’idée", "Dernier jour pour le demander\xa0: jeudi 26\xa0novembre 2026"),
    "promise": ("Promesse de soutien", "25\xa0jours, 18\xa0400\xa0€"),
    "time-release": ("Temps libéré", "2,5\xa0jours par mois"),
    "learning": ("Fiche d’apprentissage", "Ajouté par l’équipe le 20\xa0novembre 2026"),
    "certificate": ("Attestation de contribution", "a eu cette idée", "Rôle À l’origine de l’idée"),
    "pack": ("Dossier de séance", "Ordre des auditions", "note pondérée"),
}


def page_of(asked: Asked, language: str) -> str:
    with translation.override(language):
        found = queries.paper(asked.kind, asked.key, asked.person)
    return html_of(found.record)


def said(html: str) -> str:
    return re.sub(r"\s+", lambda gap: "\xa0" if gap[0] == "\xa0" else " ", re.sub("<[^>]+>", " ", html))


@pytest.mark.parametrize("kind", stage.KINDS)
def test_french_and_english(kind: str) -> None:
    asked = stage.KINDS[kind]()
    html = page_of(asked, "fr")
    assert '<html lang="fr">' in html
    assert [words for words in FRENCH[kind] if words not in said(html)] == []
    if kind == "letter":  # speaks the idea's language, as its brief does
        assert '<html lang="fr">' in page_of(asked, "en")
        type(asked.idea).objects.update(language="en")
    html = page_of(asked, "en")
    assert '<html lang="en">' in html
    wanted = [words for words in ENGLISH[kind] if words != "Votre idée s’arrête ici"]
    text = said(html).replace("\xa0", " ")
    # The gate's own words are the city's.
    assert [words for words in wanted if words not in text and words != "Gravité du problème"] == []


@pytest.mark.parametrize(
    ("outcome", "more", "words"),
    [
        ("go", {}, "Votre idée poursuit son chemin. Merci"),
        ("go_with_conditions", {}, "Chiffrer l’entretien avec la direction des écoles."),
        ("rework", {"gaps": ["Dire qui entretient."], "author_due_at": stage.SIGNED}, "Dire qui entretient."),
        ("hold", {"hold_condition": "Le marché est attribué."}, "Le marché est attribué."),
        ("hold", {"hold_until": date(2027, 3, 10)}, "Jusqu’au 10\xa0mars 2027."),
        ("stop", {}, "Onze débordements en un an."),
        ("stop", {"departs": True, "departure_reason": "Le budget a fondu."}, "Le budget a fondu."),
    ],
)
def test_a_letter_opens_with_the_configured_words_and_gives_what_was_decided(
    outcome: str, more: dict[str, Any], words: str
) -> None:
    text = said(page_of(stage.letter(outcome, **more), "fr"))
    assert words in text
    assert "Hélène Marchetti-Roux" in text
    assert "Arrêté n° 2026-118" in text
    assert ("Dernier jour" in text) == (outcome == "stop"), "only what may be re-examined has a last day"


def test_a_letter_says_what_the_panel_found_and_what_a_session_gave() -> None:
    asked = stage.letter()
    text = said(page_of(asked, "fr"))
    assert "Avis du jury (simple)\xa0: Favorable, si… · note pondérée 2,50 sur 4" in text
    assert "La décision suit l’avis du jury." in text
    decision = Decision.objects.get(key=asked.key)
    compared = {"held_on": "2026-11-10", "result": "waiting", "rank": 3, "waiting": 1, "places": 2}
    GateRound.objects.filter(pk=decision.round_id).update(
        record=(decision.round.record or {}) | {"comparison": compared}
    )
    text = said(page_of(asked, "fr"))
    assert "séance de sélection le 10\xa0novembre 2026\xa0: sur la liste d’attente, rang 3, numéro 1" in text
    assert "suit l’avis" not in text, (
        "in a session the list is followed, and the opinion is one of its grounds"
    )


def test_a_receipt_and_the_brief_give_one_fingerprint_of_one_text() -> None:
    asked = stage.receipt()
    assert asked.idea is not None
    IdeaContent.objects.get(idea=asked.idea).save()  # with its files, as a version that is kept
    decision = decided(asked.idea, "G0")
    receipt = queries.paper(asked.kind, asked.key, asked.person).record
    brief = record_of(decision)
    assert (receipt["version"], receipt["sha256"]) == (brief.content_version, brief.content_sha256)


@pytest.mark.parametrize("kind", sorted(set(stage.KINDS) - {"letter"}))
def test_the_idea_s_own_texts_are_marked_with_its_language(kind: str) -> None:
    html = page_of(stage.KINDS[kind](), "en")
    titles = re.findall(r'lang="(\w+)">[^<]*Jardins de pluie', html)
    in_the_head = 0 if kind == "pack" else 1
    assert len(titles) == html.count("Jardins de pluie") - in_the_head
    assert set(titles) == {"fr"}


def test_the_team_is_not_named_in_its_letter() -> None:
    assert "Le Goff" not in page_of(stage.letter(), "fr")


def test_leave_moves_the_last_day_and_makes_another_letter() -> None:
    from tests.factories import AbsenceFactory

    asked = stage.letter()
    before = queries.paper(asked.kind, asked.key, asked.person).record
    day = datetime(2026, 11, 16, tzinfo=UTC).date()
    AbsenceFactory(person=asked.person, starts_on=day, ends_on=day)
    after = queries.paper(asked.kind, asked.key, asked.person).record
    assert (before["recourse_until_on"], after["recourse_until_on"]) == ("2026-11-26", "2026-11-27")


def test_the_last_day_is_that_of_this_stop_and_not_of_one_overturned_before() -> None:
    asked = stage.letter()
    hour = timedelta(hours=1)
    mine = Reexamination.objects.get()
    mine.pk = None
    Reexamination.objects.update(
        window_until=ISSUED + hour, asked_at=ISSUED - hour, due_at=ISSUED + hour, closed_at=ISSUED - hour
    )
    mine.save(force_insert=True)
    record = queries.paper(asked.kind, asked.key, asked.person).record
    assert record["recourse_until_on"] == "2026-11-26"


def test_a_pack_says_the_year_of_its_session_in_that_year_too() -> None:
    asked = stage.pack(1)
    held_at = SelectionSession.objects.get(key=asked.key).held_at
    with clock.moved(held_at):
        text = said(page_of(asked, "en"))
    assert f"{held_at.year} at " in text


def test_a_service_s_no_may_be_sent_up() -> None:
    text = said(page_of(stage.letter("stop", gate="L", next_steps=["send_up"]), "fr"))
    assert "transmettre votre idée au programme" in text
    assert "Dernier jour pour la transmettre" in text
    assert "Bonjour, Voici ce qui a été décidé de votre idée" in text, "no letter of the programme opens it"


def test_hostile_words_stay_words() -> None:
    asked = stage.promise()
    from workflows.sponsorship.models import Pledge

    hostile = '<img class="logo" src="asset:///pictures/' + "0" * 64 + '"> <script>alert(1)</script>'
    Pledge.objects.update(cover=hostile)
    html = page_of(asked, "fr")
    assert "<script" not in html
    assert '<img class="logo"' not in html


def test_a_record_is_read_back_by_the_names_of_its_fields() -> None:
    found = rules.dated(
        {"made_on": "2026-11-29", "notes": [{"written_at": "2026-11-20T10:00:00+01:00"}], "a": 1}
    )
    assert str(found["made_on"]) == "2026-11-29"
    assert found["notes"][0]["written_at"].hour == 10
    assert rules.dated({"title": "2026-11-29", "hearing_at": ""}) == {"title": "2026-11-29", "hearing_at": ""}
    assert rules.cut({"texts": ["x" * 2_001, "y"]}) == {"texts": ["x" * 2_000 + " […]", "y"]}


def failures(document: bytes, folder: Path) -> list[str]:
    file = folder / "document.pdf"
    file.write_bytes(document)
    return judges.failures_in(file)


def test_every_kind_is_laid_out(renderer: RenderingProcess, tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGBA", (600, 200), (122, 31, 61, 200)).save(picture, "PNG")
    head = {"address": "Hôtel de ville\n76000 Port-Aubert", "colour": "#7a1f3d", "logo": picture.getvalue()}
    people.change_letterhead(entity=EntityFactory(), by=IMPORT, **head)
    for kind, make in stage.KINDS.items():
        document = renderer.render(page_of(make(), "fr"), stylesheet=stylesheet())
        reader = PdfReader(io.BytesIO(document))
        text = text_of(document)
        wanted = [words.replace("\xa0", " ") for words in FRENCH[kind]]
        assert [words for words in wanted if words not in text] == [], kind
        assert reader.trailer["/Root"]["/Lang"] == "fr"
        assert reader.metadata is not None
        assert reader.metadata.title.startswith(
            wanted[0].split(" de l’")[0] if kind != "letter" else "Lettre"
        )
        assert font_names(document) <= {
            "Source-Sans-3",
            "Source-Sans-3-Medium",
            "Source-Sans-3-Semi-Bold",
            "Source-Sans-3-Bold",
            "Source-Serif-4-Semi-Bold",
            "Source-Serif-4-Bold",
            "JetBrains-Mono",
            "JetBrains-Mono-Medium",
        }
        assert failures(document, tmp_path) == [], kind
        figures = [entry for entry in structure(document) if entry["/S"] == "/Figure"]
        assert figures
        assert pictures_of(document), "the logo is there"
        assert all(entry["/Alt"] for entry in figures)
        assert place_of(document, "Hôtel de ville").bottom < 100, "the address, at the head of the page"
        if kind == "letter":
            signed = place_of(document, "Arrêté n° 2026-118")
            assert place_of(document, "Le relevé de décision").top - signed.bottom > 9, "points"
        if kind == "receipt":
            assert len(reader.pages) == 1, "the text follows what was handed in"
            above = place_of(document, "Les fourgons roulent à vide")
            assert place_of(document, "Qui le rencontre").top - above.bottom > 9, "points, above a heading"
        if kind == "pack":
            bookmarks = [item.title for item in reader.outline[1] if not isinstance(item, list)]
            assert sum("Jardins de pluie" in title for title in bookmarks) == 3
            assert len(reader.pages) == 1 + 3


@pytest.mark.prove
def test_a_pack_of_twenty_ideas_is_one_file_with_a_bookmark_for_each(tmp_path: Path) -> None:
    asked = stage.pack(20)
    session = SelectionSession.objects.get(key=asked.key)
    session.lines.update(hearing_at=session.held_at)  # all are heard, whatever their opinion
    with translation.override("fr"):
        document = actions.ask(
            found=queries.paper(asked.kind, asked.key, asked.person), by=Actor(person=asked.person)
        )
    jobs.render_document(document.pk)
    document.refresh_from_db()
    assert (document.state, document.done, document.total) == ("ready", 20, 20)
    made = files.read(document.sha256)
    reader = PdfReader(io.BytesIO(made))
    ideas = [line.idea for line in session.lines.select_related("idea")]
    marked = {item.title: item for item in reader.outline[1] if not isinstance(item, list)}
    pages = [
        reader.get_destination_page_number(marked.pop(f"{idea.reference} – {idea.title}")) for idea in ideas
    ]
    assert len(set(pages)) == 20, "each on a page of its own"
    assert len(marked) == 1, "the order of the hearings"
    assert failures(made, tmp_path) == []


def test_a_session_s_papers_have_the_same_head(renderer: RenderingProcess, tmp_path: Path) -> None:
    people.change_letterhead(entity=EntityFactory(), by=IMPORT, address="", colour="#7a1f3d")
    session, _jury = stage.session(2)
    html = papers.html_of(
        SessionDocument(session=session, kind="agenda", language="fr", asked_at=session.prepared_at)
    )
    assert '<header class="mast">' in html
    assert "--own:#7a1f3d" in html
    document = renderer.render(html, stylesheet=papers.stylesheet())
    assert "Ordre du jour" in text_of(document, 0)
    assert failures(document, tmp_path) == []
