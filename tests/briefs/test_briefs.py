"""From a decision to its one brief: the record, the job, the page."""

import io
import json
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from jsonschema import Draft202012Validator
from pypdf import PdfReader

from incubator.events.models import Event
from incubator.events.rules import canonical, sha256
from incubator.lib import files
from incubator.lib.pdf_answer import POLICY
from incubator.lib.pdf_process import PdfFailed, render_in_process
from incubator.people.actors import Actor
from incubator.people.models import Mandate
from tests.briefs.decided import (
    ISSUED,
    VOTERS,
    condition,
    decided,
    decider,
    submitted_idea,
    triggers_silenced,
)
from tests.briefs.quick import laid_out_quickly
from tests.factories import MandateFactory, PersonFactory
from workflows.briefs import actions, gathering, jobs, queries, rules
from workflows.briefs import replay as briefs_replay
from workflows.briefs.document import attached, html_of, stylesheet
from workflows.briefs.models import Brief
from workflows.briefs.public import as_bytes, commitment, differences, replayed
from workflows.briefs.record import LONGEST_TEXT, from_data
from workflows.briefs.views import SCHEMA
from workflows.gates import rules as gate_rules
from workflows.gates.models import Decision, ExpertQuestion

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def prepared(decision: Decision) -> Brief:
    with transaction.atomic():
        return actions.prepare(decision=decision, by=Actor(person=decision.decider))


def test_the_record_holds_what_was_decided_and_by_which_mandate() -> None:
    idea = submitted_idea()
    record = gathering.record_of(decided(idea))
    assert record.number == f"2026-{idea.number}-G1"
    assert (record.outcome, record.reasons) == ("go", "Le besoin est **réel** et mesuré.")
    assert (record.decider.name, record.decider.reference) == ("Hélène Marchetti-Roux", "Arrêté n° 2026-118")
    assert record.decider.since == date(2026, 3, 2)
    assert record.decided_at == ISSUED
    assert record.decided_at.utcoffset() is not None
    assert (record.title, record.content_version) == (idea.title, 1)
    assert re.fullmatch("[0-9a-f]{64}", record.content_sha256)
    assert record.letterhead.entity == "Ville de Port-Aubert"


@pytest.mark.parametrize("capacity", Mandate.Capacity.values)
def test_who_signed_is_named_with_a_capacity_that_guesses_no_gender(capacity: str) -> None:
    holder = PersonFactory()
    MandateFactory(holder=holder, capacity=capacity)
    signed = gathering.record_of(decided(submitted_idea(), decider=holder)).decider
    assert signed.name == holder.get_full_name()
    assert re.search(r"\bou\b", signed.capacity) is None


def test_a_capacity_in_the_place_of_a_name_begins_as_a_name() -> None:
    idea = submitted_idea(language="en")
    holder = PersonFactory()
    MandateFactory(holder=holder, capacity="director")
    decision = decided(idea, decider=holder)
    with patch.object(gathering.signing, "decider_points_to_team", return_value=True):
        assert gathering.record_of(decision).decider.name == "Director"


def test_the_record_gives_answers_by_criterion_sorted_and_no_name_of_a_voter() -> None:
    record = gathering.record_of(decided(submitted_idea()))
    assert record.opinion is not None
    assert (record.opinion.go, record.opinion.go_if, record.opinion.not_now, record.opinion.abstained) == (
        1,
        2,
        1,
        1,
    )
    assert record.criteria[0].levels == (1, 2, 3, 4)
    assert record.criteria[0].mean == "2.50"
    assert record.criteria[0].reason == "Onze débordements en un an."
    said = str(record.as_data())
    assert not [name for name in VOTERS if name in said]
    assert "Je connais bien" not in said


def test_no_author_is_named_not_even_as_the_owner_of_a_condition() -> None:
    author = PersonFactory(given_name="Maëlle", family_name="Le Goff")
    other = PersonFactory(given_name="Paul", family_name="Kerval", employed=True)
    decision = decided(submitted_idea(author=author), outcome="go_with_conditions")
    condition(decision, author)
    condition(decision, other)
    record = gathering.record_of(decision)
    assert "Le Goff" not in str(record.as_data())
    assert {item.owner for item in record.conditions} >= {"L’équipe de l’idée"} or "The idea’s team" in {
        item.owner for item in record.conditions
    }
    assert any(item.owner.startswith("Paul Kerval, ") for item in record.conditions)


