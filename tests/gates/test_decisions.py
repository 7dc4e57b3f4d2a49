"""Decisions: mandates, what is written, second signatures; law 3."""

from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from incubator.people.models import Entity, Mandate, Person
from incubator.people.once import new_key
from tests.factories import PersonFactory, TeamMemberFactory
from tests.gates import stage
from tests.gates.test_statements_later import asked_of_a_service, at_g2, in_fast_lane
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from workflows.clock.actions import tick
from workflows.clock.wording import late
from workflows.gates import actions, records, rules
from workflows.gates.actions import Choice
from workflows.gates.actions.rounds import due_after
from workflows.gates.models import Condition, Decision, GateRound

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def round_(cast: Cast) -> GateRound:
    """At G1, everybody has voted to go on if."""
    found = stage.at_g1(cast)
    stage.all_vote(found, "go_if")
    return found


WRITTEN = {"reasons": steps.REASONS}
TIED = {"criterion_reasons": {"value": "Le bénéfice n’est pas chiffré."}}


def refused(kind: type[Exception], round_: GateRound, by: Person, **choice: Any) -> Any:
    before = Decision.objects.count(), Event.objects.count()
    with pytest.raises(kind) as found, transaction.atomic():
        actions.decide(round_key=round_.key, by=act(by), choice=Choice(**{**WRITTEN, **choice}))
    assert (Decision.objects.count(), Event.objects.count()) == before
    return found.value


def test_without_a_mandate_today_nobody_decides(cast: Cast, round_: GateRound) -> None:
    assert refused(NotAllowed, round_, cast.lead, outcome="go").code == "decide.no_mandate"
    Mandate.objects.filter(holder=cast.dga).update(ends_on=clock.today())
    assert refused(NotAllowed, round_, cast.dga, outcome="go").code == "decide.no_mandate"


def test_law_1_for_the_decider(cast: Cast, round_: GateRound) -> None:
    TeamMemberFactory(idea=round_.idea, person=cast.dga)
    assert refused(NotAllowed, round_, cast.dga, outcome="go").code == "decide.hard_conflict"


def test_what_is_missing_is_named_at_its_field(cast: Cast, round_: GateRound) -> None:
    assert set(refused(Invalid, round_, cast.dga, outcome="").fields) == {"outcome"}
    assert set(refused(Invalid, round_, cast.dga, outcome="go").fields) == {"departure_reason"}
    assert set(refused(Invalid, round_, cast.dga, outcome="go_with_conditions").fields) == {"conditions"}
    fields = refused(Invalid, round_, cast.dga, outcome="stop", reasons="Non").fields
    assert set(fields) == {"reasons", "departure_reason", "criterion_reasons", "learning"}
    held = {"outcome": "hold", "departure_reason": "Budget", **TIED}
    assert set(refused(Invalid, round_, cast.dga, hold_until=clock.today(), **held).fields) == {"hold_until"}


@pytest.mark.parametrize(("zone", "hour"), [("Pacific/Auckland", 13), ("Pacific/Pago_Pago", 9)])
def test_a_hold_begins_the_day_after_the_entitys_own_day(
    cast: Cast, round_: GateRound, zone: str, hour: int
) -> None:
    """As its delegations and the day it ends are read: whatever the installation's own day is."""
    Entity.objects.update(time_zone=zone)
    held = {"outcome": "hold", "departure_reason": "Budget", **TIED}
    at = datetime.combine(clock.today() + timedelta(days=1), time(hour), UTC)
    with clock.moved(at):
        today = clock.today(zone)
        found = refused(Invalid, round_, cast.dga, hold_until=today, **held)
        assert set(found.fields) == {"hold_until"}
        choice = Choice(hold_until=today + timedelta(days=1), **WRITTEN, **held)
        assert actions.decide(round_key=round_.key, by=act(cast.dga), choice=choice).issued_at == at


def test_a_departure_is_marked_with_its_reason(cast: Cast, round_: GateRound) -> None:
    choice = Choice(outcome="go", departure_reason="Les conditions sont déjà remplies.", **WRITTEN)
    made = actions.decide(round_key=round_.key, by=act(cast.dga), choice=choice)
    assert (made.departs, made.departure_reason) == (True, "Les conditions sont déjà remplies.")
    assert made.next_steps
    assert made.mandate_reference


