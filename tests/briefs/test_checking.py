"""Is this brief genuine? Asked with a file, on the page and in a terminal."""

import hashlib
import html
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory

from incubator.lib import files
from incubator.lib.seals import process, reading
from incubator.lib.seals.configuration import SealSettings, certificates_in
from incubator.lib.seals.examination import Examination, Seal
from incubator.people import addresses
from tests.briefs.checked import asked, corrected, document_of, made, terminal, verdict_on
from tests.briefs.decided import ISSUED
from tests.briefs.seals import one_byte, sealed, small_pdf, with_a_revision, with_other_data
from workflows.briefs import actions, jobs
from workflows.briefs.checking import rules, words
from workflows.briefs.checking.rules import Known
from workflows.briefs.models import Brief, MaskedBrief
from workflows.briefs.public import as_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_briefs")]
AtMost = Callable[[int], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path


@pytest.fixture
def in_a_child() -> None:
    """The page has files read as in life; else they are read here, which spares a second each."""


@pytest.fixture(autouse=True)
def read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    from workflows.briefs.checking import views

    if "in_a_child" not in request.fixturenames:
        monkeypatch.setattr(
            views, "examine_in_process", lambda read, *known, sender: reading.examine(read(), *known)
        )


def cases(brief: Brief, key: SealSettings, other: SealSettings) -> dict[str, tuple[bytes, str, str]]:
    """Name → file, verdict on the page, verdict in a terminal."""
    genuine = document_of(brief)
    unsealed = small_pdf("Relevé 1", as_bytes(brief.public or {}))
    swapped = small_pdf("Relevé 1", b'{"outcome": "stop"}')
    return {
        "genuine": (genuine, "genuine", "sealed"),
        "one byte": (one_byte(genuine), "altered", "altered"),
        "added revision": (with_a_revision(genuine), "added", "added"),
        "record swapped": (with_other_data(genuine), "added", "added"),
        "record swapped, sealed by another": (sealed(swapped, other).document, "another_key", "another_key"),
        "record swapped, sealed again": (sealed(swapped, key).document, "unknown", "sealed"),
        "another key": (sealed(unsealed, other).document, "another_key", "another_key"),
        "truncated": (genuine[:-700], "damaged", "damaged"),
        "no seal": (small_pdf("Autre chose"), "not_sealed", "no_seal"),
        "seal taken off": (unsealed, "unsealed_copy", "no_seal"),
        "no pdf": (b"Bonjour", "not_pdf", "not_pdf"),
    }


def title(code: str) -> str:
    return str(words.VERDICTS[code][0])


@pytest.fixture
def english() -> None:
    from django.utils import translation

    translation.activate("en")


def test_each_file_gets_its_reason_on_the_page_and_in_a_terminal(
    client: Client,
    city_seal: SealSettings,
    other_key: SealSettings,
    folder: Path,
    english: None,
) -> None:
    brief = made()
    found = cases(brief, city_seal, other_key)
    names = []
    for case, (document, code, offline) in found.items():
        assert verdict_on(client, document) == title(code), case
        assert words.said(read(document, city_seal), None, asked=False)[1] == title(offline), case
        if case in ONCE:
            names.append(str(folder / f"{case}.pdf"))
            Path(names[-1]).write_bytes(document)
    done = terminal("--certificate", city_seal.certificates, *names)
    assert done.returncode == 1, done.stderr
    for name, case in zip(names, ONCE, strict=True):
        assert f"{name}: {title(found[case][2])}." in done.stdout, case
    assert len({found[case][2] for case in ONCE}) == len(
        {offline for _file, _code, offline in found.values()}
    )


# Each verdict of a terminal once: every file is read in a child of its own, which takes a second.
ONCE = ("genuine", "one byte", "added revision", "another key", "truncated", "no seal", "no pdf")


def read(document: bytes, seal: SealSettings) -> Examination:
    """What the terminal's child finds, found here."""
    return reading.examine(document, certificates_in(seal.certificates))


def test_a_terminal_works_the_opinion_out_again(city_seal: SealSettings, folder: Path, english: None) -> None:
    """A city that sealed a record which does not hold is found out by its own paper, in the first line."""
    brief = made()
    (folder / "holds.pdf").write_bytes(document_of(brief))
    wrong = json.loads(as_bytes(brief.public or {}))
    wrong["decision"]["outcome"] = "extend"
    other = sealed(small_pdf("Relevé 1", as_bytes(wrong)), city_seal).document
    (folder / "does_not.pdf").write_bytes(other)
    swapped = sealed(small_pdf("Relevé 1", b'{"outcome": "stop"}'), city_seal).document
    (folder / "swapped.pdf").write_bytes(swapped)
    names = [str(folder / f"{name}.pdf") for name in ("holds", "does_not", "swapped")]
    done = terminal("--certificate", city_seal.certificates, *names)
    assert done.returncode == 1
    holds, does_not, unread = re.split("|".join(f"{name}: " for name in names[1:]), done.stdout)
    assert "the same;" in holds
    assert "something else (the decision)" in does_not
    assert "the data in this file cannot be read" in unread
    for said in (does_not, unread):
        assert said.startswith("This file is sealed, but its data do not hold.")
        assert "nothing was changed" not in said
    french = terminal("--certificate", city_seal.certificates, names[1], language="fr_FR.UTF-8")
    assert "autre chose (la décision)" in french.stdout


def test_a_terminal_which_asked_no_record_says_nothing_of_one(
    city_seal: SealSettings, other_key: SealSettings, english: None
) -> None:
    for document, _code, offline in cases(made(), city_seal, other_key).values():
        said = " ".join(map(str, words.said(read(document, city_seal), None, asked=False)))
        assert offline in said
        assert "kept here" not in said


def test_a_terminal_says_what_it_knows_and_where_to_ask_the_rest(
    city_seal: SealSettings, folder: Path
) -> None:
    brief = made()
    (folder / "releve.pdf").write_bytes(document_of(brief))
    done = terminal(
        "--certificate", city_seal.certificates, str(folder / "releve.pdf"), language="fr_FR.UTF-8"
    )
    assert done.returncode == 0, done.stderr
    for words_said in (
        "Le sceau est authentique et rien n’a été modifié",
        "Sceau de la ville – Ville de Port-Aubert",
        "releve.pdf\xa0: ",
        "  Sceau\xa0: ",
        "  Avis\xa0: recalculé",
        "la décision est de celles qu’il permet",
        brief.number,
        f"/verify/{brief.token}",
        brief.sha256,
    ):
        assert words_said in done.stdout
    lost = terminal("--certificate", city_seal.certificates, str(folder / "nowhere.pdf"))
    assert (lost.returncode, lost.stdout) == (2, "")
    assert terminal("--certificate", str(folder / "nowhere"), str(folder / "releve.pdf")).returncode == 2


def test_the_page_says_by_whom_it_is_sealed_and_what_it_is(client: Client, city_seal: SealSettings) -> None:
    brief = made()
    text = html.unescape(asked(client, document_of(brief)).content.decode())
    for fact in (
        "Sceau de la ville – Ville de Port-Aubert, sealed on ",
        "The seal covers the whole file",
        f"The file kept as brief No. 2026/1, {brief.number}, decided on",
        "No corrected brief has replaced it",
        brief.sha256,
    ):
        assert fact in text, fact


def test_a_replaced_brief_is_said_to_be_replaced_and_by_which(
    client: Client, city_seal: SealSettings, english: None
) -> None:
    brief = made()
    former, newer = document_of(brief), corrected(brief)
    assert verdict_on(client, former) == title("replaced")
    assert "Brief No. 2026/2 has replaced it" in asked(client, former).content.decode()
    assert verdict_on(client, document_of(newer)) == title("genuine")
    page = client.get(f"/verify/{brief.token}", headers={"Accept-Language": "en"}).content.decode()
    assert "Brief No. 2026/1 has been replaced" in page
    assert brief.number in page


def test_what_is_checked_has_the_numbers_of_the_paper(
    client: Client, city_seal: SealSettings, small_briefs: list[str]
) -> None:
    """The two of its head; an edition stands on no paper."""
    brief = made()
    newer = corrected(brief)
    client.force_login(brief.decision.decider)
    for one, serial, paper in (
        (brief, "No. 2026/1", small_briefs[0]),
        (newer, "No. 2026/2", small_briefs[1]),
    ):
        pages = [
            client.get(address, headers={"Accept-Language": "en"}).content.decode()
            for address in (f"/verify/{one.token}", f"/briefs/{one.key}/evidence")
        ]
        pages.append(asked(client, document_of(one)).content.decode())
        assert serial.removeprefix("No. ") in paper
        for page in pages:
            assert serial in page
            assert one.number in page
            assert not re.search("edition", page, re.IGNORECASE)


def test_an_unsealed_brief_of_the_record_is_known_and_said_not_to_be_sealed(
    client: Client, english: None
) -> None:
    brief = made()
    assert brief.sealed_at is None
    assert brief.unsigned_sha256 == brief.sha256
    assert verdict_on(client, document_of(brief)) == title("kept")
    page = client.get(f"/verify/{brief.token}", headers={"Accept-Language": "en"}).content.decode()
    assert "Not sealed" in page
    changed = document_of(brief).replace(b"200", b"300")
    assert verdict_on(client, changed) == title("not_sealed")


def test_a_masked_copy_is_sealed_and_known_also_after_another_was_made(
    client: Client, city_seal: SealSettings, english: None
) -> None:
    brief = made()
    copies = [sealed(small_pdf(f"Copie {number}"), city_seal).document for number in (1, 2)]
    for number, copy in enumerate(copies):
        actions.keep_masked(brief, [f"Passage {number}"], copy)
    actions.keep_masked(brief, ["Passage 1"], copies[1])
    kept = MaskedBrief.objects.get(brief=brief)
    assert kept.former == [hashlib.sha256(copies[0]).hexdigest()]
    for copy, fact in ((copies[0], "An earlier copy of brief"), (copies[1], "A copy of brief")):
        assert verdict_on(client, copy) == title("genuine")
        assert fact in asked(client, copy).content.decode()


def test_the_job_seals_masked_copies(
    city_seal: SealSettings, monkeypatch: pytest.MonkeyPatch, small_briefs: list[str]
) -> None:
    brief = made()
    row = type("Row", (), {"text": "réel"})()
    monkeypatch.setattr(jobs, "passages_of", lambda idea: [row])
    jobs.mask_brief(brief.pk)
    copy = files.read(MaskedBrief.objects.get(brief=brief).sha256)
    assert b"/ETSI.CAdES.detached" in copy
    assert brief.token in small_briefs[-1]
    assert "réel" not in small_briefs[-1]


def test_data_that_are_not_those_kept_are_said(english: None) -> None:
    assert rules.embedded_matches({"decision.json": "a"}, "a") is True
    assert rules.embedded_matches({"decision.json": "a"}, "b") is False
    assert rules.embedded_matches({}, "b") is None
    assert rules.embedded_matches({"decision.json": "a"}, "") is None
    seal = Seal("Ville", "Ville", "Racine", "00", ISSUED.isoformat(), trusted=True)
    known = Known("2026-0142-G1", "2026/17", ISSUED.date(), "go", "file", in_force=True, data_matches=False)
    found = Examination("whole", "00", 1, seal=seal)
    assert rules.verdict(found, known) == "record_differs"
    assert any("not those kept" in fact.text for fact in words.facts(found, known))
    assert rules.verdict(found, replace(known, data_matches=True)) == "genuine"


def test_of_a_file_that_begins_as_a_brief_the_data_are_compared_too(
    client: Client, city_seal: SealSettings, english: None
) -> None:
    brief = made()
    found = cases(brief, city_seal, city_seal)
    same, other = "The data it carries are those kept.", "The data it carries are not those kept."
    for case, said in (("record swapped", other), ("added revision", same)):
        text = html.unescape(asked(client, found[case][0]).content.decode())
        assert f"The file begins as brief No. 2026/1, {brief.number}, does" in text, case
        assert [one for one in (same, other) if one in text] == [said], case


def test_a_file_that_takes_too_long_is_given_up(
    client: Client,
    city_seal: SealSettings,
    monkeypatch: pytest.MonkeyPatch,
    english: None,
    in_a_child: None,
) -> None:
    brief = made()
    monkeypatch.setattr(process, "WALL_SECONDS", 0.05)
    assert verdict_on(client, document_of(brief)) == title("too_long")


def test_too_many_at_once_are_asked_to_wait(client: Client, english: None, in_a_child: None) -> None:
    for _ in range(process.AT_A_TIME):
        assert process._turns.acquire(blocking=False)
    try:
        answer = asked(client, small_pdf())
    finally:
        for _ in range(process.AT_A_TIME):
            process._turns.release()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Wait a few seconds" in answer.content.decode()
    assert verdict_on(client, small_pdf()) == title("not_sealed")


def test_files_of_one_address_are_checked_one_after_the_other_and_others_have_a_place(
    client: Client, city_seal: SealSettings, english: None, in_a_child: None
) -> None:
    with process._turn_of(addresses.hash_of(RequestFactory().get("/"))):
        answer = asked(client, small_pdf())
        assert (answer.status_code, answer["Retry-After"]) == (429, "5")
        assert "one is read at a time" in answer.content.decode()
        other = asked(client, small_pdf(), REMOTE_ADDR="10.1.2.3")
        assert other.status_code == 200
        assert not any("127.0.0.1" in sender for sender in process._senders)
    assert process._senders == set()
    assert verdict_on(client, document_of(made())) == title("genuine")


def test_a_file_that_must_wait_is_not_read() -> None:
    """Twenty megabytes of each who is sent away would fill the memory that those before them need."""
    read: list[str] = []

    def content() -> bytes:
        read.append("once")
        return small_pdf()

    with process._turn_of("someone"), pytest.raises(process.BusyWithYours):
        process.examine_in_process(content, (), sender="someone")
    assert read == []
    assert process.examine_in_process(content, (), sender="someone").finding == "not_sealed"
    assert read == ["once"]


def test_more_than_twenty_megabytes_and_no_file_are_refused_in_the_form(client: Client) -> None:
    large = asked(client, b"%PDF-1.7" + b"0" * 20_000_000)
    assert large.status_code == 422
    assert "larger than 20 MB" in large.content.decode()
    none = client.post("/verify", {}, headers={"Accept-Language": "en"})
    assert none.status_code == 422
    assert "Choose a file first" in none.content.decode()


def test_nothing_that_is_sent_is_kept(client: Client, folder: Path) -> None:
    before = Brief.objects.count()
    asked(client, small_pdf("Secret"))
    assert Brief.objects.count() == before
    assert not list((folder / "files").rglob("*")) if (folder / "files").exists() else True


def test_a_check_sends_few_queries(client: Client, city_seal: SealSettings, at_most: AtMost) -> None:
    brief = made()
    document = document_of(brief)
    corrected(brief)
    with at_most(2):
        asked(client, document)
    with at_most(2):
        client.get(f"/verify/{brief.token}")
    with at_most(0):
        client.get("/verify")
    with at_most(0):
        client.get("/verify/nonsense")
