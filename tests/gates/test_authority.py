"""Who decides and who signs, by which mandate: several mandates, deputies, hand-over; conflicts of both."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import NotAllowed
from incubator.people.actors import Actor
from incubator.people.models import Person
from tests.factories import (
    AbsenceFactory,
    DepartmentFactory,
    GateRoundFactory,
    IdeaFactory,
    MandateFactory,
    PersonFactory,
    SeatFactory,
    TeamMemberFactory,
)
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import act
from workflows.gates import actions, authority, signing
from workflows.gates.actions import Choice
from workflows.gates.models import Decision, GateRound

pytestmark = pytest.mark.django_db
REASONS = "Le problème est décrit et les personnes concernées sont nommées."


@pytest.fixture
def idea() -> Idea:
    author = PersonFactory(department=DepartmentFactory(service=True))
    return IdeaFactory(author=author, live=True, stage="review")


@pytest.fixture
def round_(idea: Idea) -> GateRound:
    """G1, one seat, voted: whoever holds a mandate decides."""
    found = GateRoundFactory(idea=idea, changes={"seats": 1, "quorum": 1, "diversity": None})
    seat = SeatFactory(round=found, is_chair=True)
    stage.cast_vote(seat)
    return found


@pytest.fixture
def g3(idea: Idea, monkeypatch: pytest.MonkeyPatch) -> GateRound:
    return GateRoundFactory(idea=idea, gate="G3")


# --- A delegated director decides a selection ----------------------------------------------------------------


def test_a_director_whose_delegation_names_the_programme_decides_at_g1() -> None:
    cast, director = steps.Cast(), PersonFactory(employed=True)
    mandate = MandateFactory(holder=director, capacity="director", programme_key="idees")
    round_ = stage.at_g1(cast)
    stage.all_vote(round_)
    asked = WorkItem.objects.filter(verb="decide", closed_at=None)
    assert {item.person for item in asked} == {director, cast.dga}
    choice = Choice(outcome="go", reasons=REASONS)
    made = actions.decide(round_key=round_.key, by=act(director), choice=choice)
    assert (made.decider, made.mandate, made.capacity) == (director, mandate, "director")
    assert made.issued_at is not None


@pytest.mark.parametrize(
    "scope", [{}, {"programme_key": "ailleurs"}, {"programme_key": "idees", "department": True}]
)
def test_another_directors_delegation_opens_no_selection(round_: GateRound, scope: dict[str, Any]) -> None:
    if scope.get("department"):
        scope = scope | {"department": DepartmentFactory()}
    director = PersonFactory(employed=True)
    MandateFactory(holder=director, capacity="director", **scope)
    assert authority.parties(round_, round_.idea) == []
    with pytest.raises(NotAllowed):
        authority.right_to_decide(round_, round_.idea, act(director))


def test_a_delegated_director_decides_nothing_but_selections(idea: Idea) -> None:
    MandateFactory(holder=PersonFactory(employed=True), capacity="director", programme_key="idees")
    dga = PersonFactory(employed=True, mandate="dga")
    launch = GateRoundFactory(idea=idea, gate="G2")
    assert [party.person for party in authority.parties(launch, idea)] == [dga]


def test_a_delegated_director_who_is_absent_lends_the_decision(idea: Idea, round_: GateRound) -> None:
    director, deputy = PersonFactory.create_batch(2, employed=True)
    MandateFactory(holder=director, capacity="director", programme_key="idees")
    AbsenceFactory(person=director, deputy=deputy)
    right = authority.right_to_decide(round_, idea, act(deputy))
    assert (right.person, right.on_behalf_of, right.mandate.capacity) == (deputy, director, "director")


def sponsored_by(monkeypatch: pytest.MonkeyPatch, person: Person) -> None:
    monkeypatch.setattr(authority, "_sponsor_of", [lambda idea: person])


def decide(round_: GateRound, person: Person, outcome: str = "go", **more: Any) -> Decision:
    choice = Choice(outcome=outcome, reasons=REASONS, **more)
    with transaction.atomic():
        return actions.decide(round_key=round_.key, by=act(person), choice=choice)


# --- Several mandates ---------------------------------------------------------------------------------------


def test_the_second_of_two_mandates_counts_too(
    g3: GateRound, idea: Idea, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A director who is not this idea's sponsor, and leads the programme, decides G3 as lead."""
    sponsored_by(monkeypatch, PersonFactory(employed=True, mandate="director"))
    both = PersonFactory(employed=True, mandate="director")
    lead = MandateFactory(holder=both, capacity="programme_lead")
    right = authority.right_to_decide(g3, idea, act(both))
    assert right.mandate == lead
    assert both in {party.person for party in authority.parties(g3, idea)}


def test_an_expired_mandate_before_a_valid_one(round_: GateRound, idea: Idea) -> None:
    dga = PersonFactory(employed=True)
    MandateFactory(holder=dga, capacity="dga", ends_on=clock.today())
    valid = MandateFactory(holder=dga, capacity="dga")
    assert authority.right_to_decide(round_, idea, act(dga)).mandate == valid


