"""Who is told of what happens inside a consultation: the chair, the decider, the voter; and nobody is named."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incubator.lib import clock
from incubator.messages.models import Message
from incubator.people.models import Person
from tests.factories import CallFactory, PersonFactory, TeamMemberFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from workflows.gates import actions
from workflows.gates.actions import Choice
from workflows.gates.models import Seat

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]


def told(kind: str) -> set[Person]:
    return {one.person for one in Message.objects.filter(kind=kind).select_related("person")}


def page(person: Person, name: str, *keys: Any) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client.get(reverse(name, args=keys)).text


def test_a_declined_signature_is_told_to_its_writer_and_asked_anew(run_jobs: Run) -> None:
    cast = Cast()
    found = stage.at_g0(cast)
    seat = stage.seats_of(found)[0]
    stage.cast_vote(seat, "not_now", comment_to_authors="Relève de la métropole.")
    draft = actions.decide(
        round_key=found.key,
        by=act(seat.person),
        choice=Choice(
            outcome="stop",
            reasons=steps.REASONS,
            criterion_reasons={"competence": "Relève de la métropole."},
            learning="À adresser.",
        ),
    )
    other = cast.other_lead if seat.person == cast.lead else cast.lead
    actions.decline(decision_key=draft.key, by=act(other))
    run_jobs()
    assert told("signature_declined") == {seat.person}
    assert told("decide") == {cast.lead, cast.other_lead}
    # A draft was never an outcome: whoever reads the idea learns nothing of it.
    assert "signed" not in page(PersonFactory(), "idea", found.idea.key)
    assert "The second signature was declined" in page(seat.person, "decide", found.key)


def test_on_a_masked_idea_a_voter_is_told_of_no_link(run_jobs: Run) -> None:
    cast = Cast()
    cast.call = CallFactory(authors_hidden=True)
    found = stage.at_g1(cast)
    voter = stage.seats_of(found)[1].person
    TeamMemberFactory(idea=found.idea, person=voter)
    actions.void_conflicted(round_key=found.key)
    run_jobs()
    assert (told("vote_set_aside"), told("seat_closed")) == (set(), {voter})


def test_a_vote_set_aside_is_told_to_its_voter_the_chair_and_who_was_to_decide(run_jobs: Run) -> None:
    cast = Cast()
    found = stage.at_g1(cast)
    stage.all_vote(found)
    chair = Seat.objects.get(round=found, is_chair=True).person
    voter = Seat.objects.filter(round=found, is_chair=False)[0].person
    TeamMemberFactory(idea=found.idea, person=voter)
    assert actions.void_conflicted(round_key=found.key) == 1
    run_jobs()
    assert told("vote_set_aside") == {voter}
    assert told("panel_changed") == {chair, cast.dga}
    for message in Message.objects.filter(kind__in=["vote_set_aside", "panel_changed"]):
        assert voter.family_name not in f"{message.subject_title} {message.parameters}"
    shown = page(cast.lead, "seats", found.key)
    assert "A vote was set aside" in shown
    assert "set aside" not in page(PersonFactory(), "idea", found.idea.key)


def test_the_outcome_is_told_to_the_panel_and_the_signers_when_it_is_told_to_the_team(run_jobs: Run) -> None:
    cast = Cast()
    found = stage.at_g1(cast)
    aside = next(seat for seat in stage.seats_of(found) if not seat.is_chair)
    actions.step_aside(seat_key=aside.key, by=act(aside.person))
    actions.fill_seats(round_key=str(found.key))
    seats = stage.seats_of(found)
    for seat in seats[:-1]:
        stage.cast_vote(seat)
    run_jobs()
    assert told("decided") - {cast.author, cast.lead, cast.other_lead} == set(), "only G0 is decided yet"
    Message.objects.filter(kind="decided").delete()
    with clock.moved(found.due_at + timedelta(minutes=1)):
        steps.decide(found.idea, cast.dga)
        run_jobs()
        # Who did not vote is told as the others are; who left, and whoever decided, are not.
        assert told("decided") == {cast.author, *(seat.person for seat in seats)}
        messages = list(Message.objects.filter(kind="decided"))
        assert len({message.created_at for message in messages}) == 1
        assert len({message.event_id for message in messages}) == 1
        assert {str(message.parameters) for message in messages} == {
            "{'gate': 'G1', 'outcome': 'go'}",
        }
        assert {message.url for message in messages if message.person == seats[0].person} == {
            reverse("decide", args=[found.key])
        }
        assert aside.person not in told("decided")


def test_both_signers_and_the_sponsor_are_told_but_not_whoever_acted(run_jobs: Run) -> None:
    cast = Cast()
    found = stage.at_g0(cast)
    draft = steps.pass_g0(found.idea, cast, "stop")
    run_jobs()
    assert told("decided") == set()
    other = cast.other_lead if draft.decider == cast.lead else cast.lead
    actions.sign_second(decision_key=draft.key, by=act(other))
    run_jobs()
    assert told("decided") == {cast.author, draft.decider}


def test_the_sponsor_is_told_of_what_is_decided_later(run_jobs: Run) -> None:
    cast = Cast()
    found = stage.at_g1(cast)
    stage.all_vote(found)
    steps.decide(found.idea, cast.dga)
    run_jobs()
    assert cast.sponsor not in told("decided")
    found.idea.refresh_from_db()
    steps.sponsored(found.idea, cast)
    run_jobs()
    steps.vote_all(found.idea)
    steps.decide(found.idea, cast.dga)
    run_jobs()
    assert cast.sponsor in told("decided")
