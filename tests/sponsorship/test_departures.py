"""When someone leaves: the sponsor's promise ends, answers on time are asked of others, an evaluator is replaced."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox.actions import close_for_subject
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.people.actions.employment import depart
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Person
from tests.factories import GateRoundFactory, MandateFactory, PersonFactory
from tests.sponsorship.cast import Cast, by, make_cast, routes_above
from workflows.evaluation import actions as evaluation
from workflows.evaluation.models import Evaluation
from workflows.gates import hooks
from workflows.sponsorship import actions, time_actions
from workflows.sponsorship.departures import on_departure, on_mandate_change
from workflows.sponsorship.jobs import a_new_day, ask_services
from workflows.sponsorship.models import Pledge, TimeRelease

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def leave(person: Person) -> None:
    desk = PersonFactory(role="hr_desk")
    depart(person=person, on=clock.today(), by=Actor(person=desk))


def waiting(person: Person) -> set[str]:
    return set(WorkItem.objects.filter(person=person, closed_at=None).values_list("verb", flat=True))


def promised(cast: Cast) -> Pledge:
    pledge = actions.ask_sponsor(idea=cast.idea, sponsor=cast.other_director, by=by(cast.author))
    return actions.promise(pledge=pledge, days=1, euros=0, cover="Relais.", by=by(cast.other_director))


def asked_time(cast: Cast) -> TimeRelease:
    return time_actions.ask_time(member=cast.member, days_a_month=Decimal(2), by=by(cast.author))


def test_a_sponsor_who_leaves_before_the_pilot_is_sought_again(cast: Cast) -> None:
    pledge = promised(cast)
    leave(cast.other_director)
    pledge.refresh_from_db()
    assert pledge.state == "withdrawn"
    assert waiting(cast.author) == {"find_sponsor"}
    last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
    assert (last.verb, last.system) == ("pledge_withdrawn", "substitution")


def test_of_an_idea_withdrawn_meanwhile_nobody_else_is_asked(cast: Cast) -> None:
    release = asked_time(cast)
    Idea.objects.filter(pk=cast.idea.pk).update(state="withdrawn", ended_at=clock.now())
    close_for_subject("idea", cast.idea.key)
    before = Event.objects.filter(subject_key=cast.idea.key).count()
    leave(cast.manager)
    time_actions.ask_someone_else(release=release, leaver=cast.manager, by=SUBSTITUTION)
    assert not WorkItem.objects.filter(subject_key=str(cast.idea.key), closed_at=None).exists()
    assert Event.objects.filter(subject_key=cast.idea.key).count() == before


def test_a_sponsor_who_leaves_during_the_pilot_is_announced(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    promised(cast)
    heard: list[int] = []
    monkeypatch.setattr(
        hooks, "_handlers", {"sponsor_lost": [lambda idea, by, cause: heard.append(idea.pk) or []]}
    )
    Idea.objects.filter(pk=cast.idea.pk).update(stage="pilot")
    leave(cast.other_director)
    assert heard == [cast.idea.pk]


def test_a_promise_that_was_kept_stands(cast: Cast) -> None:
    pledge = promised(cast)
    Idea.objects.filter(pk=cast.idea.pk).update(stage="evaluation")
    leave(cast.other_director)
    pledge.refresh_from_db()
    assert pledge.state == "signed"


def test_an_unanswered_question_lapses(cast: Cast) -> None:
    pledge = actions.ask_sponsor(idea=cast.idea, sponsor=cast.other_director, by=by(cast.author))
    leave(cast.other_director)
    pledge.refresh_from_db()
    assert pledge.state == "lapsed"


def test_a_director_who_leaves_is_replaced_by_whoever_can_sign(cast: Cast) -> None:
    release = asked_time(cast)
    time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))
    leave(cast.director)
    release.refresh_from_db()
    assert release.director == cast.dga
    assert (release.opinion, release.state) == ("favourable", "asked")
    assert waiting(cast.dga) == {"sign_time_release"}


def test_a_manager_who_leaves_is_not_waited_for(cast: Cast) -> None:
    release = asked_time(cast)
    leave(cast.manager)
    release.refresh_from_db()
    assert release.manager != cast.manager
    assert WorkItem.objects.filter(key=time_actions.item(release), closed_at=None).count() == 1


def test_a_member_who_leaves_no_longer_asks(cast: Cast) -> None:
    release = time_actions.ask_time(member=cast.co_member, days_a_month=Decimal(2), by=by(cast.co_author))
    leave(cast.co_author)
    release.refresh_from_db()
    assert release.state == "withdrawn"
    assert waiting(cast.manager) == set()


def test_nobody_left_to_sign_tells_the_member(cast: Cast) -> None:
    release = asked_time(cast)
    cast.dga.mandates.all().delete()
    leave(cast.director)
    release.refresh_from_db()
    assert release.state == "withdrawn"


def test_an_arbiter_who_leaves_hands_over(cast: Cast) -> None:
    release = asked_time(cast)
    time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))
    time_actions.refuse_time_release(release=release, note="Sous-effectif.", by=by(cast.director))
    successor = PersonFactory()
    leave_first = cast.dga
    successor.mandates.create(
        capacity="dga", reference="Arrêté 2026-999", entity=cast.idea.programme.entity, starts_on="2020-01-01"
    )
    leave(leave_first)
    assert waiting(successor) == {"arbitrate_time"}


def disputed(cast: Cast) -> TimeRelease:
    release = asked_time(cast)
    time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))
    return time_actions.refuse_time_release(release=release, note="Sous-effectif.", by=by(cast.director))


def test_a_refusal_is_asked_of_whoever_holds_the_delegation_now(cast: Cast, run_jobs) -> None:
    release = disputed(cast)
    held = cast.dga.mandates.get()
    held.ends_on = clock.today()
    held.save()
    other = MandateFactory(capacity="dga")
    on_mandate_change(other, SUBSTITUTION)
    run_jobs()
    assert asked("arbitrate_time") == {other.holder}
    time_actions.arbitrate_time(release=release, released=True, note="Oui.", by=by(other.holder))
    assert not WorkItem.objects.filter(key=time_actions.item(release), closed_at=None).exists()


def test_a_refusal_nobody_can_settle_is_the_leads_until_somebody_can(cast: Cast, run_jobs) -> None:
    cast.dga.mandates.all().delete()
    release = disputed(cast)
    item = WorkItem.objects.get(key=time_actions.item(release), closed_at=None)
    assert (item.person, item.verb) == (cast.lead, "find_arbiter")
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.lead)
    assert "Nobody can settle the refusal of time now." in client.get(item.url).text
    client.force_login(cast.stranger)
    assert "Nobody can settle" not in client.get(item.url).text
    with clock.moved(clock.now() + timedelta(days=30)):
        given = MandateFactory(capacity="dga", holder=cast.stranger)
        a_new_day()
        release.refresh_from_db()
        assert (asked("arbitrate_time"), asked("find_arbiter")) == ({given.holder}, set())
        assert release.arbitration_due_at > clock.now()
        last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
        assert (last.verb, last.system) == ("time_asked_again", "substitution")
        client.force_login(cast.stranger)
        assert client.get(reverse("time-arbitration", args=[release.key])).status_code == 200


def test_of_those_who_wait_for_an_answer_a_departure_asks_once(cast: Cast) -> None:
    for number in range(6):
        other = make_cast()
        time_actions.ask_time(member=other.member, days_a_month=Decimal(2), by=by(other.author))
        if number == 1:
            before = counted(PersonFactory())
    assert counted(PersonFactory()) == before


def counted(person: Person) -> int:
    with CaptureQueriesContext(connection) as asked_for:
        on_departure(person, clock.today(), SUBSTITUTION)
    return len(asked_for)


def test_an_evaluator_who_leaves_is_named_again(cast: Cast) -> None:
    Idea.objects.filter(pk=cast.idea.pk).update(stage="evaluation", holder="lead")
    evaluation.name_evaluator(idea=cast.idea, evaluator=cast.stranger, by=by(cast.lead))
    leave(cast.stranger)
    assert Evaluation.objects.get().ended_at is not None
    assert waiting(cast.lead) == {"name_evaluator"}


def asked(verb: str) -> set[Person]:
    return {item.person for item in WorkItem.objects.filter(verb=verb, closed_at=None)}


def test_what_finance_was_asked_is_asked_of_whoever_holds_the_delegation(cast: Cast, run_jobs) -> None:
    promised(cast)
    assert asked("confirm_budget") == {cast.finance}
    leave(cast.finance)
    assert not asked("confirm_budget")
    run_jobs()
    assert not asked("confirm_budget"), "there is neither finance nor a director of the services"
    follower = MandateFactory(capacity="finance")
    on_mandate_change(follower, SUBSTITUTION)
    run_jobs()
    assert asked("confirm_budget") == {follower.holder}
    second = MandateFactory(capacity="finance")
    follower.ends_on = clock.today()
    follower.save()
    on_mandate_change(follower, SUBSTITUTION)
    run_jobs()
    assert asked("confirm_budget") == {second.holder}
    actions.confirm_budget(idea=cast.idea, gate="G2", none_needed=True, by=by(second.holder))
    on_mandate_change(MandateFactory(capacity="finance"), SUBSTITUTION)
    run_jobs()
    assert not asked("confirm_budget")


def test_what_procurement_was_asked_is_asked_of_whoever_holds_the_delegation(cast: Cast, run_jobs) -> None:
    routes_above(0, cast.idea.programme, cast.lead)
    buyer = PersonFactory(mandate="procurement")
    pledge = actions.ask_sponsor(idea=cast.idea, sponsor=cast.other_director, by=by(cast.author))
    actions.promise(pledge=pledge, days=1, euros=500, cover="Relais.", by=by(cast.other_director))
    assert asked("name_route") == {buyer}
    other = PersonFactory(mandate="procurement")
    leave(buyer)
    run_jobs()
    assert asked("name_route") == {other}
    actions.name_route(idea=cast.idea, route="Marché à procédure adaptée.", by=by(other))
    ask_services(cast.idea.programme.entity_id)
    assert not asked("name_route")


def test_before_the_promise_and_after_the_launch_finance_is_asked_nothing(cast: Cast, run_jobs) -> None:
    ask_services(cast.idea.programme.entity_id)
    promised(cast)
    Idea.objects.update(state="held")
    WorkItem.objects.all().delete()
    ask_services(cast.idea.programme.entity_id)
    assert not asked("confirm_budget")


def test_before_an_investment_finance_is_asked_as_long_as_its_line_is_missing(cast: Cast) -> None:
    Idea.objects.update(stage="evaluation")
    ask_services(cast.idea.programme.entity_id)
    assert not asked("confirm_budget")
    GateRoundFactory(idea=cast.idea, gate="G4")
    ask_services(cast.idea.programme.entity_id)
    assert asked("confirm_budget") == {cast.finance}
    actions.confirm_budget(idea=cast.idea, gate="G4", none_needed=True, by=by(cast.finance))
    ask_services(cast.idea.programme.entity_id)
    assert not asked("confirm_budget")