@pytest.mark.parametrize(("outcome", "answers"), [("go", 1), ("stop", 1), ("redirect", 0)])
def test_what_experts_said_of_where_an_idea_belongs_is_in_no_brief(outcome: str, answers: int) -> None:
    handed: dict[str, Any] = {"redirect_to": "hr", "consented_by": PersonFactory(), "consented_at": ISSUED}
    decision = decided(submitted_idea(), outcome=outcome, **(handed if outcome == "redirect" else {}))
    ExpertQuestion.objects.create(
        round=decision.round,
        expert=PersonFactory(),
        question="À qui cela revient-il ?",
        asked_by=PersonFactory(),
        asked_at=ISSUED,
        due_at=ISSUED,
        answer="À la conseillère de prévention.",
        answered_by=PersonFactory(),
        answered_at=ISSUED,
    )
    record = gathering.record_of(decision)
    assert len(record.experts) == answers
    assert ("prévention" in str(record.as_data())) is bool(answers)


@pytest.mark.parametrize("gate", ["G0", "G3"])
def test_a_gate_without_a_panel_has_no_opinion(gate: str) -> None:
    record = gathering.record_of(decided(submitted_idea(), gate))
    assert record.opinion is None
    assert record.criteria == ()
    assert record.must_meets
    assert all(item.what != "round_opened" for item in record.history)


@pytest.mark.parametrize("gate", ["G0", "G1"])
def test_must_meets_stand_in_the_order_of_the_gate(gate: str) -> None:
    decision = decided(submitted_idea(), gate)
    round_ = decision.round
    record = round_.record | {"facts": round_.record["facts"] | {"conditions": True}}
    round_.record = record | {"opinion": gate_rules.opinion(record).as_data()}
    round_.save()
    round_.refresh_from_db()
    decision.round = round_
    asked = [rule["fr"] for rule in round_.rules["must_meet"]]
    said = [item.label for item in gathering.record_of(decision).must_meets]
    assert said == [*asked, "Les conditions du jalon précédent sont remplies"]


def test_the_history_stops_at_the_decision() -> None:
    idea = submitted_idea()
    first = decided(idea, "G0", issued_at=ISSUED.replace(month=10, day=9))
    decided(idea, "G1", decider=first.decider)
    assert [line.what for line in gathering.record_of(first).history] == ["submitted", "decided"]


def test_a_stop_offers_a_reexamination_with_its_day() -> None:
    record = gathering.record_of(decided(submitted_idea(), outcome="stop", learning="Rien n’est perdu."))
    # Ten working days after Thursday 12 November 2026.
    assert next((step.code, step.due_on) for step in record.next_steps) == (
        "reexamination",
        date(2026, 11, 26),
    )
    assert record.learning == "Rien n’est perdu."


def test_asking_for_a_brief_costs_the_deciding_act_two_statements(django_assert_num_queries: Any) -> None:
    idea = submitted_idea()
    decision = decided(idea)
    with transaction.atomic(), django_assert_num_queries(2):
        assert actions.on_decided(idea, Actor(person=decision.decider), decision) == []


def test_the_job_makes_the_brief_ready_once(quick_briefs: list[str], run_jobs: Any) -> None:
    brief = prepared(decided(submitted_idea()))
    assert brief.state == "preparing"
    assert run_jobs() == ["briefs.render"]
    brief.refresh_from_db()
    assert brief.state == "ready"
    assert files.read(brief.sha256).startswith(b"%PDF")
    assert brief.record["number"] == brief.number
    before = (brief.sha256, brief.prepared_at)
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    assert (brief.sha256, brief.prepared_at) == before
    assert len(quick_briefs) == 1


def test_of_two_jobs_at_once_one_makes_it_ready(quick_briefs: list[str]) -> None:
    brief = prepared(decided(submitted_idea()))
    actions.take_serial(brief)
    given = gathering.with_public_record(brief, gathering.record_of(brief.decision, brief))
    assert actions.finish(brief, *given, b"%PDF one") is True
    assert actions.finish(brief, *given, b"%PDF two") is False
    actions.give_up(brief, "time")
    brief.refresh_from_db()
    assert (brief.state, files.read(brief.sha256)) == ("ready", b"%PDF one")