def test_a_closed_round_replays(cast: Cast, round_: GateRound) -> None:
    """Law 2: the frozen record gives the same opinion, permits the decision, and matches its hash."""
    condition = ("Tester de nuit", cast.author, steps.in_days(20))
    choice = Choice(outcome="go_with_conditions", conditions=[condition], **WRITTEN)
    actions.decide(round_key=round_.key, by=act(cast.dga), choice=choice)
    round_.refresh_from_db()
    record = round_.record
    assert record is not None
    assert rules.opinion(record).as_data() == record["opinion"]
    assert record["decision"] in {item.outcome for item in rules.permitted(record)}
    assert records.record_sha256(record) == round_.record_sha256
    assert not WorkItem.objects.filter(verb__in=["vote", "decide"], closed_at=None).exists()
    assert WorkItem.objects.filter(verb="meet_condition", person=cast.author, closed_at=None).exists()


def test_while_the_panel_votes_nothing_is_decided(cast: Cast) -> None:
    found = stage.at_g1(cast)
    for seat in stage.seats_of(found)[:4]:
        stage.cast_vote(seat)
    assert refused(Conflict, found, cast.dga, outcome="go").code == "decide.panel_still_votes"
    GateRound.objects.filter(pk=found.pk).update(review_due_at=clock.now())
    actions.decide(round_key=found.key, by=act(cast.dga), choice=Choice(outcome="go", **WRITTEN))
    assert refused(Conflict, found, cast.dga, outcome="go").code == "decide.closed"


def test_a_vote_that_came_too_close_stops_the_decision(cast: Cast, round_: GateRound) -> None:
    TeamMemberFactory(idea=round_.idea, person=stage.seats_of(round_)[1].person)
    assert refused(Conflict, round_, cast.dga, outcome="go").code == "decide.conflicted_vote"


# --- Two signatures -----------------------------------------------------------------------------------------


STOP: dict[str, Any] = {
    "outcome": "stop",
    "criterion_reasons": {"competence": "Relève de la métropole."},
    "learning": "À adresser à la métropole.",
}


def stopped_draft(cast: Cast) -> tuple[GateRound, Decision]:
    found = stage.at_g0(cast)
    seat = stage.seats_of(found)[0]
    stage.cast_vote(seat, "not_now", comment_to_authors="Relève de la métropole.")
    made = actions.decide(round_key=found.key, by=act(seat.person), choice=Choice(**WRITTEN, **STOP))
    return found, made


def test_a_stop_at_g0_waits_for_another_lead(cast: Cast) -> None:
    found, draft = stopped_draft(cast)
    assert draft.issued_at is None
    assert Event.objects.filter(verb="decision_drafted").count() == 1
    other = cast.other_lead if draft.decider == cast.lead else cast.lead
    assert WorkItem.objects.get(verb="second_signature", closed_at=None).person == other
    with pytest.raises(NotAllowed), transaction.atomic():
        actions.sign_second(decision_key=draft.key, by=act(draft.decider))
    with pytest.raises(NotAllowed), transaction.atomic():
        actions.sign_second(decision_key=draft.key, by=act(cast.author))
    # The other lead signs or declines, and does not write over it.
    assert refused(Conflict, found, other, **STOP).code == "decide.pending"
    signed = actions.sign_second(decision_key=draft.key, by=act(other))
    assert signed.issued_at is not None
    assert signed.second_signer == other
    with pytest.raises(Conflict), transaction.atomic():
        actions.sign_second(decision_key=draft.key, by=act(other))


def test_who_declines_hands_it_back(cast: Cast) -> None:
    found, draft = stopped_draft(cast)
    other = cast.other_lead if draft.decider == cast.lead else cast.lead
    actions.decline(decision_key=draft.key, by=act(other))
    assert not Decision.objects.exists()
    assert not WorkItem.objects.filter(verb="second_signature", closed_at=None).exists()
    assert WorkItem.objects.filter(verb="decide", closed_at=None).exists()
    found.refresh_from_db()
    assert found.state == "open"


def test_one_s_own_draft_is_written_anew(cast: Cast) -> None:
    found, draft = stopped_draft(cast)
    anew = actions.decide(
        round_key=found.key, by=act(draft.decider), choice=Choice(**WRITTEN | STOP | {"learning": "Autre."})
    )
    assert Decision.objects.get() == anew
    assert anew.learning == "Autre."


