"""A brief stays genuine and in force whatever becomes of its decision: that one does not stand, the check tells."""

import html
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from incubator.lib import clock
from tests.briefs.checked import asked, document_of
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import REASONS, Cast, act
from workflows.briefs.models import Brief
from workflows.journey import actions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_briefs", "city_seal")]
Run = Callable[..., list[str]]
PARIS = ZoneInfo("Europe/Paris")
LANGUAGES = ("en", "fr")
OVERTURNED = {
    "en": "The decision was looked at again, and overturned on 4 March 2026.",
    "fr": "La décision a été réexaminée, puis infirmée le 4 mars 2026.",
}
TITLES = {
    "en": (
        "This brief is genuine, and its decision was overturned",
        "is genuine, and its decision was overturned",
    ),
    "fr": (
        "Ce relevé est authentique, et sa décision a été infirmée",
        "est authentique, et sa décision a été infirmée",
    ),
}
# What a paper's holder reads first, under the title.
STANDS_NO_MORE = {
    "overturned": {
        "en": "Its decision was looked at again and overturned: it no longer stands.",
        "fr": "Sa décision a été réexaminée, puis infirmée : elle ne tient plus.",
    },
    "undone": {
        "en": "Its decision was undone: it no longer stands.",
        "fr": "Sa décision a été annulée : elle ne tient plus.",
    },
}
IN_FORCE = {"en": ">in force</span>", "fr": ">en vigueur</span>"}
UNDONE = {"en": "The decision was undone on 4 March 2026.", "fr": "La décision a été annulée le 4 mars 2026."}
LATER = {
    "en": "A later decision at the same gate: {number}.",
    "fr": "Décision ultérieure au même jalon : {number}.",
}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    from incubator.lib.seals import reading
    from workflows.briefs.checking import views

    monkeypatch.setattr(
        views, "examine_in_process", lambda read, *known, sender: reading.examine(read(), *known)
    )


def moment(day: int) -> datetime:
    return datetime(2026, 3, day, 10, tzinfo=PARIS)


def said(client: Client, brief: Brief, language: str) -> dict[str, str]:
    """What is told of a brief: asked with its file, with its address, and by a reader of its evidence."""
    spoken = {"Accept-Language": language}
    client.logout()
    sent = {"file": SimpleUploadedFile("releve.pdf", document_of(brief))}
    pages = {
        "file": client.post("/verify", sent, headers=spoken),
        "address": client.get(f"/verify/{brief.token}", headers=spoken),
    }
    client.force_login(brief.decision.decider)
    pages["evidence"] = client.get(f"/briefs/{brief.key}/evidence", headers=spoken)
    texts = {}
    for name, page in pages.items():
        assert page.status_code == 200
        texts[name] = html.unescape(page.content.decode()).replace("\xa0", " ").replace("\u202f", " ")
    return texts


def stopped(run_jobs: Run) -> tuple[Cast, Brief]:
    with clock.moved(moment(2)):
        cast = Cast()
        round_ = stage.at_g1(cast)
        stage.all_vote(round_, "go", "go", "not_now", level=2)
        decision = play.decide(round_.idea, cast.dga, "stop")
        run_jobs()
    return cast, Brief.objects.get(decision=decision)


def answered(brief: Brief, cast: Cast, answer: str) -> None:
    idea = brief.decision.round.idea
    with clock.moved(moment(3)):
        actions.ask_reexamination(
            idea=idea.key, by=act(cast.author), grounds="Un abri est prêté depuis juin."
        )
    with clock.moved(moment(4)):
        actions.answer_reexamination(idea=idea.key, by=act(cast.dgs), answer=answer, reasons=REASONS)