def test_a_sponsor_who_leads_too_signs_for_the_other_side(
    g3: GateRound, idea: Idea, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = PersonFactory(employed=True, mandate="programme_lead")
    MandateFactory(holder=both, capacity="director")
    sponsored_by(monkeypatch, both)
    lead = PersonFactory(employed=True, role="programme_lead", mandate="programme_lead")
    draft = Decision(round=g3, decider=lead, capacity="programme_lead")
    assert signing.right_to_sign(g3, idea, act(both), draft).mandate.capacity == "director"
    draft = Decision(round=g3, decider=PersonFactory(), capacity="director")
    assert signing.right_to_sign(g3, idea, act(both), draft).mandate.capacity == "programme_lead"


def test_one_person_never_signs_twice(g3: GateRound, idea: Idea, monkeypatch: pytest.MonkeyPatch) -> None:
    both = PersonFactory(employed=True, mandate="programme_lead")
    MandateFactory(holder=both, capacity="director")
    sponsored_by(monkeypatch, both)
    draft = Decision(round=g3, decider=both, capacity="programme_lead")
    assert both not in {party.person for party in signing.second_parties(g3, idea, draft)}
    with pytest.raises(NotAllowed):
        signing.right_to_sign(g3, idea, act(both), draft)


# --- Deputies -----------------------------------------------------------------------------------------------


@pytest.fixture
def dga() -> Person:
    return PersonFactory(employed=True, mandate="dga")


@pytest.mark.parametrize("days", [(-9, -1), (1, 9)])
def test_an_absence_lends_on_its_days_only(round_: GateRound, dga: Person, days: tuple[int, int]) -> None:
    deputy = PersonFactory(employed=True)
    first, last = (clock.today() + timedelta(days=day) for day in days)
    AbsenceFactory(person=dga, deputy=deputy, starts_on=first, ends_on=last)
    with pytest.raises(NotAllowed):
        decide(round_, deputy)


@pytest.mark.parametrize("close", ["deputy", "holder"])
def test_a_deputy_carries_the_conflicts_of_both(
    round_: GateRound, idea: Idea, dga: Person, close: str
) -> None:
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=dga, deputy=deputy)
    TeamMemberFactory(idea=idea, person=deputy if close == "deputy" else dga)
    with pytest.raises(NotAllowed) as refused:
        decide(round_, deputy)
    assert refused.value.code == "decide.hard_conflict"


def test_the_mandate_of_the_absent_must_be_valid(round_: GateRound, dga: Person) -> None:
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=dga, deputy=deputy)
    dga.mandates.update(ends_on=clock.today())
    with pytest.raises(NotAllowed) as refused:
        decide(round_, deputy)
    assert refused.value.code == "decide.no_mandate"


def test_nobody_acts_for_someone_who_is_here(round_: GateRound, dga: Person) -> None:
    with pytest.raises(NotAllowed):
        actions.decide(
            round_key=round_.key,
            by=Actor(person=PersonFactory(employed=True), on_behalf_of=dga),
            choice=Choice(outcome="go", reasons=REASONS),
        )


def test_a_deputy_signs_second_and_both_are_named() -> None:
    cast = steps.Cast()
    g0 = stage.at_g0(cast)
    seat = stage.seats_of(g0)[0]
    other = cast.other_lead if seat.person == cast.lead else cast.lead
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=other, deputy=deputy)
    stage.cast_vote(seat, "not_now", comment_to_authors="Relève de la métropole.")
    stop = {"criterion_reasons": {"competence": "Relève de la métropole."}, "learning": "À adresser."}
    draft = decide(g0, seat.person, "stop", **stop)
    actions.sign_second(decision_key=draft.key, by=act(deputy))
    draft.refresh_from_db()
    assert (draft.second_signer, draft.second_on_behalf_of) == (deputy, other)
    assert draft.issued_at is not None


def test_the_decider_s_own_deputy_does_not_sign_for_the_decider(idea: Idea) -> None:
    lead = PersonFactory(employed=True, role="programme_lead", mandate="programme_lead")
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=lead, deputy=deputy)
    g0 = GateRoundFactory(idea=idea, gate="G0")
    draft = Decision(round=g0, decider=deputy, on_behalf_of=lead, capacity="programme_lead")
    for person in (lead, deputy):
        with pytest.raises(NotAllowed):
            signing.right_to_sign(g0, idea, act(person), draft)


# --- Not agreeing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "decider"),
    [({}, "dga"), ({"if_they_differ": "dgs"}, "dgs"), ({"if_they_differ": "G4_decider"}, "dgs")],
)
def test_the_round_is_handed_to_whom_its_rules_name(
    idea: Idea, monkeypatch: pytest.MonkeyPatch, rules: dict[str, str], decider: str
) -> None:
    lead = PersonFactory(employed=True, role="programme_lead", mandate="programme_lead")
    sponsored_by(monkeypatch, PersonFactory(employed=True, mandate="director"))
    deciders = {one: PersonFactory(employed=True, mandate=one) for one in ("dga", "dgs")}
    g3 = GateRoundFactory(idea=idea, gate="G3", changes=rules)
    actions.hand_over(round_key=g3.key, by=act(lead))
    g3.refresh_from_db()
    assert g3.handed_to == decider
    assert [item.person for item in WorkItem.objects.filter(verb="decide")] == [deciders[decider]]


def test_the_decider_of_this_idea_s_own_g2_takes_over(idea: Idea, g3: GateRound) -> None:
    GateRoundFactory(idea=idea, gate="G2", state="void", closed_at=clock.now(), changes={"decider": "dgs"})
    assert authority.if_they_differ(g3, idea) == "dgs"


# --- Statements ---------------------------------------------------------------------------------------------


def test_a_deputy_decides_within_thirty_statements_and_both_are_named(at_most: Any) -> None:
    cast = steps.Cast()
    round_ = stage.at_g1(cast)
    stage.all_vote(round_)
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=cast.dga, deputy=deputy)
    with at_most(30):
        made = decide(round_, deputy)
    assert (made.decider, made.on_behalf_of, made.mandate.holder) == (deputy, cast.dga, cast.dga)
    event = Event.objects.filter(subject_key=round_.idea.key, verb="decided").latest("sequence")
    assert (event.actor_key, event.on_behalf_of_key) == (deputy.key, cast.dga.key)
