"""The signed monthly list: it names nobody, and shows a chain cut or rewritten since, and a brief changed since."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from incubator.events.actions import Subject, append
from incubator.events.models import Event
from incubator.events.rules import canonical, sha256, subject_sha256
from incubator.lib import clock, files
from incubator.lib.seals.configuration import SealSettings
from incubator.messages.models import Message
from incubator.people.actors import Actor
from incubator.people.models import Person
from tests.briefs.checked import terminal
from tests.briefs.decided import triggers_silenced
from tests.briefs.seals import sealed, small_pdf
from tests.journey import cast as play
from tests.journey.cast import Cast
from workflows.briefs import actions as briefs
from workflows.briefs.checking import lists
from workflows.briefs.models import Brief, MaskedBrief

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_briefs")]
NOVEMBER = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)


@pytest.fixture
def listed(
    settings: Any, tmp_path: Path, city_seal: SealSettings, run_jobs: Callable[..., list[str]]
) -> Path:
    """The list of a month in which an idea was admitted."""
    settings.MEDIA_ROOT = tmp_path / "files"
    with clock.moved(NOVEMBER):
        cast = Cast()
        idea = play.submit(cast)
        run_jobs()
        play.pass_g0(idea, cast)
        run_jobs()
    out = tmp_path / "2026-11.json"
    call_command("publish_brief_list", month="2026-11", out=str(out), stdout=io.StringIO())
    return out


def verified(listed: Path) -> tuple[int, str]:
    said = io.StringIO()
    try:
        call_command("verify_brief_list", str(listed), stdout=said)
    except SystemExit as ended:
        return int(str(ended.code)), said.getvalue()
    return 0, said.getvalue()


def chain() -> Any:
    return Event.objects.filter(subject_kind="idea").order_by("sequence")


def tampered(statement: str, values: list[Any]) -> None:
    """What whoever owns the database can do: the triggers set aside."""
    with triggers_silenced(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_list_holds_hashes_and_ends_of_chains_and_names_nobody(listed: Path) -> None:
    content = json.loads(listed.read_bytes())
    brief, last = Brief.objects.get(), chain().last()
    assert content["month"] == "2026-11"
    assert content["briefs"] == [brief.sha256]
    row = {"subject": subject_sha256("idea", last.subject_key), "head": last.hash}
    assert row in content["chains"], "and not of how many events: some are hidden from those who read it"
    text = listed.read_text()
    persons = Event.objects.filter(subject_kind="person").values_list("subject_key", flat=True)
    for kept_back in (brief.number, brief.token, str(last.subject_key), brief.decision.decider.family_name):
        assert kept_back not in text
    assert not any(subject_sha256("person", key) in text for key in persons)
    assert lists.made_for("2026-11") == listed.read_bytes()
    assert json.loads(lists.made_for("2026-12"))["briefs"] == []


def test_a_database_that_stands_as_published_is_said_to(listed: Path) -> None:
    code, said = verified(listed)
    assert code == 0
    assert "1 briefs" in said
    assert "0 differ" in said


def test_a_chain_that_goes_on_still_stands(listed: Path) -> None:
    subject = Subject("idea", chain().last().subject_key)
    with transaction.atomic():
        append(subject=subject, verb="noted", by=Actor(person=Person.objects.earliest("pk")))
    assert verified(listed)[0] == 0


def test_a_chain_that_was_cut_is_seen(listed: Path) -> None:
    last = chain().last()
    Message.objects.all().delete()  # they point to the events
    tampered("delete from events_event where id = %s", [last.pk])
    code, said = verified(listed)
    assert code == 1
    assert f"chain cut or rewritten: {subject_sha256('idea', last.subject_key)}" in said


def test_a_chain_that_is_gone_is_seen(listed: Path) -> None:
    key = chain().last().subject_key
    Message.objects.all().delete()
    tampered("delete from events_event where subject_key = %s", [key])
    assert f"chain cut or rewritten: {subject_sha256('idea', key)}" in verified(listed)[1]


def test_a_chain_rewritten_with_its_hashes_is_seen(listed: Path) -> None:
    """Whoever can compute every hash anew has a chain that is whole, and not the one that was published."""
    from incubator.events import queries
    from incubator.events.rules import HASHED, event_hash

    rows = list(chain().values("id", *HASHED))
    previous = ""
    for row in rows:
        row |= {"verb": "praised" if row["sequence"] == 2 else row["verb"], "previous_hash": previous}
        previous = event_hash(row)
        tampered(
            "update events_event set verb = %s, previous_hash = %s, hash = %s where id = %s",
            [row["verb"], row["previous_hash"], previous, row["id"]],
        )
    assert queries.verify().broken == []
    code, said = verified(listed)
    assert code == 1
    assert "chain cut or rewritten" in said


def test_a_list_of_another_version_is_not_read_as_this_one(listed: Path, city_seal: SealSettings) -> None:
    content = json.loads(listed.read_bytes())
    assert verified(listed)[0] == 0
    for kind in ("travee.brief-list", "travee.brief-list:3"):
        signed(listed, canonical(content | {"kind": kind}), city_seal)
        with pytest.raises(CommandError, match="not a list of briefs"):
            verified(listed)


def signed(place: Path, content: bytes, key: SealSettings) -> None:
    from incubator.lib.seals.sealing import sign_detached

    place.write_bytes(content)
    Path(f"{place}.p7s").write_bytes(sign_detached(content, key=key, at=NOVEMBER))


def test_masked_copies_and_replaced_editions_are_in_the_list_too(
    listed: Path, city_seal: SealSettings, run_jobs: Callable[..., list[str]], tmp_path: Path
) -> None:
    brief = Brief.objects.get()
    copies = [sealed(small_pdf(f"Copie {number}"), city_seal).document for number in (1, 2)]
    with clock.moved(NOVEMBER):
        for number, copy in enumerate(copies):
            briefs.keep_masked(brief, [f"Passage {number}"], copy)
        by = Actor(person=brief.decision.decider)
        briefs.correct(brief=brief.key, reason="La date de l’avis était fausse.", by=by)
        run_jobs()
    signed(listed, lists.made_for("2026-11"), city_seal)
    assert {brief.sha256, *map(sha256, copies)} < set(json.loads(listed.read_bytes())["briefs"])
    assert len(json.loads(listed.read_bytes())["briefs"]) == 4
    assert verified(listed)[0] == 0
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(copies[0])
    assert (
        "  in the list"
        in terminal("--certificate", city_seal.certificates, "--list", str(listed), str(copy)).stdout
    )
    MaskedBrief.objects.all().delete()
    assert verified(listed)[1].count("brief missing or changed") == 2


def test_a_brief_exchanged_is_seen(listed: Path) -> None:
    brief = Brief.objects.get()
    other = files.put(small_pdf("Autre"))
    tampered("update workflows_brief set sha256 = %s where id = %s", [other, brief.pk])
    assert f"brief missing or changed: {brief.sha256}" in verified(listed)[1]


def test_a_list_that_was_changed_or_signed_by_another_is_refused(
    listed: Path, settings: Any, other_key: SealSettings, tmp_path: Path
) -> None:
    listed.write_bytes(listed.read_bytes().replace(b"2026-11", b"2026-10"))
    with pytest.raises(CommandError, match="not what was signed"):
        call_command("verify_brief_list", str(listed))
    settings.SEAL = other_key
    stranger = tmp_path / "stranger.json"
    call_command("publish_brief_list", month="2026-11", out=str(stranger), stdout=io.StringIO())
    with pytest.raises(CommandError, match="not signed by this city"):
        call_command("verify_brief_list", str(stranger))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_brief_list", str(tmp_path / "nowhere.json"))


def test_a_list_asks_for_a_seal_and_a_month(settings: Any, city_seal: SealSettings, tmp_path: Path) -> None:
    out = str(tmp_path / "list.json")
    with pytest.raises(CommandError, match="no month"):
        call_command("publish_brief_list", month="November", out=out)
    settings.SEAL = SealSettings()
    with pytest.raises(CommandError, match="no seal"):
        call_command("publish_brief_list", month="2026-11", out=out)
    assert not Path(out).exists()


def test_the_month_before_is_the_one_meant() -> None:
    with clock.moved(datetime(2027, 1, 3, 12, tzinfo=UTC)):
        assert lists.last_month() == "2026-12"
    since, until = lists.month_of("2026-12")
    assert (since.isoformat(), until.isoformat()) == (
        "2026-12-01T00:00:00+01:00",
        "2027-01-01T00:00:00+01:00",
    )


def test_a_terminal_checks_a_list_and_looks_a_brief_up_in_it(
    listed: Path, city_seal: SealSettings, tmp_path: Path
) -> None:
    brief, other = tmp_path / "brief.pdf", tmp_path / "other.pdf"
    brief.write_bytes(files.read(Brief.objects.get().sha256))
    other.write_bytes(small_pdf("Autre"))
    known = ["--certificate", city_seal.certificates, "--list", str(listed)]
    done = terminal(*known, str(brief))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "signed by Sceau de la ville, and unchanged since" in done.stdout
    assert "  in the list" in done.stdout
    done = terminal(*known, str(other))
    assert done.returncode == 1
    assert "not in the list" in done.stdout
    listed.write_bytes(listed.read_bytes() + b" ")
    done = terminal(*known)
    assert done.returncode == 1
    assert "changed after it was signed" in done.stdout