def test_a_decision_rolled_back_leaves_no_brief_and_no_job(run_jobs: Any) -> None:
    decision = decided(submitted_idea())
    with transaction.atomic():
        actions.prepare(decision=decision, by=Actor(person=decision.decider))
        transaction.set_rollback(True)
    assert run_jobs() == []
    assert not Brief.objects.exists()


def test_a_decision_has_one_brief_in_force() -> None:
    decision = decided(submitted_idea())
    prepared(decision)
    with pytest.raises(IntegrityError), transaction.atomic():
        Brief.objects.create(decision=decision, number="x", language="fr", asked_at=ISSUED)


@pytest.mark.parametrize("lacking", [{"sha256": ""}, {"record": None}, {"size": 0}, {"prepared_at": None}])
def test_the_database_refuses_a_ready_brief_without_its_file(
    quick_briefs: list[str], lacking: dict[str, Any]
) -> None:
    brief = prepared(decided(submitted_idea()))
    jobs.render_brief(brief.pk)
    with triggers_silenced(), pytest.raises(IntegrityError), transaction.atomic():
        Brief.objects.filter(pk=brief.pk).update(**lacking)


KEPT = (
    *("state", "number", "edition", "token", "salt", "serial", "series", "decision", "language", "sealed_at"),
    *("sha256", "unsigned_sha256", "record", "record_sha256", "public", "public_sha256", "size"),
)


@pytest.mark.parametrize("name", KEPT)
def test_the_database_refuses_to_change_a_ready_brief(quick_briefs: list[str], name: str) -> None:
    brief, other = (prepared(decided(submitted_idea())) for _ in range(2))
    Brief.objects.filter(pk=brief.pk).update(language="en")  # while it is prepared it may
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    changes = {"record": {}, "public": {}, "series": None, "decision": other.decision, "sealed_at": ISSUED}
    value = changes.get(name, 7 if isinstance(getattr(brief, name), int) else "x")
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        Brief.objects.filter(pk=brief.pk).update(**{name: value})
    assert getattr(refused.value.__cause__, "sqlstate", "") == "TR001"
    Brief.objects.filter(pk=brief.pk).update(in_force=False, masking_tries=1, masking_failure="font")


@pytest.mark.parametrize("statement", ["delete from workflows_brief", "truncate workflows_brief cascade"])
def test_the_database_refuses_to_lose_a_brief(quick_briefs: list[str], statement: str) -> None:
    """One that is not ready, too: its number in the year would be missing."""
    prepared(decided(submitted_idea()))
    with connection.cursor() as cursor:
        # The door that lets tests empty their tables; it is closed everywhere else.
        cursor.execute("set local travee.may_empty = 'off'")
        cursor.execute(
            "set constraints all immediate"
        )  # nothing is truncated while a key waits to be checked
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute(statement)
        cursor.execute("set constraints all deferred")
        cursor.execute("set local travee.may_empty = 'on'")
    assert getattr(refused.value.__cause__, "sqlstate", "") == "TR001"
    assert Brief.objects.count() == 1


def test_a_text_that_cannot_be_laid_out_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[str] = []

    def render(html: str, **_given: Any) -> bytes:
        pages.append(html)
        if len(pages) == 1:
            raise PdfFailed("time")
        return b"%PDF short"

    monkeypatch.setattr(jobs, "render_in_process", render)
    brief = prepared(decided(submitted_idea(), reasons="mot " * 2_000))
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    assert brief.state == "ready"
    assert "[…]" in pages[1]
    assert "[…]" not in pages[0]
    assert brief.record["reasons"] == "mot " * 2_000