def test_a_stop_nobody_can_sign_is_refused(cast: Cast) -> None:
    found = stage.at_g0(cast)
    seat = stage.seats_of(found)[0]
    stage.cast_vote(seat, "not_now", comment_to_authors="Non.")
    Mandate.objects.exclude(holder=seat.person).update(ends_on=clock.today())
    assert refused(Conflict, found, seat.person, **STOP).code == "decide.nobody_to_sign"


def test_sponsor_and_lead_agree_or_hand_over(cast: Cast) -> None:
    idea = steps.submit(cast)
    actions.fill_seats(round_key=str(steps.round_of(idea).key))
    steps.pass_g0(idea, cast)
    for gate in ("G1", "G2"):
        actions.fill_seats(round_key=str(steps.round_of(idea).key))
        steps.vote_all(idea)
        steps.decide(idea, cast.dga)
        if gate == "G1":
            steps.sponsored(idea, cast)
    steps.piloted(idea, cast)
    actions.fill_seats(round_key=str(steps.round_of(idea).key))
    g3 = steps.round_of(idea)
    draft = steps.decide(
        idea,
        cast.sponsor,
        "go_with_conditions",
        answers={"told": "yes"},
        conditions=[("Afficher", cast.author, steps.in_days(9))],
    )
    assert draft.issued_at is None
    actions.ask_expert(
        round_key=g3.key,
        expert=PersonFactory(employed=True, role="expert"),
        question="Quel coût en cinq ans ?",
        due_on=steps.in_days(5),
        by=act(cast.lead),
    )
    # Conditions of a draft do not stand in the way of handing over.
    actions.hand_over(round_key=g3.key, by=act(cast.lead))
    assert not Condition.objects.exists()
    waiting = WorkItem.objects.filter(subject_key=idea.key, closed_at=None).values_list("verb", flat=True)
    assert set(waiting) == {"decide", "answer_expert_question"}, "the expert is asked still"
    decided = steps.decide(idea, cast.dga, "go", answers={"told": "yes"})
    assert decided.issued_at is not None
    with pytest.raises(Conflict):
        actions.hand_over(round_key=g3.key, by=act(cast.lead))


# --- Conditions ---------------------------------------------------------------------------------------------


def test_a_condition_is_reported_by_its_owner_and_confirmed_by_a_lead(cast: Cast, round_: GateRound) -> None:
    condition = ("Tester de nuit", cast.author, steps.in_days(20))
    choice = Choice(outcome="go_with_conditions", conditions=[condition], **WRITTEN)
    actions.decide(round_key=round_.key, by=act(cast.dga), choice=choice)
    key = Condition.objects.get().key
    assert not records.record_of(round_, round_.idea)["facts"]["conditions"]
    for by, kind in ((cast.author, Invalid), (PersonFactory(), Exception)):
        with pytest.raises(kind), transaction.atomic():
            actions.report_condition(condition_key=key, by=act(by), note=" ")
    actions.report_condition(condition_key=key, by=act(cast.author), note="Testé le 3 mars.")
    with pytest.raises(NotAllowed), transaction.atomic():
        actions.confirm_condition(condition_key=key, by=act(cast.author))
    actions.confirm_condition(condition_key=key, by=act(cast.lead))
    assert records.record_of(round_, round_.idea)["facts"]["conditions"]
    with pytest.raises(Conflict):
        actions.confirm_condition(condition_key=key, by=act(cast.lead))


def test_whoever_confirms_a_condition_is_asked_by_a_day_and_reminded(cast: Cast, round_: GateRound) -> None:
    condition = ("Tester de nuit", cast.author, steps.in_days(20))
    choice = Choice(outcome="go_with_conditions", conditions=[condition], **WRITTEN)
    actions.decide(round_key=round_.key, by=act(cast.dga), choice=choice)
    key = Condition.objects.get().key
    actions.report_condition(condition_key=key, by=act(cast.author), note="Testé le 3 mars.")
    asked = WorkItem.objects.filter(verb="confirm_condition", person=cast.lead)
    assert asked.get().due_at == due_after(round_.idea.programme.entity, 5), (
        "as admissibility, the lead’s own gate"
    )
    with clock.moved(asked.get().due_at + timedelta(days=14)):
        tick()
        assert WorkItem.objects.filter(verb=late("confirm_condition"), closed_at=None).exists()


