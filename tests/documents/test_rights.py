"""Who may have what on paper: the right of the page it prints, asked each time; masks and hidden names hold."""

import uuid
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from ideas.drafting.models import Idea, MaskedPassage, TeamMember
from incubator.lib import clock
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.briefs.decided import ISSUED, decided, submitted_idea
from tests.documents import stage
from tests.documents.stage import Asked
from tests.factories import AbsenceFactory, PersonFactory, SeatFactory, TeamMemberFactory
from tests.platform.jobs import Run
from tests.platform.kept import kept
from tests.sessions.stage import Jury
from workflows.documents import queries
from workflows.documents.models import Document
from workflows.gates.models import Vote
from workflows.sessions import actions
from workflows.sessions.models import SelectionSession, SessionMember, SteppingOut
from workflows.sponsorship.models import Pledge, TimeRelease

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
Heard = tuple[SelectionSession, Jury]


def convened(_run_jobs: Run) -> Heard:
    return stage.session(2)


@pytest.fixture(scope="module")
def kept_session(request: pytest.FixtureRequest) -> Iterator[Heard]:
    yield from kept(request, convened)


@pytest.fixture
def two_heard(kept_session: Heard) -> Heard:
    return deepcopy(kept_session)


def statuses(client: Client, asked: Asked, person: Person) -> list[int]:
    """Of the page, of asking, of the file, which is the same whether it is read or kept."""
    client.force_login(person)
    key = {"request_key": new_key()}
    download = client.get(f"{asked.path}/download")
    answers = [client.get(asked.path), client.post(asked.path, key), client.get(f"{asked.path}/file")]
    assert download.status_code == answers[-1].status_code
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("kind", [kind for kind in stage.KINDS if kind != "learning"])
def test_nobody_in_particular_has_no_document(client: Client, kind: str) -> None:
    asked = stage.KINDS[kind]()
    assert statuses(client, asked, PersonFactory(employed=True)) == [404, 404, 404]
    assert statuses(client, asked, PersonFactory(is_superuser=True, role="administrator")) == [404, 404, 404]
    assert not Document.objects.exists()


@pytest.mark.parametrize("kind", stage.KINDS)
def test_whoever_has_the_right_asks_and_is_led_back_to_its_page(client: Client, kind: str) -> None:
    asked = stage.KINDS[kind]()
    assert statuses(client, asked, asked.person) == [200, 302, 302]
    assert Document.objects.get().kind == kind


def test_no_such_kind_and_nothing_behind_a_key(client: Client) -> None:
    client.force_login(PersonFactory())
    assert client.get(f"/documents/novel/{uuid.uuid4()}").status_code == 404
    for kind in stage.KINDS:
        assert client.get(f"/documents/{kind}/{uuid.uuid4()}").status_code == 404


def test_a_letter_and_a_receipt_are_the_team_s_while_one_is_of_it(client: Client) -> None:
    asked = stage.letter()
    assert asked.idea is not None
    lead = PersonFactory(employed=True, role="programme_lead", mandate="programme_lead")
    assert statuses(client, asked, lead) == [404, 404, 404]
    co_author = TeamMemberFactory(idea=asked.idea)
    assert statuses(client, asked, co_author.person) == [200, 302, 302]
    TeamMember.objects.filter(pk=co_author.pk).update(left_at=ISSUED)
    assert statuses(client, asked, co_author.person) == [404, 404, 404]
    receipt = Asked("receipt", asked.idea.key, co_author.person)
    assert statuses(client, receipt, co_author.person) == [404, 404, 404]


def test_a_decision_that_is_not_issued_has_no_letter(client: Client) -> None:
    person = stage.author()
    decision = decided(submitted_idea(author=person), outcome="stop", issued_at=None)
    assert statuses(client, Asked("letter", decision.key, person), person) == [404, 404, 404]


def test_a_promise_is_its_parties_while_it_is_in_force(client: Client) -> None:
    asked = stage.promise()
    assert asked.idea is not None
    parties = [asked.idea.team.get().person, PersonFactory(employed=True, role="programme_lead")]
    parties.append(AbsenceFactory(person=asked.person).deputy)
    assert [statuses(client, asked, person) for person in parties] == [[200, 302, 302]] * 3
    Pledge.objects.update(state="withdrawn", ended_at=ISSUED)
    assert [statuses(client, asked, person) for person in [asked.person, *parties]] == [[404, 404, 404]] * 4


