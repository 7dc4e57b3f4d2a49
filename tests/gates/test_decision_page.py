"""The decision page: who opens it, what it shows, the check before deciding, G0 in one act."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.lib import clock
from tests.factories import PersonFactory, TeamMemberFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast
from tests.platform.jobs import Run
from tests.platform.kept import kept
from workflows.gates.models import Decision, GateRound, Seat, Vote

pytestmark = pytest.mark.django_db


def voted(_run_jobs: Run) -> tuple[Cast, GateRound]:
    found = stage.at_g1(cast := Cast())
    seats = stage.seats_of(found)
    no = {key: {"answer": "yes", "reason": ""} for key in ("conflicts", "opinions")}
    no["opinions"] = {"answer": "no", "reason": "L’avis des assurances manque."}
    stage.cast_vote(seats[0], "go_if", 1, must_meets=no)
    for seat in seats[1:]:
        stage.cast_vote(seat, "go_if", 4)
    return cast, found


@pytest.fixture(scope="module")
def kept_round(request: pytest.FixtureRequest) -> Iterator[tuple[Cast, GateRound]]:
    yield from kept(request, voted)


@pytest.fixture
def both(kept_round: tuple[Cast, GateRound]) -> tuple[Cast, GateRound]:
    return deepcopy(kept_round)


@pytest.fixture
def cast(both: tuple[Cast, GateRound]) -> Cast:
    return both[0]


@pytest.fixture
def round_(both: tuple[Cast, GateRound]) -> GateRound:
    return both[1]


def url(round_: GateRound) -> str:
    return reverse("decide", args=[round_.key])


def test_the_opinion_comes_first_and_names_nobody(cast: Cast, round_: GateRound) -> None:
    said = stage.signed_in(cast.dga).get(url(round_)).content.decode()
    assert "L’avis des assurances manque." in said
    for seat in stage.seats_of(round_):
        assert str(seat.person) not in said
        assert str(seat.key) not in said
    assert "3,40" in said


def test_only_permitted_outcomes_are_offered(cast: Cast, round_: GateRound) -> None:
    round_.rules["opinion"] = "binding"
    round_.save()
    said = stage.signed_in(cast.dga).get(url(round_)).content.decode()
    assert 'value="go_with_conditions"' in said
    assert 'value="stop"' not in said
    assert 'value="go"' not in said


def test_a_stranger_reads_why_not(cast: Cast, round_: GateRound) -> None:
    answer = stage.signed_in(PersonFactory(employed=True)).get(url(round_))
    assert answer.status_code == 403
    assert stage.signed_in(cast.author).get(url(round_)).status_code == 403
    assert (
        stage.signed_in(cast.dga).get("/rounds/00000000-0000-4000-8000-000000000000/decision").status_code
        == 404
    )


def test_before_the_panel_is_done_nothing_of_it_shows(cast: Cast) -> None:
    found = stage.at_g1(cast)
    stage.cast_vote(stage.seats_of(found)[0], "not_now", 0, comment_to_panel="Mot du premier vote")
    answer = stage.signed_in(cast.dga).get(url(found))
    assert answer.status_code == 200
    assert "Mot du premier vote" not in answer.content.decode()
    assert 'name="outcome"' not in answer.content.decode()


def test_a_seat_votes_and_opens_before_it_sees_the_sum(cast: Cast) -> None:
    """The lead who sits on the panel finds the decision page closed until the others' votes are opened."""
    found = stage.at_g1(cast)
    seat = stage.seats_of(found)[0]
    Seat.objects.filter(pk=seat.pk).update(person=cast.lead)
    client = stage.signed_in(cast.lead)
    assert client.get(url(found)).status_code == 409
    stage.all_vote(found)
    assert client.get(url(found)).status_code == 409
    Seat.objects.filter(pk=seat.pk).update(others_opened_at=clock.now())
    assert client.get(url(found)).status_code == 200


def test_the_lead_only_reads(cast: Cast, round_: GateRound) -> None:
    said = stage.signed_in(cast.lead).get(url(round_)).content.decode()
    assert 'name="outcome"' not in said


def test_errors_keep_what_was_typed(cast: Cast, round_: GateRound) -> None:
    client = stage.signed_in(cast.dga)
    sent = stage.written("stop", reasons="Trop court", learning="", step="check", reason_value="Faible.")
    answer = client.post(url(round_), sent)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Trop court" in said
    assert "Faible." in said
    assert 'href="#id_learning"' in said
    assert not Decision.objects.filter(round=round_).exists()
    for step in ("decide", "check"):
        bad = stage.written(
            "go_with_conditions",
            step=step,
            condition_0_text="Tester\x00",
            condition_1_text="Mesurer",
            condition_1_owner="pas un matricule",
            condition_1_due="hier",
        )
        answer = client.post(url(round_), bad)
        said = answer.content.decode()
        assert answer.status_code == 422, step
        for name in ("condition_0_text", "condition_1_owner", "condition_1_due"):
            assert f'href="#id_{name}"' in said
        assert "pas un matricule" in said


