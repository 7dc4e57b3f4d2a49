"""A sample of briefs before two judges of accessibility, and beside the pictures and the words kept of them.

veraPDF's engine, which needs Java, judges every brief of a city: bin/check-archival.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from incubator.events.rules import sha256
from incubator.lib.pdf_process import RenderingProcess
from incubator.lib.seals.configuration import SealSettings, certificates_in
from incubator.lib.seals.reading import examine
from tests.briefs import drawn, judges, records
from tests.briefs.records import FONTS
from tests.briefs.seals import sealed
from tests.lib.test_pdf import font_names, structure
from workflows.briefs import rules
from workflows.briefs.document import attached, html_of, stylesheet
from workflows.briefs.public import NAME, Origin, as_bytes, differences, public_record
from workflows.briefs.record import BriefRecord, NextStep
from workflows.gates.configuration import default_rules

ORIGIN = Origin("ideas", 3, None, "dga", "", "ab" * 32, "5a" * 32)
HOSTILE = (
    "# Titre\n\n"
    + "a" * 500
    + " 👩🏽‍🚒 مرحبا <script>alert(1)</script>\n\n"
    + "| a | b |\n|-|-|\n| c | d |\n\n"
    "> cité\n\n1. un\n   - deux\n\n`code` [lien](https://example.org) \x00\x07 \u202eabc\u202c"
)


# With those by name, twenty: every gate, every outcome, both languages.
VARIED = [
    ("fr", "L", "stop"), ("en", "L", "to_programme"), ("fr", "F", "go"), ("en", "F", "redirect"), ("fr", "G0", "merge"),
    ("en", "G0", "rework"), ("fr", "G1", "hold"), ("en", "G1", "go"), ("fr", "G2", "go_with_conditions"),
    ("en", "G2", "rework"), ("fr", "G3", "extend"), ("en", "G3", "go"), ("fr", "G4", "scale"), ("en", "G4", "transfer"),
    ("fr", "G4", "stop"),
]  # fmt: skip


def varied(language: str, gate: str, outcome: str) -> BriefRecord:
    """An invented decision of that kind, with what its outcome prints."""
    whole = records.selection() if gate in ("G1", "G2", "G4") else records.admissibility()
    given: dict[str, Any] = {"gaps": ("Dire qui entretient.", "Chiffrer.")} if outcome == "rework" else {}
    if outcome == "hold":
        given = {"hold_until": date(2027, 3, 1), "hold_condition": "La ligne est rouverte."}
    if outcome == "stop":
        given = {"learning": "Une autre cour reste à trouver.", "second": records.LEAD}
    if outcome == "merge":
        given = {"merged_into": "2026-0098"}
    steps = tuple(NextStep(step) for step in rules.next_steps(gate, outcome, ["follow", "reexamination"]))
    return replace(
        whole,
        language=language,
        gate=gate,
        gate_name="jalon",
        outcome=outcome,
        conditions=whole.conditions if outcome == "go_with_conditions" else (),
        next_steps=steps,
        **given,
    )


# How a panel votes before each outcome that does not depart from its opinion; before any other, as is printed.
PRINTED = ("go", "go_if", "go_if", "not_now", "abstain")
VOTES = {"go": ("go",) * 4 + ("abstain",)} | dict.fromkeys(
    ("stop", "hold", "merge", "rework", "redirect"), ("not_now",) * 4 + ("abstain",)
)


def round_of(printed: BriefRecord) -> dict[str, Any]:
    """A frozen round, by the gate's own rules, after which this could be decided; with a panel, its levels are those
    printed where the criteria are."""
    configured = default_rules(printed.gate)
    choices = PRINTED if printed.departs else VOTES.get(printed.outcome, PRINTED)
    judged = [rule["key"] for rule in configured["must_meet"] if rule["kind"] == "judgement"]
    criteria = [rule["key"] for rule in configured.get("criteria") or []]
    levels = [one.levels if printed.gate == "G1" else (3,) * 4 for one in printed.criteria]
    seats = []
    for place, choice in enumerate(choices[: configured["seats"]]):
        scores = {
            key: {"level": given[place]}
            for key, given in zip(criteria, levels, strict=False)
            if given[place:]
        }
        vote = {
            "choice": choice,
            "must_meets": {key: {"answer": "yes", "reason": ""} for key in judged},
            "scores": {} if choice == "abstain" else scores,
        }
        seats.append({"chair": place == 0, "other_department": place == 1, "vote": vote})
    facts = {rule["key"]: True for rule in configured["must_meet"] if rule["kind"] == "fact"}
    answers = {} if seats else dict.fromkeys(judged, "yes")
    return {"rules": configured, "facts": facts, "reworks": 0, "seats": seats, "answers": answers}


@lru_cache(1)
def samples() -> dict[str, tuple[BriefRecord, dict[str, Any]]]:
    """Name → record and its own public record, as the job makes them."""
    both = drawn.records_drawn()
    both |= {
        "admitted-en": records.admissibility(language="en"),
        "one-condition": records.selection(
            conditions=records.selection().conditions[:1], must_meets=records.selection().must_meets[:1]
        ),
        "hostile": records.selection(
            title=HOSTILE[:120],
            pitch=HOSTILE,
            reasons=HOSTILE,
            gaps=(HOSTILE, HOSTILE),
            conditions=(replace(records.selection().conditions[0], text=HOSTILE),),
            hold_condition=HOSTILE,
            learning=HOSTILE,
        ),
    }
    for language, gate, outcome in VARIED:
        both[f"{gate}-{outcome}-{language}"] = varied(language, gate, outcome)
    return {name: (record, public_record(record, round_of(record), ORIGIN)) for name, record in both.items()}


class Documents(dict[str, bytes]):
    """The samples, each laid out when it is first asked for: two workers may share the tests of this module."""

    def __init__(self, process: RenderingProcess) -> None:
        self.process = process

    def __missing__(self, name: str) -> bytes:
        record, public = samples()[name]
        files = [attached(record, public)]
        self[name] = self.process.render(html_of(record), stylesheet=stylesheet(), attachments=files)
        return self[name]


@pytest.fixture(scope="module")
def documents() -> Iterator[Documents]:
    process = RenderingProcess(wall_seconds=120, documents=1_000)  # a busy machine is no fault of the page
    found = Documents(process)
    assert found["conditions-fr"], "the first of this child's life"
    yield found
    process.close()


def test_each_sample_carries_a_public_record_of_its_own_that_replays() -> None:
    assert [name for name, (_record, public) in samples().items() if differences(public)] == []
    assert len({as_bytes(public) for _record, public in samples().values()}) == len(samples()) == 20
    for name, (printed, public) in samples().items():
        said = public["decision"]["outcome"], public["decision"]["departs"], public["gate"]["key"]
        assert said == (printed.outcome, printed.departs, printed.gate), name
    printed, public = samples()["conditions-fr"]
    assert printed.opinion is not None
    assert public["opinion"]["result"] == printed.opinion.result
    levels = [tuple(one["levels"]) for one in public["panel"]["criteria"].values()]
    assert levels == [one.levels for one in printed.criteria]


@pytest.mark.parametrize("name", samples())
def test_two_judges_of_accessibility_find_nothing_once_it_is_sealed_and_the_seal_is_whole(
    documents: Documents, name: str, a_key: SealSettings, tmp_path: Path
) -> None:
    file = tmp_path / "brief.pdf"
    made = sealed(documents[name], a_key).document
    file.write_bytes(made)
    found = examine(made, certificates_in(a_key.certificates))
    carried = {NAME: sha256(as_bytes(samples()[name][1]))}
    assert (found.finding, found.seal and found.seal.trusted, found.attached) == ("whole", True, carried)
    # An address typed in a title or a pitch is printed as typed: these are no Markdown, and lead nowhere.
    typed = "outloud LNK-010" if name == "hostile" else "nothing"
    assert [one for one in judges.found_in(file) if not one.startswith(typed)] == []


def test_nor_without_a_seal(documents: Documents, tmp_path: Path) -> None:
    file = tmp_path / "brief.pdf"
    file.write_bytes(documents["conditions-fr"])
    assert judges.found_in(file) == []


def test_the_judges_can_find_something(tmp_path: Path) -> None:
    """The same page without its title and language, in tags of no use."""
    from weasyprint import HTML

    file = tmp_path / "bare.pdf"
    HTML(string="<p>Sans langue ni titre<table><tr><td>a</table>").write_pdf(file)
    assert {one.split()[0] for one in judges.found_in(file)} == {"pdfua", "outloud"}


@pytest.mark.parametrize("name", samples())
def test_only_our_fonts_are_in_it(documents: Documents, name: str) -> None:
    found = font_names(documents[name])
    if (
        name == "hostile"
    ):  # Emoji and Arabic come from the system, which differs; whatever it is, it is embedded.
        assert found > FONTS
    else:
        assert found == FONTS


def test_it_has_headings_headers_texts_for_drawings_a_language_a_title_and_bookmarks(
    documents: Documents,
) -> None:
    document = documents["conditions-fr"]
    reader = PdfReader(io.BytesIO(document))
    tags = [entry["/S"] for entry in structure(document)]
    assert tags.count("/H1") == 1
    assert tags.count("/H2") == 10
    assert tags.count("/H3") == 4
    headers = [entry for entry in structure(document) if entry["/S"] == "/TH"]
    assert {entry["/A"]["/Scope"] for entry in headers} == {"/Column", "/Row"}
    assert all(entry.get("/Alt") for entry in structure(document) if entry["/S"] == "/Figure")
    assert reader.trailer["/Root"]["/Lang"] == "fr"
    assert PdfReader(io.BytesIO(documents["admitted-en"])).trailer["/Root"]["/Lang"] == "en"
    assert reader.metadata.title == "Relevé de décision 2026-0147-G1 – " + records.selection().title
    (first, below) = reader.outline
    assert first.title == records.selection().title
    sections = [one.title for one in below if not isinstance(one, list)]
    assert sections[:2] == ["Décision", "Motifs"]
    assert "L’avis du jury" in sections


def test_it_carries_decision_json_and_prints_what_is_in_it(documents: Documents) -> None:
    reader = PdfReader(io.BytesIO(documents["conditions-fr"]))
    (content,) = reader.attachments["decision.json"]
    _record, public = samples()["conditions-fr"]
    assert content == as_bytes(public)
    assert json.loads(content)["decision"]["outcome"] == "go_with_conditions"
    (file,) = [entry.get_object() for entry in reader.trailer["/Root"]["/AF"]]
    assert (file["/F"], file["/AFRelationship"]) == ("decision.json", "/Source")
    embedded = file["/EF"]["/F"].get_object()
    assert embedded["/Subtype"] == "/application/json"
    assert str(embedded["/Params"]["/CreationDate"]).startswith("D:20261112154000")
    for language in ("conditions-fr", "departing-en"):
        assert samples()[language][0].number in attached(*samples()[language]).description


def test_in_other_processes_and_after_other_documents_the_bytes_are_the_same(
    documents: Documents,
) -> None:
    """With the file it carries; by fingerprint, the first of a child's life and one after what is hostile."""
    process = RenderingProcess(wall_seconds=120)
    again = Documents(process)
    assert again["hostile"]
    assert sha256(again["conditions-fr"]) == sha256(documents["conditions-fr"])
    process.close()


