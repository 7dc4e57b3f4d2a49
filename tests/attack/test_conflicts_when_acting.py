"""Who comes too close after being seated, or after writing a decision, acts no more (law 1)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.models import Mandate
from tests.factories import MandateFactory, TeamMemberFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows.gates import actions as gates
from workflows.gates.models import Decision, Seat

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]


@pytest.mark.parametrize("opened_before", [False, True])
def test_a_seat_that_joined_the_team_reads_no_votes(run_jobs: Run, opened_before: bool) -> None:
    cast = Cast()
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    play.vote_all(idea)
    seat = Seat.objects.select_related("person").get(round=play.round_of(idea), is_chair=True)
    if opened_before:
        gates.open_others(seat_key=seat.key, by=act(seat.person))
    TeamMemberFactory(idea=idea, person=seat.person, role="co_author")
    client = Client(headers={"accept-language": "en"})
    client.force_login(seat.person)
    with pytest.raises(NotAllowed):
        gates.open_others(seat_key=seat.key, by=act(seat.person))
    assert client.get(reverse("others", args=[seat.key])).status_code == 403
    assert client.get(reverse("decide", args=[seat.round.key])).status_code in (403, 409)


@pytest.mark.parametrize("why", ["mandate", "team"])
def test_a_draft_of_someone_who_may_no_longer_decide_is_not_signed(run_jobs: Run, why: str) -> None:
    cast = Cast()
    idea = play.submit(cast)
    run_jobs()
    seat = Seat.objects.select_related("person").get(round=play.round_of(idea), state="open")
    decision = play.pass_g0(idea, cast, "stop")
    assert decision.issued_at is None
    if why == "mandate":
        Mandate.objects.filter(holder=seat.person).update(ends_on=play.in_days(0))
    else:
        TeamMemberFactory(idea=idea, person=seat.person, role="co_author")
    other = cast.other_lead if seat.person == cast.lead else cast.lead
    with pytest.raises(Conflict):
        gates.sign_second(decision_key=decision.key, by=act(other))
    assert Decision.objects.get(pk=decision.pk).issued_at is None
    gates.decline(decision_key=decision.key, by=act(other))
    assert not Decision.objects.filter(pk=decision.pk).exists()


def test_a_draft_is_signed_by_the_delegation_its_writer_holds_then(run_jobs: Run) -> None:
    cast = Cast()
    idea = play.submit(cast)
    run_jobs()
    seat = Seat.objects.select_related("person").get(round=play.round_of(idea), state="open")
    decision = play.pass_g0(idea, cast, "stop")
    Mandate.objects.filter(holder=seat.person).update(ends_on=play.in_days(0))
    renewed = MandateFactory(holder=seat.person, capacity="programme_lead")
    other = cast.other_lead if seat.person == cast.lead else cast.lead
    gates.sign_second(decision_key=decision.key, by=act(other))
    decision.refresh_from_db()
    assert (decision.mandate, decision.mandate_reference) == (renewed, renewed.reference)


def test_reasons_tied_to_something_the_gate_does_not_know_are_no_reasons(run_jobs: Run) -> None:
    cast = Cast()
    idea = play.submit(cast)
    run_jobs()
    with pytest.raises(Invalid) as refused:
        play.pass_g0(idea, cast, "rework", criterion_reasons={"elsewhere": "Il manque un constat."})
    assert "criterion_reasons" in refused.value.fields