def test_a_stop_that_was_overturned_is_said_to_be_and_by_what_it_was_followed(
    client: Client, run_jobs: Run
) -> None:
    cast, brief = stopped(run_jobs)
    idea = brief.decision.round.idea
    assert "genuine and in force" in said(client, brief, "en")["file"]
    answered(brief, cast, "overturned")
    brief.refresh_from_db()
    assert brief.in_force, "it is the decision's one brief still"
    for language in LANGUAGES:
        texts = said(client, brief, language)
        for place, text in texts.items():
            assert OVERTURNED[language] in text, (language, place)
            assert f"{brief.number}-2" not in text
        assert f">{TITLES[language][0]}</h1>" in texts["file"]
        assert TITLES[language][1] in texts["address"]
        assert f">{STANDS_NO_MORE['overturned'][language]}</p>" in texts["address"]
        for place in ("file", "address"):
            assert IN_FORCE[language] not in texts[place], "nothing green beside it"
    with clock.moved(moment(9)):
        run_jobs()
        stage.all_vote(play.round_of(idea))
        again = play.decide(idea, cast.dga, "go")
        run_jobs()
    newer = Brief.objects.get(decision=again)
    assert newer.number == f"{brief.number}-2"
    for language in LANGUAGES:
        for text in said(client, brief, language).values():
            assert OVERTURNED[language] in text
            assert LATER[language].format(number=newer.number) in text
            assert REASONS not in text
    for text in said(client, newer, "en").values():
        assert "Since then" not in text
    assert "genuine and in force" in said(client, newer, "en")["file"]


def test_a_stop_that_was_upheld_stands(client: Client, run_jobs: Run) -> None:
    cast, brief = stopped(run_jobs)
    answered(brief, cast, "upheld")
    texts = said(client, brief, "en")
    assert "genuine and in force" in texts["file"]
    assert IN_FORCE["en"] in texts["address"]
    assert not any("Since then" in text or "no longer stands" in text for text in texts.values())


def test_a_merge_that_was_undone_is_said_to_be(client: Client, run_jobs: Run) -> None:
    with clock.moved(moment(2)):
        cast = Cast()
        other = play.another_team(cast)
        target = play.submit(other, title="Un prêt de vélos entre services")
        run_jobs()
        play.pass_g0(target, other)
        idea = play.submit(cast)
        run_jobs()
        decision = play.pass_g0(idea, cast, "merge", target=target)
        run_jobs()
    brief = Brief.objects.get(decision=decision)
    assert "genuine and in force" in said(client, brief, "en")["file"]
    with clock.moved(moment(4)):
        actions.undo_merge(
            idea=idea.key, by=act(cast.lead), reasons="Les deux équipes ne visent pas les mêmes trajets."
        )
    for language in LANGUAGES:
        texts = said(client, brief, language)
        for place, text in texts.items():
            assert UNDONE[language] in text, (language, place)
        assert f">{STANDS_NO_MORE['undone'][language]}</p>" in texts["address"]
    # Merged again: of the first decision that it was undone stays true, and no more than its successor is told.
    with clock.moved(moment(5)):
        run_jobs()
        second = play.pass_g0(idea, cast, "merge", target=target)
        run_jobs()
    assert "undone" not in said(client, Brief.objects.get(decision=second), "en")["file"]
    first = said(client, brief, "en")["address"]
    assert UNDONE["en"] in first
    assert LATER["en"].format(number=f"{brief.number}-2") in first
    assert target.title not in first


def test_a_decision_that_another_followed_at_its_gate_names_it(client: Client, run_jobs: Run) -> None:
    with clock.moved(moment(2)):
        cast = Cast()
        idea = play.submit(cast)
        run_jobs()
        decision = play.pass_g0(idea, cast, "rework")
        run_jobs()
    brief = Brief.objects.get(decision=decision)
    assert "genuine and in force" in said(client, brief, "en")["file"]
    with clock.moved(moment(3)):
        actions.resubmit(idea=idea.key, by=act(cast.author))
        run_jobs()
        play.pass_g0(idea, cast)
        run_jobs()
    for language, title in (
        ("en", "This brief is genuine, and a later decision followed it"),
        ("fr", "Ce relevé est authentique, et une décision ultérieure l’a suivi"),
    ):
        texts = said(client, brief, language)
        assert f">{title}</h1>" in texts["file"]
        for text in texts.values():
            assert LATER[language].format(number=f"{brief.number}-2") in text


def test_what_became_of_a_decision_is_read_in_few_queries(
    client: Client, run_jobs: Run, at_most: Callable[[int], Any]
) -> None:
    cast, brief = stopped(run_jobs)
    answered(brief, cast, "overturned")
    with at_most(2):
        client.get(f"/verify/{brief.token}")
    with at_most(2):
        asked(client, document_of(brief))