def test_the_pages_look_as_they_were_looked_at(documents: Documents) -> None:
    """`python -m tests.briefs.drawn` makes the pictures anew, after the new pages were looked at."""
    for name in drawn.records_drawn():
        kept = sorted(drawn.PICTURES.glob(f"{name}-*.png"))
        pages = list(drawn.pages(documents[name]))
        assert len(pages) == len(kept)
        for page, file in zip(pages, kept, strict=True):
            with Image.open(file) as picture:
                share = drawn.share_that_differs(page, picture.convert("L"))
            assert share < MOST_DIFFERENT, f"{file.name}: {share:.2%} of the page differs"


# Of a page's pixels, 35 of 350,000; a surname that is gone changes twice as many.
MOST_DIFFERENT = 0.0001


def test_a_small_change_shows_in_the_pictures(documents: Documents) -> None:
    record, _public = samples()["conditions-fr"]
    changed = replace(record, decider=replace(record.decider, name="Hélène Marchetti"))
    other = documents.process.render(html_of(changed), stylesheet=stylesheet())
    before, after = next(drawn.pages(documents["conditions-fr"])), next(drawn.pages(other))
    assert drawn.share_that_differs(before, after) > MOST_DIFFERENT
    assert drawn.share_that_differs(before, after.rotate(90, expand=True)) == 1


def test_it_is_read_aloud_in_this_order(documents: Documents) -> None:
    assert drawn.spoken(documents["conditions-fr"]) == drawn.SPOKEN.read_text(encoding="utf-8")