def test_a_time_release_is_the_member_s_and_the_director_s_only(client: Client) -> None:
    asked = stage.time_release()
    assert asked.idea is not None
    release = TimeRelease.objects.get()
    assert release.manager is not None
    assert statuses(client, asked, release.director) == [200, 302, 302]
    other = TeamMemberFactory(idea=asked.idea).person
    lead = PersonFactory(employed=True, role="programme_lead")
    for person in (release.manager, other, lead):
        assert statuses(client, asked, person) == [404, 404, 404]
    found = queries.paper(asked.kind, asked.key, release.director)
    assert "Riou" not in str(found.record)
    assert "En juin" not in str(found.record)
    TimeRelease.objects.update(state="refused", signed_by=None)
    assert statuses(client, asked, release.director) == [404, 404, 404]


def test_a_certificate_is_for_oneself_and_names_nobody_else() -> None:
    asked = stage.certificate("co_author")
    record = queries.paper(asked.kind, asked.key, asked.person).record
    assert (record["person_name"], record["role"]) == ("Anne Berthou", "co_author")
    assert "Le Goff" not in str(record)


def test_who_sat_on_a_panel_has_no_certificate(client: Client) -> None:
    asked = stage.certificate()
    assert asked.idea is not None
    voter = asked.idea.rounds.get().seats.first().person
    assert statuses(client, asked, voter) == [404, 404, 404]


def test_who_has_left_a_team_keeps_the_credit_and_who_declined_has_none(client: Client) -> None:
    asked = stage.certificate("helper")
    TeamMember.objects.filter(person=asked.person).update(left_at=ISSUED)
    assert statuses(client, asked, asked.person)[0] == 200
    TeamMember.objects.filter(person=asked.person).update(accepted_at=None, declined_at=ISSUED)
    assert statuses(client, asked, asked.person)[0] == 404


def test_no_certificate_while_a_gate_reads_without_names(client: Client) -> None:
    asked = stage.certificate()
    assert asked.idea is not None
    Idea.objects.filter(pk=asked.idea.pk).update(masked_until_selected=True, stage="review")
    assert statuses(client, asked, asked.person) == [409, 409, 409]
    Idea.objects.filter(pk=asked.idea.pk).update(stage="sponsorship")
    assert statuses(client, asked, asked.person) == [200, 302, 302]


@pytest.mark.parametrize("changes", [{"confidential": True}, {"state": "withdrawn", "holder": "nobody"}])
def test_a_certificate_gives_no_title_that_staff_may_not_read(changes: dict[str, Any]) -> None:
    asked = stage.certificate()
    assert asked.idea is not None
    Idea.objects.filter(pk=asked.idea.pk).update(**changes)
    assert queries.paper(asked.kind, asked.key, asked.person).record["title"] == ""


def test_a_learning_sheet_is_masked_as_its_page_and_names_nobody() -> None:
    asked = stage.learning()
    assert asked.idea is not None
    person = asked.idea.team.get().person
    for text in ("écoles", "Onze"):
        MaskedPassage.objects.create(idea=asked.idea, text=text, marked_by=person, marked_at=ISSUED)
    read = str(queries.paper(asked.kind, asked.key, asked.person).record)
    assert "écoles" not in read
    assert "Le Goff" not in read
    assert "direction des écoles" in str(queries.paper(asked.kind, asked.key, person).record)


def test_an_idea_that_was_not_stopped_has_no_learning_sheet(client: Client) -> None:
    asked = stage.letter("go")
    assert asked.idea is not None
    assert statuses(client, Asked("learning", asked.idea.key, asked.person), asked.person) == [404, 404, 404]


def test_a_sponsor_reads_a_promise_without_what_is_masked() -> None:
    asked = stage.promise()
    assert asked.idea is not None
    author = asked.idea.team.get().person
    Idea.objects.filter(pk=asked.idea.pk).update(masked_until_selected=True, stage="review")
    MaskedPassage.objects.create(idea=asked.idea, text="école", marked_by=author, marked_at=ISSUED)
    assert "école" not in queries.paper(asked.kind, asked.key, asked.person).title
    assert "école" in queries.paper(asked.kind, asked.key, author).title


def test_a_pack_is_for_those_inside_a_convened_session(client: Client, two_heard: Heard) -> None:
    session, jury = two_heard
    asked = Asked("pack", session.key, jury.lead)
    for person in (jury.lead, jury.dga, *jury.members):
        assert statuses(client, asked, person) == [200, 302, 302]
    team = session.lines.first().idea.team.get().person
    assert statuses(client, asked, team) == [404, 404, 404]
    type(session).objects.update(convened_at=None)
    assert statuses(client, asked, jury.lead) == [404, 404, 404]