def test_checking_writes_nothing_and_a_double_click_decides_once(cast: Cast, round_: GateRound) -> None:
    client = stage.signed_in(cast.dga)
    sent = stage.written(
        "go_with_conditions",
        reasons="Le besoin est mesuré.\n=SUM(A1) 🚲 עברית",
        condition_0_text="Tester de nuit",
        condition_0_due=steps.in_days(20).isoformat(),
    )
    check = client.post(url(round_), sent | {"step": "check"})
    assert check.status_code == 200
    assert "=SUM(A1) 🚲 עברית" in check.content.decode()
    assert not Decision.objects.filter(round=round_).exists()
    back = client.post(url(round_), sent | {"step": "change"})
    assert "Tester de nuit" in back.content.decode()
    first, again = (client.post(url(round_), sent) for _ in range(2))
    assert (first.status_code, again.status_code) == (302, 302)
    assert first["Location"] == again["Location"]
    made = Decision.objects.get(round=round_)
    assert made.conditions.get().owner == cast.author
    late = client.post(url(round_), stage.written("stop"))
    assert late.status_code == 409


def test_what_is_decided_is_read_by_whom_it_concerns(cast: Cast, round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    Vote.objects.filter(seat=seat, in_force=True).update(
        comment_to_panel="Entre nous", comment_to_authors="Pour l’équipe"
    )
    condition = ("Tester", cast.author, steps.in_days(9))
    steps.decide(Idea.objects.get(pk=round_.idea_id), cast.dga, "go_with_conditions", conditions=[condition])
    says = {
        name: stage.signed_in(person).get(url(round_)).content.decode()
        for name, person in (
            ("panel", seat.person),
            ("author", cast.author),
            ("all", PersonFactory(employed=True)),
        )
    }
    assert all(steps.REASONS in said for said in says.values())
    brief = Decision.objects.get(round=round_).briefs.get()
    assert all(f'href="/briefs/{brief.key}/evidence"' in said for said in says.values())
    assert {name for name, said in says.items() if "Entre nous" in said} == {"panel"}
    assert {name for name, said in says.items() if "Pour l’équipe" in said} == {"panel", "author"}
    assert {name for name, said in says.items() if "L’avis des assurances manque." in said} == {"panel"}


def test_a_vote_that_came_too_close_is_set_aside_and_said(cast: Cast, round_: GateRound) -> None:
    seat = stage.seats_of(round_)[2]
    TeamMemberFactory(idea=round_.idea, person=seat.person)
    answer = stage.signed_in(cast.dga).post(url(round_), stage.written("go", departure_reason="Urgent."))
    assert answer.status_code == 302
    assert not Decision.objects.filter(round=round_).exists()
    seat.refresh_from_db()
    assert seat.state == "voided"


def test_deciding_stays_within_its_queries(cast: Cast, round_: GateRound) -> None:
    """Session and person included; savepoints are no queries."""
    client, sent = stage.signed_in(cast.dga), stage.written("go", departure_reason="Urgent.")
    with CaptureQueriesContext(connection) as asked:
        assert client.post(url(round_), sent).status_code == 302
    said = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(said) <= 30, "\n".join(one[:90] for one in said)


# --- G0 -----------------------------------------------------------------------------------------------------


def admission(round_: GateRound, outcome: str = "go", **changes: Any) -> dict[str, Any]:
    answers = {f"must_meet_{rule['key']}": "yes" for rule in round_.rules["must_meet"]}
    return stage.written(outcome, content_version="1") | answers | changes


def test_g0_answers_and_decides_in_one_act(cast: Cast) -> None:
    found = stage.at_g0(cast)
    seat = stage.seats_of(found)[0]
    client = stage.signed_in(seat.person)
    assert client.get(reverse("review", args=[seat.key]))["Location"] == url(found)
    assert client.get(url(found)).status_code == 200
    bad = client.post(url(found), admission(found, must_meet_privacy="no", reasons=""))
    said = bad.content.decode()
    assert bad.status_code == 422
    for name in ("must_meet_privacy_reason", "outcome_0", "reasons"):
        assert f'href="#id_{name}"' in said, name
    assert not Vote.objects.filter(seat__round=found).exists()
    assert client.post(url(found), admission(found, step="check")).status_code == 200
    assert client.post(url(found), admission(found)).status_code == 302
    assert Vote.objects.get(seat=seat).choice == "go"
    found.refresh_from_db()
    assert found.state == "decided"


def test_g0_a_refused_decision_leaves_no_vote(cast: Cast) -> None:
    """Both or neither: without a request key too."""
    found = stage.at_g0(cast)
    client = stage.signed_in(stage.seats_of(found)[0].person)
    sent = admission(found, "hold", request_key="", hold_until="2020-01-01", reason_problem="Vague.")
    assert client.post(url(found), sent).status_code == 422
    assert not Vote.objects.filter(seat__round=found).exists()


def test_g0_a_stop_is_signed_by_a_second_person(cast: Cast) -> None:
    found = stage.at_g0(cast)
    seat = stage.seats_of(found)[0]
    other = cast.other_lead if seat.person == cast.lead else cast.lead
    stop = admission(
        found,
        "stop",
        must_meet_competence="no",
        must_meet_competence_reason="Métropole",
        reason_competence="Relève de la métropole.",
        learning="À adresser à la métropole.",
    )
    assert stage.signed_in(seat.person).post(url(found), stop).status_code == 302
    mine = stage.signed_in(seat.person).get(url(found)).content.decode()
    assert 'value="sign"' not in mine
    client = stage.signed_in(other)
    assert 'value="sign"' in client.get(url(found)).content.decode()
    assert client.post(url(found), {"step": "sign"}).status_code == 302
    assert Decision.objects.get(round=found).second_signer == other
    assert client.post(url(found), {"step": "sign"}).status_code == 409