def test_a_condition_reported_before_reports_were_dated_gets_the_day_of_its_event(
    cast: Cast, round_: GateRound
) -> None:
    """What the migration writes."""
    owned = [(text, cast.author, steps.in_days(20)) for text in ("Tester de nuit", "Compter")]
    choice = Choice(outcome="go_with_conditions", conditions=owned, **WRITTEN)
    actions.decide(round_key=round_.key, by=act(cast.dga), choice=choice)
    first, _second = Condition.objects.order_by("pk")
    for days in (2, 4):
        with clock.moved(clock.now() + timedelta(days=days)):
            actions.report_condition(condition_key=first.key, by=act(cast.author), note="Testé.")
    first.refresh_from_db()
    said = first.reported_at
    Condition.objects.update(reported_at=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("workflows.migrations.0034_conditions_reported_before").FILL)
    assert list(Condition.objects.order_by("pk").values_list("reported_at", flat=True)) == [said, None]


def owner_leaves(cast: Cast, round_: GateRound, run_jobs: Any) -> Condition:
    owner = PersonFactory(employed=True)
    owned = [("Tester de nuit", owner, steps.in_days(20))]
    choice = Choice(outcome="go_with_conditions", conditions=owned, **WRITTEN)
    actions.decide(round_key=round_.key, by=act(cast.dga), choice=choice)
    people.depart(person=owner, on=clock.today(), by=IMPORT)
    run_jobs()
    return Condition.objects.get()


def asked_to_meet() -> set[Person]:
    waiting = WorkItem.objects.filter(verb="meet_condition", closed_at=None).select_related("person")
    return {item.person for item in waiting}


def test_a_condition_whose_owner_leaves_is_the_teams(cast: Cast, round_: GateRound, run_jobs: Any) -> None:
    condition = owner_leaves(cast, round_, run_jobs)
    assert asked_to_meet() == {cast.author}
    actions.report_condition(condition_key=condition.key, by=act(cast.author), note="Testé le 3 mars.")
    assert not asked_to_meet()


def test_without_a_team_a_lead_says_that_a_leavers_condition_is_met(
    cast: Cast, round_: GateRound, run_jobs: Any
) -> None:
    condition = owner_leaves(cast, round_, run_jobs)
    people.depart(person=cast.author, on=clock.today(), by=IMPORT)
    run_jobs()
    assert asked_to_meet() == {cast.lead, cast.other_lead}
    people.end_grant(grant=cast.other_lead.role_grants.get(role="programme_lead"), by=IMPORT)
    run_jobs()
    assert asked_to_meet() == {cast.lead}
    url = reverse("condition", args=[condition.key])
    for stranger in (cast.dga, PersonFactory(employed=True)):
        with pytest.raises(NotFound), transaction.atomic():
            actions.report_condition(condition_key=condition.key, by=act(stranger), note="Fait.")
    client = stage.signed_in(cast.lead)
    assert 'value="report"' in client.get(url).text
    sent = {"step": "report", "note": "Testé le 3 mars.", "request_key": new_key()}
    assert client.post(url, sent).status_code == 302
    assert not asked_to_meet()


def test_a_lead_does_not_report_for_an_owner_who_is_here(cast: Cast, round_: GateRound) -> None:
    owned = [("Tester de nuit", PersonFactory(employed=True), steps.in_days(20))]
    choice = Choice(outcome="go_with_conditions", conditions=owned, **WRITTEN)
    actions.decide(round_key=round_.key, by=act(cast.dga), choice=choice)
    with pytest.raises(NotFound), transaction.atomic():
        actions.report_condition(condition_key=Condition.objects.get().key, by=act(cast.lead), note="Fait.")


@pytest.mark.parametrize(
    ("bring", "asked"), [(asked_of_a_service, False), (in_fast_lane, False), (at_g2, True)]
)
def test_whether_conditions_are_met_is_asked_only_where_a_gate_stands_before(
    cast: Cast, run_jobs: Any, bring: Any, asked: bool
) -> None:
    round_ = steps.round_of(bring(cast, run_jobs).idea)
    assert ("conditions" in records.record_of(round_, round_.idea)["facts"]) is asked
