"""What only a whole city has: two selection sessions, the short routes, an English brief, changed rules."""

from collections.abc import Callable
from datetime import date, datetime, time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from ideas.drafting.models import Attachment, Idea
from incubator.events import queries as events
from incubator.lib import clock, files
from incubator.people.models import Person
from workflows.briefs.models import Brief
from workflows.demonstration import city
from workflows.demonstration.material import read
from workflows.demonstration.schedule import ZONE
from workflows.gates.models import Configuration, Decision, GateRound
from workflows.gates.replay import replay
from workflows.journey.models import Done, Reexamination
from workflows.sessions.models import SelectionSession, SessionDocument

pytestmark = pytest.mark.django_db
SHOWN = date(2026, 11, 22)
NOW = datetime.combine(SHOWN, time(15), ZONE)


def test_a_whole_city_has_sessions_short_routes_masks_and_changed_rules(
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
    quick_briefs: list[str],
    run_jobs: Callable[..., list[str]],
) -> None:
    from workflows.sessions import jobs

    settings.MEDIA_ROOT = tmp_path

    monkeypatch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: html.encode())
    own = city._fixtures(city.WHOLE)[city.WHOLE :]
    assert own == read("whole")["ideas"]
    monkeypatch.setattr(city, "_fixtures", lambda count: own)
    made = city.found(size=city.Size(300, city.WHOLE), seed=7, until=SHOWN, precedents=False)
    assert made.broke_off == []
    with clock.moved(NOW):
        a_session_is_over()
        short_routes_are_taken()
        files_are_attached()
        rules_have_changed()
        run_jobs()
        the_other_session_is_held(accounts(), run_jobs)
        every_decision_has_its_brief()
    assert [one for one in replay() if one.differences] == []
    assert events.verify().broken == []


def a_session_is_over() -> None:
    """Before any worker runs: its letters are made, one idea waits for a place."""
    session = SelectionSession.objects.get(state="closed")
    results = list(session.lines.order_by("rank").values_list("result", "idea__state"))
    assert results == [
        ("selected", "live"),
        ("selected", "live"),
        ("waiting", "held"),
        ("not_selected", "stopped"),
        ("not_heard", "stopped"),
    ]
    assert session.waiting_until > SHOWN
    for line in session.lines.exclude(result="selected").select_related("round__decision"):
        said = line.round.decision
        assert said.reasons not in said.criterion_reasons.values(), "a criterion's reason is its own"
    letters = Brief.objects.filter(decision__round__session_lines__session=session)
    assert list(letters.values_list("state", flat=True)) == ["ready"] * 5


def short_routes_are_taken() -> None:
    sent_up = Idea.objects.get(service__isnull=False, route="standard")
    assert Decision.objects.get(round__idea=sent_up, round__gate="L").outcome == "stop"
    assert Reexamination.objects.get(idea=sent_up, gate="L").grounds
    assert GateRound.objects.get(gate="L", state="open").idea.route == "local"
    fast = Decision.objects.get(round__gate="F")
    done = Done.objects.select_related("idea", "photo").order_by("pk")
    assert [(one.idea.state, one.photo.content_type) for one in done] == [("in_service", "image/jpeg")] * 2
    assert len({one.line for one in done}) == 2
    assert (fast.outcome, fast.second_capacity, fast.round.idea.stage) == ("go", "director", "pilot")
    assert fast.briefs.get().language == "en"


def files_are_attached() -> None:
    """A picture, a page and a table, as the upload cleans them; the ideas' versions hold them."""
    kept = Attachment.objects.filter(removed_at=None, idea__content__isnull=False)
    assert {name.rpartition(".")[2] for name in kept.values_list("name", flat=True)} == {"jpg", "pdf", "xlsx"}
    assert all(files.read(sha) for sha in kept.values_list("sha256", flat=True))
    shown = Idea.objects.get(title__startswith="Des caisses à outils")
    assert len(shown.content.files) == 2


def rules_have_changed() -> None:
    first, draft = Configuration.objects.order_by("version")
    assert (first.state, draft.state, draft.changed_by == first.changed_by) == ("published", "draft", False)
    running = GateRound.objects.filter(gate="G1", state="open")
    assert {round_.rules["review_in"] for round_ in running} == {12, 15}
    assert first.document["gates"]["G1"]["review_in"] == 12
    assert draft.document["gates"]["G1"]["authors_hidden"] is True


def accounts() -> dict[str, Person]:
    """The persons bin/demo prints, by the beginning of their lines."""
    said = StringIO()
    call_command("demo_accounts", stdout=said)
    found = {}
    for line in said.getvalue().splitlines()[1:]:
        number, label = line.split(maxsplit=1)
        found[label] = Person.objects.filter(staff_number=number).first()
    return {label.split("  ")[0]: person for label, person in found.items() if person is not None}


def the_other_session_is_held(printed: dict[str, Person], run_jobs: Callable[..., list[str]]) -> None:
    """From the room to the letters, with nobody but the printed accounts."""
    session = SelectionSession.objects.get(state="convened")
    lead, chair = printed["Programme lead"], printed["Chair of a selection session"]
    names = ("Member of a selection session", "Expert", "Elected member")
    sitting = [chair, *(printed[name] for name in names)]
    members = {member.person: member for member in session.members.select_related("person")}
    heard = [line.idea for line in session.lines.filter(hearing_at__isnull=False).select_related("idea")]
    a_passage_is_masked(sitting[1])
    act(lead, session, "open")
    for person in sitting:
        act(lead, session, "present", member=members[person].key, present="yes")
        for level, idea in enumerate(heard, start=1):
            act(person, session, "vote", idea=idea.key, level=level)
    act(lead, session, "settle")
    deciding(printed["Deputy director general"], session)
    run_jobs()
    act(lead, session, "close")
    session.refresh_from_db()
    assert session.state == "closed"
    run_jobs()
    assert set(SessionDocument.objects.values_list("state", flat=True)) == {"ready"}


def a_passage_is_masked(reader: Person) -> None:
    idea = Idea.objects.get(passages__text="Nadia Kerbrat")
    page = signed_in(reader).get(f"/ideas/{idea.key}").content.decode()
    assert "Kerbrat" in idea.content.problem
    assert "Kerbrat" not in page
    assert "17 demi-tours" in page


def deciding(person: Person, session: SelectionSession) -> None:
    """What the list proposes, as the page has it filled in, with one criterion for each that does not go on."""
    sent: dict[str, Any] = {"line": []}
    for line in session.lines.filter(left_at=None).select_related("idea", "round"):
        key, outcome = str(line.idea.key), {"selected": "go", "waiting": "hold"}.get(line.result, "stop")
        sent["line"].append(key)
        sent |= {f"{key}-outcome": outcome, f"{key}-reasons": "Le besoin est réel et compté par l’équipe."}
        if outcome != "go":
            sent |= {f"{key}-criterion": line.round.rules["criteria"][0]["key"]}
        if outcome == "hold":
            sent[f"{key}-hold_until"] = session.waiting_until.isoformat()
        if outcome == "stop":
            sent[f"{key}-learning"] = "Compter la gêne d’abord."
    act(person, session, "decide", **sent)


def act(person: Person, session: SelectionSession, name: str, **sent: Any) -> None:
    answer = signed_in(person).post(f"/sessions/{session.key}/{name}", sent)
    assert answer.status_code == 302, answer.content.decode()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def every_decision_has_its_brief() -> None:
    issued = Decision.objects.filter(issued_at__isnull=False)
    ready = Brief.objects.filter(in_force=True, state="ready", decision__in=issued)
    assert ready.count() == issued.count() > 20