def test_members_who_read_the_same_have_one_file(
    quick_documents: list[str], run_jobs: Any, two_heard: Heard
) -> None:
    session, jury = two_heard
    client = Client()
    asked = Asked("pack", session.key, jury.lead)
    for person in jury.members:
        client.force_login(person)
        assert client.post(asked.path, {"request_key": new_key()}).status_code == 302
        assert client.get(f"{asked.path}/file").status_code == 302
    run_jobs()
    assert Document.objects.count() == 1


def test_a_member_reads_a_pack_masked_and_without_what_they_do_not_judge(two_heard: Heard) -> None:
    session, jury = two_heard
    line = session.lines.filter(hearing_at__isnull=False).order_by("pk").first()
    idea = line.idea
    type(line.round).objects.filter(pk=line.round_id).update(
        rules=line.round.rules | {"authors_hidden": True}
    )
    author = idea.team.get().person
    MaskedPassage.objects.create(idea=idea, text="fourgons", marked_by=author, marked_at=ISSUED)
    member = SessionMember.objects.get(person=jury.members[1])
    read = queries.paper("pack", session.key, jury.members[1])
    mine = next(item for item in read.record["ideas"] if item["title"] == idea.title)
    assert "fourgons" not in str(mine)
    assert mine["opinion"]["criteria"][0]["levels"]
    SteppingOut.objects.create(member=member, line=line, cause="own", at=ISSUED)
    again = queries.paper("pack", session.key, jury.members[1])
    mine = next(item for item in again.record["ideas"] if item["title"] == idea.title)
    assert mine["opinion"] is None
    other = queries.paper("pack", session.key, jury.members[2])
    assert next(item for item in other.record["ideas"] if item["title"] == idea.title)["opinion"]


def test_a_pack_shows_the_others_votes_to_no_seat_that_has_not_opened_them(two_heard: Heard) -> None:
    session, jury = two_heard
    member, line = jury.members[1], session.lines.select_related("round").order_by("pk")[0]
    seat = SeatFactory(round=line.round, person=member)

    def opinions() -> list[tuple[bool, bool]]:
        found = queries.paper("pack", session.key, member).record["ideas"]
        return sorted((bool(idea["opinion"]), idea["unopened"]) for idea in found)

    assert opinions() == [(False, True), (True, False)]
    seat.others_opened_at = ISSUED
    seat.save()
    assert opinions() == [(True, False), (True, False)]


def test_the_pack_gives_the_answers_its_opinion_stood_on_whatever_became_of_the_votes_since() -> None:
    """One vote voided, one seat given to a substitute; the session cancelled and a vote replaced."""
    session, jury = stage.session(1)

    def answers() -> list[tuple[list[int], str]]:
        [idea] = queries.paper("pack", session.key, jury.lead).record["ideas"]
        return [(one["levels"], one["mean"]) for one in idea["opinion"]["criteria"]]

    before = answers()
    assert {len(levels) for levels, _mean in before} == {3}
    round_ = session.lines.get().round
    voided, left, stays = round_.seats.order_by("pk")
    SeatFactory(round=round_, person=PersonFactory(employed=True), substitute_for=left)
    for seat, state in ((voided, "voided"), (left, "replaced")):
        end(seat.votes.get(), "conflict" if state == "voided" else "seat_changed")
        seat.state, seat.left_at, seat.is_chair = state, clock.now(), False
        seat.save()
    assert answers() == before
    actions.cancel(session_key=session.key, by=Actor(person=jury.lead))
    vote = stays.votes.get()
    end(vote, "replaced")
    vote.pk, vote.in_force, vote.ended_at, vote.end_reason = None, True, None, ""
    vote.scores, vote.cast_at = {key: {"level": 0} for key in vote.scores}, clock.now()
    vote.save()
    assert answers() == before


def end(vote: Vote, why: str) -> None:
    vote.in_force, vote.ended_at, vote.end_reason = False, clock.now(), why
    vote.save()


def test_the_pack_names_no_voter_and_gives_answers_sorted() -> None:
    session, jury = stage.session(1)
    with translation.override("fr"):
        record = queries.paper("pack", session.key, jury.lead).record
    said = str(record)
    assert not [person for person in jury.readers if person.family_name in said or str(person.key) in said]
    for item in record["ideas"]:
        assert all(one["levels"] == sorted(one["levels"]) for one in item["opinion"]["criteria"])
