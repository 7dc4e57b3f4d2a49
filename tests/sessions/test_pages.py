"""The pages of a session: what each person reads, which acts they have, how many statements that takes."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ideas.access import access
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.pdf_answer import POLICY
from incubator.people.actions import note_private_link
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.factories import AbsenceFactory, PersonFactory, SeatFactory, TeamMemberFactory
from tests.gates.stage import signed_in, texts
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates.models import Decision, GateRound
from workflows.sessions import actions
from workflows.sessions.models import RoomVote, SelectionSession, SessionMember

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]


@pytest.fixture
def jury() -> Jury:
    return Jury()


def page(person: Person, session: SelectionSession, status: int = 200) -> str:
    response = signed_in(person).get(reverse("session", args=[session.key]))
    assert response.status_code == status
    return texts(response.content.decode())


def send(reader: Person, session: SelectionSession, name: str, /, **sent: Any) -> Any:
    address = reverse("session-act", args=[session.key, name])
    return signed_in(reader).post(address, {"request_key": new_key()} | sent)


def author_of(idea: Any) -> Person:
    found: Person = idea.team.get(role="author").person
    return found


def offered(session: SelectionSession, person: Person) -> set[str]:
    """The ideas, by key, that the page asks this person to decide."""
    found = signed_in(person).get(reverse("session", args=[session.key])).content.decode()
    return set(re.findall('name="line" value="([^"]+)"', found))


def test_a_decider_too_close_to_one_idea_decides_the_others(jury: Jury) -> None:
    near = stage.at_selection(jury, title="Un vélo-cargo")
    stage.at_selection(jury)
    note_private_link(other=author_of(near), by=act(jury.dga))
    other = PersonFactory(employed=True, mandate="dga")
    session = stage.settled(jury, [4, 3])
    first, second = (str(line.idea.key) for line in stage.lines(session))
    assert offered(session, jury.dga) == {second}
    assert "Une idée relève de la décision d’une autre personne" in page(jury.dga, session)
    assert offered(session, other) == {first, second}
    sent = {"line": second, f"{second}-outcome": "go", f"{second}-reasons": stage.REASONS}
    assert send(jury.dga, session, "decide", **sent).status_code == 302
    assert offered(session, jury.dga) == set()
    assert offered(session, other) == {first}


def test_ideas_that_entered_under_other_rules_are_decided_by_whom_these_name(jury: Jury) -> None:
    for _ in range(2):
        stage.at_selection(jury)
    dgs = PersonFactory(employed=True, mandate="dgs")
    changed = GateRound.objects.filter(gate="G1").order_by("-idea__number").first()
    assert changed is not None
    changed.rules["decider"] = "dgs"
    changed.save()
    session = stage.settled(jury, [4, 3])
    first, second = (str(line.idea.key) for line in stage.lines(session))
    asked = WorkItem.objects.filter(verb="decide_session", closed_at=None)
    assert {item.person for item in asked} == {jury.dga, dgs}
    assert (offered(session, jury.dga), offered(session, dgs)) == ({first}, {second})


def test_a_lead_prepares_a_session_from_its_call(jury: Jury) -> None:
    stage.at_selection(jury)
    client, address = signed_in(jury.lead), reverse("session-of-call", args=[jury.call.key])
    assert "Préparer une séance" in client.get(address).content.decode()
    day = clock.today() + timedelta(days=10)
    sent = {
        "gate": "G1",
        "held_on": day,
        "held_time": "09:30",
        "venue": "Salle du conseil",
        "heard": 7,
        "quorum": 2,
    }
    sent |= {"hearing_minutes": 20, "threshold": "2", "tie_1": "chair", "tie_2": "opinion", "tie_3": ""}
    sent |= {"waiting_until": day + timedelta(days=90)}
    refused = client.post(address, sent | {"heard": 1, "request_key": new_key()})
    assert refused.status_code == 422
    assert "autant d’idées" in refused.content.decode()
    made = client.post(address, sent | {"request_key": new_key()})
    session = SelectionSession.objects.get()
    assert made["Location"] == reverse("session", args=[session.key])
    assert session.rules["ties"] == ["chair", "opinion"]
    assert client.get(address)["Location"] == made["Location"]
    assert send(jury.lead, session, "member", person="999").status_code == 422
    assert (
        send(jury.lead, session, "member", person=jury.members[0].staff_number, chair="on").status_code == 302
    )
    assert signed_in(jury.members[1]).get(address).status_code == 403


def test_who_reads_a_session(jury: Jury) -> None:
    """A team reads its own hearing and nothing of the others; a stranger nothing at all."""
    ideas = [
        stage.at_selection(jury, 4, title="Un vélo-cargo"),
        stage.at_selection(jury, 3, title="Un four commun"),
    ]
    session = stage.live(jury, heard=2)
    own = page(author_of(ideas[0]), session)
    assert "Un vélo-cargo" in own
    assert "Un four commun" not in own
    for inside in (jury.lead, jury.dga, jury.members[2]):
        assert "Un four commun" in page(inside, session)
    stranger = PersonFactory(employed=True)
    page(stranger, session, 404)
    assert send(stranger, session, "settle").status_code == 404
    assert send(jury.lead, session, "nothing").status_code == 404


def test_a_team_that_is_not_heard_reads_nothing_before_its_decision(jury: Jury) -> None:
    stage.at_selection(jury, 4)
    other = stage.at_selection(jury, 3)
    session = stage.live(jury, heard=2)
    SelectionSession.objects.update(rules=session.rules)
    session.lines.filter(idea=other).update(hearing_at=None)
    page(author_of(other), session, 404)


def test_levels_are_given_with_one_press_and_nobody_reads_anothers(jury: Jury) -> None:
    idea = stage.at_selection(jury)
    session = stage.live(jury)
    first, second = jury.members[1], jury.members[2]
    assert "ont voté" not in page(first, session)
    sent = send(first, session, "vote", idea=idea.key, level="4")
    assert sent["Location"].endswith(f"#idea-{idea.key}")
    assert "1 sur 3 ont voté" in page(first, session)
    assert "ont voté" not in page(second, session)
    assert "1 sur 3 ont voté" in page(jury.lead, session)
    send(first, session, "vote", idea=idea.key, level="abstain")
    assert RoomVote.objects.get(in_force=True).level is None
    assert send(second, session, "vote", idea=idea.key, level="9").status_code == 422
    member = SessionMember.objects.get(person=second)
    send(second, session, "out", idea=idea.key, member=member.key)
    assert "vous n’êtes pas dans la salle" in page(second, session)
    assert send(second, session, "vote", idea=idea.key, level="3").status_code == 403


def test_from_the_reasons_noted_to_the_decision_and_the_closing(
    jury: Jury, run_jobs: Callable[..., Any]
) -> None:
    ideas = [stage.at_selection(jury) for _ in range(3)]
    session = stage.live(jury)
    stage.all_vote(session, jury, [4, 4, 1])
    noted = {f"{ideas[2].key}-reasons": stage.REASONS, f"{ideas[2].key}-criterion": "value"}
    noted |= {f"{ideas[2].key}-learning": "La demande existe."}
    assert send(jury.lead, session, "reasons", idea=ideas[2].key, **noted).status_code == 302
    assert send(jury.lead, session, "settle").status_code == 302
    shown = signed_in(jury.dga).get(reverse("session", args=[session.key])).content.decode()
    assert stage.REASONS in shown
    sent = {"line": [idea.key for idea in ideas], **noted, f"{ideas[2].key}-outcome": "stop"}
    sent |= {f"{idea.key}-outcome": "go" for idea in ideas[:2]}
    refused = send(jury.dga, session, "decide", **sent)
    assert refused.status_code == 422
    assert stage.REASONS in refused.content.decode()
    assert not Decision.objects.filter(issued_at__isnull=False).exists()
    sent |= {f"{idea.key}-reasons": stage.REASONS for idea in ideas}
    assert send(jury.dga, session, "decide", **sent).status_code == 302
    assert send(jury.lead, session, "close").status_code == 409
    run_jobs()
    assert send(jury.lead, session, "close").status_code == 302
    assert "close" in page(jury.members[0], session)


def test_calendar_and_documents(jury: Jury, run_jobs: Callable[..., Any]) -> None:
    import icalendar

    ideas = [stage.at_selection(jury, title="Un vélo-cargo"), stage.at_selection(jury, title="Un four")]
    session = stage.live(jury, heard=2)
    calendar = reverse("session-calendar", args=[session.key])
    for person, count in ((jury.members[0], 3), (author_of(ideas[0]), 1)):
        file = icalendar.Calendar.from_ical(signed_in(person).get(calendar).content)
        assert len(file.events) == count
        assert file.events[-1].decoded("dtend") - file.events[-1].decoded("dtstart") == timedelta(minutes=20)
    agenda = reverse("session-document", args=[session.key, "agenda"])
    assert signed_in(jury.lead).get(agenda).status_code == 202
    run_jobs()
    lead, kept = signed_in(jury.lead), f"{agenda}/download"
    assert f'href="{kept}"' in lead.get(reverse("session", args=[session.key])).text
    for address, way in ((kept, "attachment"), (agenda, "inline")):
        made = lead.get(address)
        assert made.headers["Content-Disposition"].startswith(f"{way}; ")
        assert f"-G1-{session.held_at.date().isoformat()}.pdf" in made.headers["Content-Disposition"]
        assert made.headers["Content-Security-Policy"] == POLICY
        html = b"".join(made.streaming_content).decode()
    assert "Un vélo-cargo" in html
    assert str(author_of(ideas[0])) not in html
    outside = signed_in(author_of(ideas[0]))
    assert {outside.get(address).status_code for address in (agenda, kept)} == {404}


def test_minutes_name_no_vote_and_no_one_who_stepped_out(jury: Jury, run_jobs: Callable[..., Any]) -> None:
    idea = stage.at_selection(jury)
    session = stage.live(jury)
    member = SessionMember.objects.get(person=jury.members[2])
    actions.step_out(session_key=session.key, idea_key=idea.key, member_key=member.key, by=act(jury.lead))
    for person in jury.members[:2]:
        actions.vote_in_room(session_key=session.key, idea_key=idea.key, level=3, by=act(person))
    actions.settle(session_key=session.key, by=act(jury.lead))
    stage.decide_all(session, jury)
    run_jobs()
    actions.close(session_key=session.key, by=act(jury.lead))
    run_jobs()
    made = signed_in(jury.lead).get(reverse("session-document", args=[session.key, "minutes"]))
    said = texts(b"".join(made.streaming_content).decode())
    assert "1 membre s’est déporté" in said
    assert said.count(str(jury.members[2])) == 1  # among those present


@pytest.mark.parametrize("state", ["live", "settled"])
def test_the_page_takes_as_many_statements_with_three_ideas_as_with_one(
    jury: Jury, at_most: Any, state: str
) -> None:
    stage.at_selection(jury)
    session = stage.live(jury, heard=5)
    if state == "settled":
        stage.all_vote(session, jury, [3])
        actions.settle(session_key=session.key, by=act(jury.lead))
    clients: list[tuple[Client, int]] = [(signed_in(jury.lead), 30), (signed_in(jury.dga), 30)]
    counts = [_counted(client, session) for client, _most in clients]
    line = session.lines.get()
    for _number in range(2):
        idea = stage.at_selection(jury)
        line.pk, line.idea, line.rank = None, idea, None
        line.round = idea.rounds.get(gate="G1")
        line.save()
    for (client, most), count in zip(clients, counts, strict=True):
        assert count <= most
        with at_most(count):
            client.get(reverse("session", args=[session.key]))


def _counted(client: Client, session: SelectionSession) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(reverse("session", args=[session.key]))
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("session", args=[session.key]))
    return len(captured)


def test_the_page_shows_a_panel_s_opinion_to_no_seat_of_it_that_has_not_opened_the_votes(jury: Jury) -> None:
    """A cancelled session gives the votes back to the panels: what was read here would tell how the others voted."""
    idea, other = stage.at_selection(jury, 4), stage.at_selection(jury, 2)
    member, deputy = jury.members[1], jury.members[2]
    seat = SeatFactory(round=idea.rounds.get(gate="G1"), person=member)
    AbsenceFactory(person=member, deputy=deputy)
    session = stage.prepared(jury)
    actions.convene(session_key=session.key, by=act(jury.lead))
    for cancelled in (False, True):
        if cancelled:
            actions.cancel(session_key=session.key, by=act(jury.lead))
        for person in (member, deputy):
            assert opinions(person, session) == {other.reference}
        assert opinions(jury.members[0], session) == {idea.reference, other.reference}
    seat.others_opened_at = clock.now()
    seat.save()
    assert opinions(member, session) == {idea.reference, other.reference}


def test_the_page_shows_no_opinion_to_who_steps_out_or_was_in_the_team(jury: Jury) -> None:
    idea, other = stage.at_selection(jury, 4), stage.at_selection(jury, 4)
    session = stage.live(jury)
    member = SessionMember.objects.get(person=jury.members[2])
    actions.step_out(session_key=session.key, idea_key=idea.key, member_key=member.key, by=act(jury.lead))
    assert opinions(member.person, session) == {other.reference}
    TeamMemberFactory(idea=other, person=jury.dga)
    assert opinions(jury.dga, session) == {idea.reference}


def opinions(person: Person, session: SelectionSession) -> set[str]:
    """The numbers of the ideas whose opinion this person's page shows."""
    shown = signed_in(person).get(reverse("session", args=[session.key])).context["lines"]
    return {line["number"] for line in shown if line["opinion"]}


def test_in_english(jury: Jury) -> None:
    jury.lead.language = "en"
    jury.lead.save()
    stage.at_selection(jury)
    session = stage.live(jury)
    response = signed_in(jury.lead).get(
        reverse("session", args=[session.key]), headers={"accept-language": "en"}
    )
    assert "Rules stated beforehand" in response.content.decode()


def test_members_read_what_they_hear_and_deciders_are_told_to_wait(jury: Jury) -> None:
    """An elected guest reads the confidential idea that is heard, and only it."""
    guest = PersonFactory(guest=True, mandate="elected")
    heard, other = stage.at_selection(jury, confidential=True), stage.at_selection(jury, choice="not_now")
    session = stage.prepared(jury)
    actions.call_member(session_key=session.key, person=guest, by=act(jury.lead))
    assert not access().may_read(guest, heard)
    actions.convene(session_key=session.key, by=act(jury.lead))
    assert access().may_read(guest, heard)
    assert not access().may_read(guest, other)
    shown = signed_in(jury.dga).get(reverse("decide", args=[other.rounds.get(gate="G1").key]))
    assert "une fois la liste arrêtée" in shown.content.decode()