def test_a_failure_says_why_and_a_later_try_mends_it(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    def fails(html: str, **_given: Any) -> bytes:
        raise PdfFailed("font")

    monkeypatch.setattr(jobs, "render_in_process", fails)
    decision = decided(submitted_idea())
    brief = prepared(decision)
    with pytest.raises(PdfFailed):  # so that the worker tries again later
        jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    assert (brief.state, brief.failure) == ("failed", "font")
    client.force_login(PersonFactory(language="en"))
    answer = client.get(f"/briefs/{brief.key}")
    assert answer.status_code == 200
    assert "A font of the application is missing." in answer.content.decode()
    monkeypatch.setattr(jobs, "render_in_process", lambda html, **_given: b"%PDF")
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    assert (brief.state, brief.failure) == ("ready", "")


def test_a_full_disk_is_a_failure_that_is_said(
    quick_briefs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(content: bytes) -> str:
        raise OSError(28, "No space left on device")

    brief = prepared(decided(submitted_idea()))
    monkeypatch.setattr(files, "put", full)
    for _ in range(rules.MOST_TRIES):
        with pytest.raises(OSError, match="No space"):
            jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    assert (brief.state, brief.failure, brief.tries) == ("failed", "stopped", rules.MOST_TRIES)
    monkeypatch.undo()
    monkeypatch.setattr(jobs, "render_in_process", lambda html, **_given: b"%PDF")
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    assert (brief.state, brief.serial) == ("ready", 1)


def test_a_worker_that_is_stopped_shortens_no_brief(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def interrupted(html: str, **_given: object) -> bytes:
        asked.append(html)
        raise PdfFailed("interrupted")

    monkeypatch.setattr(jobs, "render_in_process", interrupted)
    brief = prepared(decided(submitted_idea()))
    with pytest.raises(PdfFailed):
        jobs.render_brief(brief.pk)
    assert len(asked) == 1


LONG_REASONS = "réel " * 2_000


def fails_while_whole(monkeypatch: pytest.MonkeyPatch, *reasons: str) -> list[bool]:
    """Try by try whether it was asked with its whole text, which fails for one reason after the other."""
    asked: list[bool] = []

    def render(html: str, **_given: object) -> bytes:
        asked.append(LONG_REASONS.strip() in html)
        if asked[-1]:
            raise PdfFailed(reasons[asked.count(True) - 1])
        return b"%PDF"

    monkeypatch.setattr(jobs, "render_in_process", render)
    return asked


@pytest.mark.parametrize("job", [jobs.render_brief, jobs.mask_brief])
@pytest.mark.parametrize("reasons", [("killed", "killed"), ("late", "late"), ("late", "killed")])
def test_one_that_the_machine_stopped_is_tried_whole_again_before_it_is_shortened(
    monkeypatch: pytest.MonkeyPatch, reasons: tuple[str, ...], job: Any
) -> None:
    """Its memory was full, or it was too busy; so too with the copy, without what is masked, of one that is whole."""
    brief = prepared(decided(submitted_idea(), reasons=LONG_REASONS))
    if job is jobs.mask_brief:
        with monkeypatch.context() as well:
            laid_out_quickly(well)
            jobs.render_brief(brief.pk)
    asked = fails_while_whole(monkeypatch, *reasons)
    passage = type("Row", (), {"text": "nobody"})()
    monkeypatch.setattr(jobs, "passages_of", lambda idea: [passage])
    with pytest.raises(PdfFailed):
        job(brief.pk)
    assert asked == [True]
    job(brief.pk)
    assert asked == [True, True, False], "the same whole text, before it is shortened"
    brief.refresh_from_db()
    assert (brief.state, brief.masking_tries, brief.masking_failure) == ("ready", 0, "")


def test_a_busy_machine_after_another_failure_shortens_nothing_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = fails_while_whole(monkeypatch, "content", "late", "late")
    brief = prepared(decided(submitted_idea(), reasons=LONG_REASONS))
    for _ in range(2):
        with pytest.raises(PdfFailed):
            jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    assert (asked, brief.failure) == ([True, True], "late")
    jobs.render_brief(brief.pk)
    assert asked == [True, True, True, False]


def test_one_that_was_cut_is_made_again_from_its_row_and_says_what_it_prints(
    monkeypatch: pytest.MonkeyPatch, quick_briefs: list[str]
) -> None:
    """Its masked copy is cut too, after the passages are masked: a name that the cut would part is no name to find."""
    name = "Maximilienne"
    reasons = "a" * (LONGEST_TEXT - 5) + f" {name} le dit. " + LONG_REASONS
    quick = jobs.render_in_process
    asked = fails_while_whole(monkeypatch, "time")
    brief = prepared(decided(submitted_idea(), outcome="go_with_conditions", reasons=reasons))
    failing = jobs.render_in_process

    def render(html: str, **given: Any) -> bytes:
        failing(html, **given)
        return quick(html, **given)

    monkeypatch.setattr(jobs, "render_in_process", render)
    jobs.render_brief(brief.pk)
    assert asked == [True, False]
    brief.refresh_from_db()
    record = from_data(brief.record)
    assert (record.shortened, record.reasons) == (True, reasons)
    assert quick_briefs == [html_of(record)]
    printed = reasons[:LONGEST_TEXT] + " […]"
    texts = {row["where"]: row["sha256"] for row in brief.public["texts"]}
    assert texts["reasons"] == sha256(printed)
    assert [one.differences for one in briefs_replay.briefs()] == [[]]
    monkeypatch.setattr(jobs, "passages_of", lambda idea: [type("Row", (), {"text": name})()])
    jobs.mask_brief(brief.pk)
    assert asked == [True, False, False]
    assert "[…]" in quick_briefs[-1]
    assert name[:4] in quick_briefs[0]
    assert name[:4] not in quick_briefs[-1]


def test_the_page_waits_then_gives_the_file(quick_briefs: list[str], client: Client) -> None:
    brief = prepared(decided(submitted_idea()))
    client.force_login(PersonFactory(language="en"))
    waiting = client.get(f"/briefs/{brief.key}")
    assert waiting.status_code == 200
    assert f'href="/briefs/{brief.key}"' in waiting.content.decode()
    assert "being prepared" in waiting.content.decode()
    jobs.render_brief(brief.pk)
    for address, way in ((f"/briefs/{brief.key}", "inline"), (f"/briefs/{brief.key}/download", "attachment")):
        answer = client.get(address)
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith(f"{way}; filename=")
        assert brief.number in answer["Content-Disposition"]
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"].startswith("private")
        assert answer["Content-Security-Policy"] == POLICY, "not the pages' own, which lets more in"
        assert POLICY.startswith("default-src 'none'; ")
        assert not {"script-src", "connect-src", "img-src", "frame-src", "sandbox"} & set(POLICY.split())


def test_a_brief_is_offered_to_be_kept_only_when_there_is_one(
    quick_briefs: list[str], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the page of its idea, which says where it stands otherwise, and on that of its decision."""
    idea = submitted_idea()
    brief = prepared(decided(idea))
    client.force_login(brief.decision.decider)
    pages = [f"/ideas/{idea.key}", reverse("decide", args=[brief.decision.round.key])]

    def said() -> list[str]:
        return [client.get(page, headers={"Accept-Language": "en"}).text for page in pages]

    download = f'href="/briefs/{brief.key}/download"'
    assert not [page for page in said() if download in page]
    assert "being prepared" in said()[0]
    waiting = client.get(f"/briefs/{brief.key}/download", headers={"Accept-Language": "en"})
    assert "being prepared" in waiting.text
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "_rendered", refused)
        with pytest.raises(PdfFailed):
            jobs.render_brief(brief.pk)
    assert not [page for page in said() if download in page]
    assert "could not be produced" in said()[0]
    jobs.render_brief(brief.pk)
    assert [page.count(download) for page in said()] == [1, 1]
    assert [page.count(f'href="/briefs/{brief.key}"') for page in said()] == [1, 1]


def refused(*_given: object, **_more: object) -> bytes:
    raise PdfFailed("font")


def test_a_brief_is_only_for_those_who_may_read_its_idea(quick_briefs: list[str], client: Client) -> None:
    brief = prepared(decided(submitted_idea(confidential=True)))
    addresses = (f"/briefs/{brief.key}", f"/briefs/{brief.key}/download")
    assert {client.get(address).status_code for address in addresses} == {302}
    client.force_login(PersonFactory())
    assert {client.get(address).status_code for address in addresses} == {404}
    assert client.get("/briefs/00000000-0000-4000-8000-000000000000").status_code == 404


def test_the_record_kept_gives_the_same_file_again(run_jobs: Any) -> None:
    """Byte for byte, from the row alone: its record, and the public record it carries."""
    brief = prepared(decided(submitted_idea()))
    run_jobs()
    brief.refresh_from_db()
    record = from_data(brief.record)
    again = render_in_process(
        html_of(record), stylesheet=stylesheet(), attachments=[attached(record, brief.public)]
    )
    assert sha256(again) == brief.sha256
    carried = PdfReader(io.BytesIO(again)).attachments["decision.json"]
    assert [sha256(content) for content in carried] == [brief.public_sha256]


def test_a_brief_carries_its_public_record_and_says_its_fingerprint(
    quick_briefs: list[str], client: Client
) -> None:
    brief = prepared(decided(submitted_idea(), outcome="go_with_conditions"))
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    decision = brief.decision
    assert sha256(as_bytes(brief.public)) == brief.public_sha256
    assert brief.public_sha256 in quick_briefs[0]
    assert brief.public["commitment"] in quick_briefs[0]
    assert decision.round.record_sha256 not in quick_briefs[0], "without its salt it could be guessed"
    assert brief.salt not in quick_briefs[0] + str(brief.public)
    assert commitment(decision.round.record, brief.salt) == brief.public["commitment"]
    event = Event.objects.get(verb="decided")
    assert brief.public["chain"] == {"head": event.hash}
    assert replayed(brief.public).opinion.as_data() == decision.round.record["opinion"]
    assert differences(brief.public) == []
    said = json.dumps(brief.public, ensure_ascii=False)
    assert not [name for name in (*VOTERS, "Marchetti", "2026-118", "mesuré") if name in said]
    schema = client.get(
        "/briefs/schema.json"
    )  # without signing in: whoever holds a brief may read what it says
    assert schema["Content-Type"] == "application/schema+json"
    Draft202012Validator(json.loads(schema.content)).validate(brief.public)


def test_what_briefs_publish_is_replayed_with_the_rounds(quick_briefs: list[str]) -> None:
    brief = prepared(decided(submitted_idea(), outcome="go_with_conditions"))
    prepared(decided(submitted_idea()))  # not made yet: it says nothing
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()

    def said(**changes: Any) -> list[list[str]]:
        with triggers_silenced(), transaction.atomic():
            Brief.objects.filter(pk=brief.pk).update(**changes)
            found = [one.differences for one in briefs_replay.briefs()]
            transaction.set_rollback(True)
        return found

    assert said(edition=1) == [[]]
    panel = brief.public["panel"]
    other = brief.public | {"panel": panel | {"votes": panel["votes"] | {"not_now": 2, "go": 0}}}
    wrong = ["opinion", "permitted", "decision"]
    assert said(public=other) == [["public record", "panel not as kept", *wrong]]
    assert said(public=other, public_sha256=sha256(as_bytes(other))) == [["panel not as kept", *wrong]]
    assert said(salt="00" * 32) == [["commitment not as kept"]]
    assert said(record={}) == [["kept record", "unreadable as kept"]]
    kept = [f"{part} not as kept" for part in brief.public]
    (lost,) = said(public={})
    assert sorted(lost) == sorted(["public record", "outcome", *kept, "unreadable"])


def test_a_public_record_that_was_rewritten_and_holds_is_not_the_one_of_the_record_kept(
    quick_briefs: list[str],
) -> None:
    """Levels raised, the opinion worked out anew, the fingerprint too: it replays, and is another panel's."""
    brief = prepared(decided(submitted_idea(), outcome="go_with_conditions"))
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()

    def said(change: Callable[[dict[str, Any]], None]) -> list[str]:
        public = deepcopy(brief.public)
        change(public)
        again = replayed(public)
        public["opinion"] |= {"score": again.opinion.score, "above_threshold": again.opinion.above_threshold}
        assert differences(public) == [], "by itself it holds"
        with triggers_silenced(), transaction.atomic():
            kept = brief.record | {"public_sha256": sha256(as_bytes(public))}
            changes = {"public": public, "public_sha256": sha256(as_bytes(public)), "record": kept}
            changes["record_sha256"] = sha256(canonical(kept))
            Brief.objects.filter(pk=brief.pk).update(**changes)
            (found,) = [one.differences for one in briefs_replay.briefs()]
            transaction.set_rollback(True)
        return found

    def better(public: dict[str, Any]) -> None:
        public["panel"]["criteria"]["severity"]["levels"] = [4, 4, 4, 4]

    assert said(lambda public: None) == []
    assert said(better) == ["panel not as kept", "opinion not as kept"]
    assert said(lambda public: public["inputs"].update(reworks=1)) == ["inputs not as kept"]
    assert said(lambda public: public["texts"].pop()) == ["texts not as kept"]
    assert said(lambda public: public["chain"].update(head="00" * 32)) == ["chain not as kept"]
    assert said(lambda public: public["decision"].update(capacity="dgs")) == ["decision not as kept"]


def test_replaying_sends_one_query_for_many_briefs(quick_briefs: list[str], at_most: Any) -> None:
    for _ in range(3):
        jobs.render_brief(prepared(decided(submitted_idea(), outcome="go_with_conditions")).pk)
    with at_most(1):
        assert [one.differences for one in briefs_replay.briefs()] == [[]] * 3
    assert [one.name for one in briefs_replay.briefs("nowhere")] == []


def test_only_of_a_programme_or_since_a_day(quick_briefs: list[str]) -> None:
    jobs.render_brief(prepared(decided(submitted_idea(), outcome="go_with_conditions")).pk)
    assert len(list(briefs_replay.briefs())) == 1
    assert list(briefs_replay.briefs("another")) == list(briefs_replay.briefs("", date(2030, 1, 1))) == []


@pytest.mark.parametrize("gate", ["L", "F", "G0", "G1", "G2", "G3", "G4"])
def test_the_public_record_of_every_gate_follows_its_schema(gate: str) -> None:
    brief = prepared(decided(submitted_idea(), gate))
    _record, public = gathering.with_public_record(brief, gathering.record_of(brief.decision, brief))
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(public)
    assert "unreadable" not in differences(public)


def test_a_masked_copy_carries_a_record_of_what_it_prints(quick_briefs: list[str]) -> None:
    brief = prepared(decided(submitted_idea(), reasons="Proposé par Maëlle, et mesuré."))
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    masked = queries.masked_record(brief, ["Maëlle"])
    printed, public = gathering.with_public_record(brief, masked)
    assert printed.public_sha256 == sha256(as_bytes(public)) != brief.public_sha256
    assert public["idea"]["sha256"] == ""
    texts = [{row["where"]: row["sha256"] for row in one["texts"]} for one in (public, brief.public)]
    assert texts[0]["reasons"] != texts[1]["reasons"] == sha256("Proposé par Maëlle, et mesuré.")
    assert public["commitment"] == brief.public["commitment"]


@pytest.mark.parametrize("number", [1, 4])
def test_masking_costs_the_same_for_one_brief_and_for_many(
    quick_briefs: list[str], at_most: Any, number: int
) -> None:
    """What is locked, what is counted anew, the jobs: one statement each."""
    idea = submitted_idea()
    briefs = [prepared(decided(idea, gate)) for gate in ("G1", "G2", "G3", "G4")[:number]]
    for brief in briefs:
        jobs.render_brief(brief.pk)
    waiting = prepared(decided(idea, "G0"))
    Brief.objects.filter(pk__in=[*(brief.pk for brief in briefs), waiting.pk]).update(
        masking_tries=2, masking_failure="font"
    )
    with transaction.atomic(), at_most(3):
        actions.on_masked(idea)
    tries = Brief.objects.filter(decision__round__idea=idea).values_list("pk", "masking_tries")
    assert dict(tries) == {waiting.pk: 2} | {brief.pk: 0 for brief in briefs}
    with connection.cursor() as cursor:
        cursor.execute("select lock from procrastinate_jobs where task_name = 'briefs.mask' order by lock")
        assert {lock for (lock,) in cursor.fetchall()} == {f"brief:{brief.pk}" for brief in briefs}


def test_a_real_brief_is_rendered_kept_and_given_out(client: Client, run_jobs: Any) -> None:
    decision = decided(submitted_idea(), outcome="go_with_conditions", decider=decider())
    condition(decision, PersonFactory(given_name="Paul", family_name="Kerval", employed=True))
    brief = prepared(decision)
    run_jobs()
    client.force_login(PersonFactory())
    document = b"".join(client.get(f"/briefs/{brief.key}").streaming_content)
    pages = PdfReader(io.BytesIO(document)).pages
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    for fact in (
        "Hélène Marchetti-Roux",
        "Arrêté n° 2026-118",
        "Le besoin est réel et mesuré",
        "Paul Kerval",
        brief.number,
    ):
        assert fact in text, fact
    assert not [name for name in VOTERS if name in text]
