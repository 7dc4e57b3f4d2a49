"""Who acts for someone else, or after having taken part: nobody judges what they wrote, and no pilot runs alone."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from ideas import roles
from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.lib.refusals import Conflict, NotAllowed, NotFound
from incubator.people import actions as people
from incubator.people.actors import CLOCK, Actor
from incubator.people.models import Mandate, PrivateLink, RoleGrant
from tests.factories import AbsenceFactory, MandateFactory, PersonFactory, TeamMemberFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from tests.journey.test_routes import YES_TO_ALL, fast, plan
from tests.sponsorship.cast import by, make_cast
from workflows.gates import actions as gates
from workflows.gates import jobs as gate_jobs
from workflows.gates.models import Decision, Seat
from workflows.journey import actions as journey
from workflows.journey.models import Hold
from workflows.sponsorship import actions as sponsorship
from workflows.sponsorship import time_actions
from workflows.sponsorship.models import Pledge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
Run = Callable[..., list[str]]


@pytest.fixture
def cast() -> Cast:
    return Cast()


def in_review(cast: Cast, run_jobs: Run) -> Idea:
    idea = steps.submit(cast)
    run_jobs()
    steps.pass_g0(idea, cast)
    run_jobs()
    return idea


def in_pilot(cast: Cast, run_jobs: Run) -> Idea:
    idea = in_review(cast, run_jobs)
    steps.vote_all(idea)
    steps.decide(idea, cast.dga)
    steps.sponsored(idea, cast)
    run_jobs()
    steps.vote_all(idea)
    steps.decide(idea, cast.dga)
    return idea


def test_whoever_refused_time_does_not_settle_it_as_a_deputy() -> None:
    cast = make_cast()
    release = time_actions.ask_time(member=cast.member, days_a_month=Decimal(2), by=by(cast.author))
    release = time_actions.give_time_opinion(
        release=release, opinion="favourable", by=by(cast.manager), note=""
    )
    release = time_actions.refuse_time_release(
        release=release, note="Trop peu de bras.", by=by(cast.director)
    )
    (arbiter, *_others) = time_actions.arbiters(cast.idea, release)
    AbsenceFactory(person=arbiter, deputy=cast.director)
    deputy = by(cast.director, on_behalf_of=arbiter)
    with pytest.raises(NotAllowed) as refused:
        time_actions.arbitrate_time(release=release, released=False, note="Je maintiens.", by=deputy)
    assert refused.value.code == "time.heard"


def test_a_pilot_without_a_promise_is_not_woken_by_a_sentence(cast: Cast, run_jobs: Run) -> None:
    idea = in_pilot(cast, run_jobs)
    pledge = Pledge.objects.get(idea=idea, state="signed")
    sponsorship.withdraw_pledge(pledge=pledge, by=act(cast.sponsor))
    with pytest.raises(Conflict) as refused:
        journey.wake(idea=idea.key, by=act(cast.lead), condition_met="On continue sans parrain.")
    assert refused.value.code == "wake.no_sponsor"
    again = sponsorship.ask_sponsor(idea=idea, sponsor=cast.sponsor, by=act(cast.lead))
    sponsorship.promise(pledge=again, days=5, euros=0, cover="Un relais", by=act(cast.sponsor))
    assert journey.wake(idea=idea.key, by=act(cast.lead), condition_met="Promesse reprise.").state == "live"


def test_a_sponsor_who_steps_back_during_another_hold_is_sought_when_it_ends(
    cast: Cast, run_jobs: Run
) -> None:
    idea = in_pilot(cast, run_jobs)
    heir = TeamMemberFactory(idea=idea, role="co_author")
    journey.author_left(idea=idea.key, leaver=cast.author, by=CLOCK)
    heir.refresh_from_db()
    with clock.moved(heir.carry_on_due_at + timedelta(hours=1)):
        journey.nobody_carries_on(idea=idea.key, by=CLOCK)
        sponsorship.withdraw_pledge(
            pledge=Pledge.objects.get(idea=idea, state="signed"), by=act(cast.sponsor)
        )
        journey.carry_on(idea=idea.key, by=act(heir.person))
    idea.refresh_from_db()
    assert (idea.state, idea.stage) == ("held", "pilot")
    assert Hold.objects.get(idea=idea, woken_at=None).cause == "sponsor_lost"


def test_whoever_wrote_a_stop_that_came_to_nothing_does_not_look_again(cast: Cast, run_jobs: Run) -> None:
    idea = in_pilot(cast, run_jobs)
    Mandate.objects.filter(holder=cast.dgs).update(ends_on=clock.today())
    MandateFactory(holder=cast.sponsor, capacity="dga")
    steps.piloted(idea, cast)
    run_jobs()
    draft = steps.decide(idea, cast.sponsor, "stop")
    gates.decline(decision_key=draft.key, by=act(cast.lead))
    gates.hand_over(round_key=steps.round_of(idea).key, by=act(cast.lead))
    run_jobs()
    steps.decide(idea, cast.dga, "stop")
    asked = journey.ask_reexamination(
        idea=idea.key, by=act(cast.author), grounds="Relire les mesures du pilote."
    )
    assert asked.decider != cast.sponsor


def test_a_stop_of_g0_that_nobody_can_sign_is_written_anew(cast: Cast, run_jobs: Run) -> None:
    idea = steps.submit(cast)
    run_jobs()
    round_ = steps.round_of(idea)
    lead = Seat.objects.get(round=round_, state="open").person
    client, address = stage.signed_in(lead), reverse("decide", args=[round_.key])
    asked = [rule["key"] for rule in round_.rules["must_meet"] if rule["kind"] == "judgement"]
    given = {"content_version": idea.content.version, **{f"must_meet_{key}": "yes" for key in asked}}
    stop = {"learning": "Le besoin existe encore.", f"reason_{asked[0]}": "Il manque."}
    assert client.post(address, stage.written("stop", **given, **stop)).status_code == 302
    assert Decision.objects.get(round=round_).issued_at is None
    Mandate.objects.exclude(holder=lead).update(ends_on=clock.today())
    gate_jobs.ask_anew(entity=idea.programme.entity_id)
    assert client.post(address, stage.written("go", **given)).status_code == 302
    assert Decision.objects.get(round=round_).outcome == "go"


def test_a_launch_is_signed_by_the_next_in_line_when_the_director_decides_it(
    cast: Cast, run_jobs: Run
) -> None:
    idea = fast(cast, run_jobs)
    plan(idea, cast)
    Mandate.objects.filter(holder=cast.sponsor).delete()
    MandateFactory(
        holder=cast.lead, capacity="director", department=cast.home.parent, entity=idea.programme.entity
    )
    assert steps.decide(idea, cast.lead, answers=YES_TO_ALL).issued_at is None, "it waits for its signature"


def test_a_discussion_is_not_called_for_a_chair_who_came_too_close(cast: Cast, run_jobs: Run) -> None:
    idea = in_review(cast, run_jobs)
    seats = stage.seats_of(steps.round_of(idea))
    for place, seat in enumerate(seats):
        stage.cast_vote(seat, level=4 if place % 2 else 0)
    chair = next(seat for seat in seats if seat.is_chair)
    gates.open_others(seat_key=chair.key, by=act(chair.person))
    PrivateLink.objects.create(owner=chair.person, other=cast.author)
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=chair.person, deputy=deputy)
    with pytest.raises(NotAllowed):
        gates.call_discussion(seat_key=chair.key, by=act(deputy))


def merged(cast: Cast, run_jobs: Run) -> tuple[Idea, Cast]:
    other = steps.another_team(cast)
    target = steps.submit(other, title="Un prêt de vélos entre services")
    run_jobs()
    steps.pass_g0(target, other)
    run_jobs()
    idea = steps.submit(cast)
    run_jobs()
    steps.pass_g0(idea, cast, "merge", target=target)
    run_jobs()
    return idea, other


WHY = "Les deux équipes vont chacune leur chemin."


def test_a_leads_deputy_undoes_a_merge(cast: Cast, run_jobs: Run) -> None:
    idea, _other = merged(cast, run_jobs)
    RoleGrant.objects.filter(person=cast.other_lead).delete()
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=cast.lead, deputy=deputy)
    client, address = stage.signed_in(deputy), reverse("idea-undo-merge", args=[idea.key])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reasons": WHY}).status_code == 302
    idea.refresh_from_db()
    assert idea.merged_into_id is None


def test_a_deputy_carries_the_leads_distance_to_the_other_idea(cast: Cast, run_jobs: Run) -> None:
    idea, other = merged(cast, run_jobs)
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=cast.lead, deputy=deputy)
    PrivateLink.objects.create(owner=cast.lead, other=other.author)
    with pytest.raises(NotAllowed):
        journey.undo_merge(idea=idea.key, by=Actor(person=deputy, on_behalf_of=cast.lead), reasons=WHY)


def test_a_condition_is_confirmed_after_its_owner_has_said_how_it_is_met(cast: Cast, run_jobs: Run) -> None:
    idea = in_review(cast, run_jobs)
    steps.vote_all(idea, "go_if")
    conditions = [("Mesurer", cast.lead, date(2030, 1, 1))]
    decision = steps.decide(idea, cast.dga, "go_with_conditions", conditions=conditions)
    condition = decision.conditions.get()
    with pytest.raises(Conflict) as refused:
        gates.confirm_condition(condition_key=condition.key, by=act(cast.lead))
    assert refused.value.code == "condition.unreported"


@pytest.mark.parametrize(
    "spans",
    [
        [(date(2030, 6, 1), date(9999, 12, 31))],
        [(date(2026 + year, 1, 1), date(2026 + year, 12, 31)) for year in range(13)],
    ],
    ids=["for ever", "year after year"],
)
def test_no_absence_keeps_an_idea_from_being_stopped(
    cast: Cast, run_jobs: Run, spans: list[tuple[date, date]]
) -> None:
    idea = in_review(cast, run_jobs)
    steps.vote_all(idea, "not_now")
    for starts_on, ends_on in spans:
        AbsenceFactory(person=cast.author, deputy=None, starts_on=starts_on, ends_on=ends_on)
    steps.decide(idea, cast.dga, "stop")
    idea.refresh_from_db()
    assert idea.due_at is not None
    assert idea.due_at < clock.now() + timedelta(days=3 * 366)
    assert stage.signed_in(cast.author).get(reverse("idea", args=[idea.key])).status_code == 200


def test_a_day_beyond_all_calendars_is_refused_with_its_field(cast: Cast, run_jobs: Run) -> None:
    round_ = steps.round_of(in_review(cast, run_jobs))
    expert = PersonFactory(employed=True, role="expert")
    type(round_.idea.programme.entity).objects.update(time_zone="America/Guadeloupe")
    asked = {
        "step": "ask",
        "expert": expert.staff_number,
        "question": "Une question ?",
        "due_on": "9999-12-31",
    }
    page = stage.signed_in(cast.lead).post(reverse("expert-questions", args=[round_.key]), asked)
    assert page.status_code == 422


def test_a_colleague_takes_over_an_idea_whose_author_has_left(cast: Cast, run_jobs: Run) -> None:
    idea = in_review(cast, run_jobs)
    people.depart(person=cast.author, on=clock.today(), by=CLOCK)
    run_jobs()
    idea.refresh_from_db()
    assert idea.state == "held"
    with pytest.raises(Conflict) as refused:
        journey.wake(idea=idea.key, by=act(cast.lead), condition_met="Une collègue reprend l’idée.")
    assert refused.value.code == "wake.no_author"
    client, address = stage.signed_in(cast.lead), reverse("idea-wake", args=[idea.key])
    colleague = PersonFactory(employed=True)
    assert client.post(address, {"person": PersonFactory(guest=True).staff_number}).status_code == 422
    assert stage.signed_in(colleague).post(address, {"person": colleague.staff_number}).status_code == 403
    silent = PersonFactory(employed=True)
    assert client.post(address, {"person": silent.staff_number}).status_code == 302
    assert "has not answered yet" in client.get(address, headers={"accept-language": "en"}).text
    assert client.post(address, {"person": silent.staff_number}).status_code == 409
    assert client.post(address, {"person": colleague.staff_number}).status_code == 302
    with pytest.raises(NotFound):
        drafting.accept_invitation(idea=idea, by=act(silent))
    drafting.accept_invitation(idea=idea, by=act(colleague))
    woken = client.post(address, {"condition_met": "Une collègue reprend l’idée."})
    assert woken.status_code == 302
    idea.refresh_from_db()
    assert (idea.state, list(roles.authors(idea))) == ("live", [colleague])
    with pytest.raises(Conflict):
        journey.ask_author(idea=idea.key, by=act(cast.lead), person=PersonFactory(employed=True))
