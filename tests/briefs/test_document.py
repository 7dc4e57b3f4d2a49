"""The printed brief, read back from its PDF."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation
from pypdf import PdfReader

from incubator.lib.pdf_process import RenderingProcess
from incubator.lib.seals.configuration import SealSettings
from tests.briefs import records
from tests.briefs.records import FONTS
from tests.briefs.seals import sealed
from tests.lib.printed import place_of, text_of
from tests.lib.test_pdf import font_names, structure
from workflows.briefs import drawings, rules, words
from workflows.briefs.document import html_of, stylesheet
from workflows.briefs.record import BriefRecord, HistoryLine, NextStep, Signature, brief_number, from_data


def render(renderer: RenderingProcess, record: BriefRecord) -> bytes:
    return renderer.render(html_of(record), stylesheet=stylesheet())


@pytest.fixture(scope="module")
def english(renderer: RenderingProcess) -> bytes:
    return render(renderer, records.selection(language="en"))


def test_page_one_says_what_was_decided_by_whom_and_why(english: bytes) -> None:
    first = text_of(english, 0)
    for fact in (
        "2026-0147-G1",
        "Jardins de pluie",
        "Go on, with conditions",
        "Hélène Marchetti-Roux",
        "Directrice générale adjointe",
        "arrêté n° 2026-118",
        "The decision follows the panel’s opinion",
        "Le besoin est réel et mesuré",
        "L’égout a débordé onze fois",
        "Chiffrer l’entretien sur cinq ans",
        "Paul Kerval, direction des finances",
        "12 February 2027",
    ):
        assert fact in first, fact


@pytest.mark.parametrize("language", ["fr", "en"])
def test_page_one_names_whoever_signed_second_and_what_let_them(
    renderer: RenderingProcess, language: str
) -> None:
    signed = records.admissibility(language=language, outcome="stop", second=records.DGA)
    first = text_of(render(renderer, signed), 0)
    upper = first[: first.index({"fr": "Motifs", "en": "Reasons"}[language])]
    for fact in (
        {"fr": "Seconde signature", "en": "Second signature"}[language],
        *("Inès Benali", "Délégation de signature, arrêté n° 2026-031"),
        *("Hélène Marchetti-Roux", "Directrice générale adjointe", "arrêté n° 2026-118 du 2 mars 2026"),
    ):
        assert fact in " ".join(upper.split()), fact


def test_page_one_says_no_more_of_one_who_is_not_named(renderer: RenderingProcess) -> None:
    kept = Signature("Direction", "pour la direction de l’auteur", reference="", since=None, until=None)
    first = text_of(render(renderer, records.admissibility(language="en", second=kept)), 0)
    assert "pour la direction de l’auteur" in " ".join(first.split())


def test_the_rest_gives_opinion_must_meets_what_comes_next_history_and_signature(english: bytes) -> None:
    whole = text_of(english)
    assert "The conditions are met" not in whole, "three are open"
    assert 2 <= len(PdfReader(io.BytesIO(english)).pages) <= 4
    for fact in (
        "A panel of 5 seats, quorum 3: 5 answered",
        "Gravité du problème",
        "wide disagreement",
        "4 yes, 0 no, 1 cannot tell",
        "Meet the conditions",
        "The search for a sponsor starts",
        "never enters the yearly appraisal",
        "Idea submitted",
        "Mandate from 2 March 2026 to 31 December 2027",
        "Decided on 12 November 2026",
        "75228bfb38e14888a59c3d35c8ae692ceed9a257a937f2496d3db2e9c497b38d",
    ):
        assert fact in whole, fact


def test_its_pdf_is_tagged_titled_and_uses_only_our_fonts(renderer: RenderingProcess) -> None:
    document = render(renderer, records.selection())
    reader = PdfReader(io.BytesIO(document))
    assert reader.trailer["/Root"]["/Lang"] == "fr"
    assert "2026-0147-G1" in reader.metadata.title
    assert "Jardins de pluie" in reader.metadata.title
    assert font_names(document) == FONTS
    figures = [entry for entry in structure(document) if entry["/S"] == "/Figure"]
    assert len(figures) == 1 + len(records.CRITERIA)
    assert all(entry.get("/Alt") for entry in figures)
    assert all("/Scope" in entry["/A"] for entry in structure(document) if entry["/S"] == "/TH")
    assert any("Jardins" in entry.title for entry in reader.outline if not isinstance(entry, list))


def test_the_address_is_printed_with_its_square_and_a_seal_keeps_what_the_file_claims(
    renderer: RenderingProcess, a_key: SealSettings
) -> None:
    address = "https://idees.ville.example/verify/25nW3Q-BWNHkMhYLQ3RfMA"
    document = render(renderer, records.selection(address=address))
    assert address in text_of(document).replace(" ", "")
    figures = [entry for entry in structure(document) if entry["/S"] == "/Figure"]
    assert len(figures) == 2 + len(records.CRITERIA)
    assert all(entry.get("/Alt") for entry in figures)
    made = sealed(document, a_key).document
    reader = PdfReader(io.BytesIO(made))
    claims = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part>3<|pdfaid:part=\"3\"", claims)
    assert re.search(r"pdfaid:conformance>A<|pdfaid:conformance=\"A\"", claims)
    assert "<pdfuaid:part>1</pdfuaid:part>" in claims
    kinds = [entry["/S"] for entry in structure(document)]
    assert [entry["/S"] for entry in structure(made)] == [*kinds, "/Form"], (
        "the seal's own field, after the text"
    )
    tree, field = (
        reader.trailer["/Root"]["/StructTreeRoot"],
        reader.trailer["/Root"]["/AcroForm"]["/Fields"][-1],
    )
    parents = tree["/ParentTree"]["/Nums"]
    assert [int(place) for place in parents[::2]] == list(range(len(parents) // 2))
    assert parents[-2] == field.get_object()["/StructParent"]
    assert parents[-1].get_object()["/K"].raw_get("/Obj") == field
    assert tree["/K"][0].get_object()["/K"][-1] == parents[-1]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_same_record_gives_the_same_bytes(renderer: RenderingProcess) -> None:
    record = records.selection()
    kept = from_data(record.as_data())
    assert kept == record
    first, between, again = (
        render(renderer, record),
        render(renderer, records.admissibility()),
        render(renderer, kept),
    )
    assert first == again != between


def test_a_departure_and_its_reason_stand_on_page_one(renderer: RenderingProcess) -> None:
    first = text_of(render(renderer, replace(records.departing_stop(), language="en")), 0)
    assert "The decision departs from the panel’s opinion" in first
    assert "Why the decision departs from the opinion" in first
    assert "chantier du collecteur dès 2027" in first


def test_a_gate_without_a_panel_has_no_opinion_and_no_empty_section() -> None:
    html = html_of(records.admissibility(language="en"))
    assert "judged by the person who decided" in html
    for absent in (
        "panel’s opinion",
        "Weighted score",
        "Criterion",
        "Conditions",
        "<tbody>\n</tbody>",
        "<p></p>",
    ):
        assert absent not in html.replace("A panel reads your idea", ""), absent


def test_the_opening_words_stand_clear_of_the_votes_above_them(renderer: RenderingProcess) -> None:
    document = render(renderer, records.selection(opening="Votre idée poursuit son chemin.", pitch=""))
    votes, opening = place_of(document, "seuil 2,40"), place_of(document, "Votre idée poursuit")
    assert opening.top - votes.bottom > 14  # points, of which the strip's own margin has eight


def test_what_is_checked_stands_on_the_page_that_is_signed(renderer: RenderingProcess) -> None:
    past = (HistoryLine(date(2026, 10, 5), "submitted"),) * 18
    document = render(renderer, records.admissibility(history=past, address="https://idees.example/verify/a"))
    assert (
        place_of(document, "Retrouver et vérifier").page == place_of(document, "Inès Benali", last=True).page
    )


def test_no_page_is_left_half_empty_for_what_may_go_on_overleaf(renderer: RenderingProcess) -> None:
    record = records.selection(
        conditions=(), criteria=tuple(replace(one, reason="") for one in records.CRITERIA)
    )
    document = render(renderer, record)
    opinion, mean = (
        place_of(document, "Chaque membre a répondu"),
        place_of(document, "Note pondérée", last=True),
    )
    assert (opinion.page, mean.page) == (0, 1)
    assert text_of(document).count("moyenne pondérée des moyennes") == 1


def test_each_answer_is_a_dot_and_nothing_says_whose() -> None:
    drawing = drawings.answers((1, 2, 2, 4), 2.25, title="4 answers")
    assert drawing.count("<circle") == 4
    assert drawing == drawings.answers((4, 2, 1, 2), 2.25, title="4 answers")


HOSTILE = {
    "two thousand words": "mot " * 2_000,
    "emoji": "👩🏽‍🚒 bravo 🏳️‍🌈 2026",
    "right to left": "مرحبا بالعالم \u202eabc\u202c",
    "controls": "a\x00b\x07c\x1bd",
    "markup": '<img src="http://127.0.0.1/x"><script>alert(1)</script>{{ record }} <style>@import "x"</style>',
    "nesting": "> " * 2_000 + "x",
    "wide table": "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n|" + "b|" * 60,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_give_a_brief_with_its_facts(renderer: RenderingProcess, kind: str) -> None:
    text = HOSTILE[kind]
    condition = replace(records.selection().conditions[0], text=text, owner=text[:200])
    record = records.selection(
        language="en",
        title=text[:120],
        pitch=text[:300],
        reasons=text,
        conditions=(condition,),
        gaps=(text[:2000],),
    )
    document = render(renderer, record)
    whole = text_of(document)
    assert "Go on, with conditions" in whole
    assert "Hélène Marchetti-Roux" in whole
    assert b"/Interpolate true" not in document


def test_a_cut_text_is_said_to_be_cut() -> None:
    record = records.selection(language="en", reasons="début " + "mot " * 5_000 + "fin-du-texte")
    assert "fin-du-texte" in html_of(record)
    short = html_of(replace(record, shortened=True))
    assert "fin-du-texte" not in short
    assert "[…]" in short
    assert "too long for this document" in short


def test_the_day_of_a_step_is_said_of_what_ends_then() -> None:
    """Of the search for a sponsor, not of the preparation that comes after it."""
    html = html_of(records.selection(language="en")).replace("\xa0", " ")
    assert "before the next gate. The search goes on until 24 December 2026." in html
    assert "Until 24 December" not in html


def test_every_outcome_has_words_and_a_way_on() -> None:
    for gate in ("L", "F", "G0", "G1", "G2", "G3", "G4"):
        for outcome in words.OUTCOMES:
            steps = rules.next_steps(gate, outcome, ["follow"])
            assert steps
            record = records.selection(
                language="en", gate=gate, outcome=outcome, next_steps=tuple(NextStep(step) for step in steps)
            )
            html = html_of(record)
            with translation.override("en"):
                assert str(words.OUTCOMES[outcome]) in html


def test_talking_it_over_is_the_last_thing_that_can_be_done() -> None:
    steps = rules.next_steps("G0", "rework", ["complete", "ask_lead", "withdraw"])
    assert steps == ("complete", "withdraw", "ask_lead")


def test_numbers_name_the_idea_the_gate_and_a_second_round() -> None:
    assert brief_number("2026-0142", "G1", 1) == "2026-0142-G1"
    assert brief_number("2026-0142", "G1", 2) == "2026-0142-G1-2"
