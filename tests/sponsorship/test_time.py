"""Time for a member: law 11 (asked by the member alone), law 8 (who reads the manager's opinion), silence."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import CLOCK, SUBSTITUTION
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.factories import AbsenceFactory, IdeaFactory, PersonFactory, TeamMemberFactory
from tests.sponsorship.cast import Cast, by, make_cast, refused
from workflows.clock import actions as clock_actions
from workflows.sponsorship import facts, rules, shown, time_actions
from workflows.sponsorship.models import TimeRelease

pytestmark = pytest.mark.django_db
TWO_DAYS = Decimal("2.0")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def waiting(person: Person) -> set[str]:
    return set(WorkItem.objects.filter(person=person, closed_at=None).values_list("verb", flat=True))


def ask(cast: Cast) -> TimeRelease:
    return time_actions.ask_time(member=cast.member, days_a_month=TWO_DAYS, by=by(cast.author))


def opined(cast: Cast) -> TimeRelease:
    return time_actions.give_time_opinion(
        release=ask(cast), opinion="favourable", by=by(cast.manager), note="D’accord, hors juillet."
    )


def test_nobody_above_hears_before_the_member_asks(cast: Cast) -> None:
    assert waiting(cast.manager) == waiting(cast.director) == set()
    release = ask(cast)
    assert (release.manager, release.director) == (cast.manager, cast.director)
    assert waiting(cast.manager) == {"time_opinion"}
    assert waiting(cast.director) == set()  # not yet: the opinion comes first


@pytest.mark.parametrize("person", ["co_author", "lead", "manager", "director", "stranger"])
def test_only_the_member_asks_for_the_members_time(cast: Cast, person: str) -> None:
    with refused(NotAllowed):
        time_actions.ask_time(member=cast.member, days_a_month=TWO_DAYS, by=by(getattr(cast, person)))
    assert not WorkItem.objects.exists()
    assert not Event.objects.filter(subject_key=cast.idea.key).exists()


def test_not_even_a_deputy_or_the_clock_asks_for_a_member(cast: Cast) -> None:
    AbsenceFactory(person=cast.author, deputy=cast.stranger)
    for actor in (by(cast.stranger, on_behalf_of=cast.author), CLOCK):
        with refused(NotAllowed):
            time_actions.ask_time(member=cast.member, days_a_month=TWO_DAYS, by=actor)


def test_who_is_not_in_the_team_any_more_or_only_helps_asks_for_nothing(cast: Cast) -> None:
    helper = TeamMemberFactory(idea=cast.idea, role="helper")
    left = TeamMemberFactory(idea=cast.idea, left_at=clock.now())
    invited = TeamMemberFactory(idea=cast.idea, invited=True)
    for member in (helper, left, invited):
        with refused(NotAllowed):
            time_actions.ask_time(member=member, days_a_month=TWO_DAYS, by=by(member.person))


@pytest.mark.parametrize("days", ["0", "0.4", "0.75", "20.5", "-1"])
def test_time_is_in_half_days_up_to_twenty(cast: Cast, days: str) -> None:
    with refused(Invalid) as refusal:
        time_actions.ask_time(member=cast.member, days_a_month=Decimal(days), by=by(cast.author))
    assert "days_a_month" in refusal.value.fields


def test_time_is_asked_once_and_at_its_moment(cast: Cast) -> None:
    ask(cast)
    with refused(Conflict):
        ask(cast)
    Idea.objects.filter(pk=cast.idea.pk).update(stage="review")
    with refused(Conflict):
        time_actions.ask_time(member=cast.co_member, days_a_month=TWO_DAYS, by=by(cast.co_author))


def test_the_opinion_comes_before_the_signature(cast: Cast) -> None:
    release = ask(cast)
    with refused(Conflict):
        time_actions.sign_time_release(release=release, by=by(cast.director))
    time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))
    assert waiting(cast.manager) == set()
    assert waiting(cast.director) == {"sign_time_release"}
    with refused(Conflict):
        time_actions.give_time_opinion(release=release, opinion="reserved", note="Non", by=by(cast.manager))
    time_actions.sign_time_release(release=release, by=by(cast.director))
    release.refresh_from_db()
    assert (release.state, release.signed_by) == ("signed", cast.director)
    assert waiting(cast.director) == set()
    with refused(Conflict):
        time_actions.sign_time_release(release=release, by=by(cast.director))


@pytest.mark.parametrize("person", ["author", "co_author", "lead", "director", "stranger"])
def test_only_the_manager_gives_the_opinion(cast: Cast, person: str) -> None:
    release = ask(cast)
    with refused(NotAllowed):
        time_actions.give_time_opinion(release=release, opinion="favourable", by=by(getattr(cast, person)))


@pytest.mark.parametrize("person", ["author", "lead", "manager", "dga", "other_director"])
def test_only_the_director_signs_or_refuses(cast: Cast, person: str) -> None:
    release, someone = opined(cast), by(getattr(cast, person))
    with refused(NotAllowed):
        time_actions.sign_time_release(release=release, by=someone)
    with refused(NotAllowed):
        time_actions.refuse_time_release(release=release, note="Non", by=someone)
    with refused(NotAllowed):
        time_actions.sign_time_release(release=release, by=CLOCK)


def test_reservations_need_their_reason(cast: Cast) -> None:
    release = ask(cast)
    with refused(Invalid) as refusal:
        time_actions.give_time_opinion(release=release, opinion="reserved", by=by(cast.manager))
    assert "note" in refusal.value.fields
    with refused(Invalid):
        time_actions.give_time_opinion(release=release, opinion="no_objection_recorded", by=by(cast.manager))


def test_silence_is_no_objection_and_never_a_release(cast: Cast) -> None:
    release = ask(cast)
    with refused(Conflict):
        time_actions.record_silence(release=release, by=CLOCK)
    with pytest.raises(ValueError, match="clock"):
        time_actions.record_silence(release=release, by=by(cast.manager))
    assert release.opinion_due_at is not None
    with clock.moved(release.opinion_due_at + timedelta(seconds=1)):
        clock_actions.tick()
        clock_actions.tick()
        release.refresh_from_db()
        assert release.opinion == "no_objection_recorded"
        assert release.state == "asked"
        assert not facts.time_release(cast.idea, "G2")
        assert waiting(cast.director) == {"sign_time_release"}
    with clock.moved(clock.now() + timedelta(days=400)):
        clock_actions.tick()
        release.refresh_from_db()
        assert release.state == "asked"  # the director's silence releases nothing
    assert Event.objects.filter(subject_key=cast.idea.key, verb="time_silence_recorded").count() == 1


def test_the_silence_of_an_idea_that_ended_is_not_recorded(cast: Cast) -> None:
    release = ask(cast)
    Idea.objects.filter(pk=cast.idea.pk).update(state="withdrawn")
    with clock.moved(release.opinion_due_at + timedelta(days=1)):
        clock_actions.tick()
    release.refresh_from_db()
    assert release.opinion == ""
    with refused(Conflict):
        time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))


def test_a_refusal_goes_to_the_deputy_director_general(cast: Cast) -> None:
    release = opined(cast)
    with refused(Invalid):
        time_actions.refuse_time_release(release=release, note=" ", by=by(cast.director))
    time_actions.refuse_time_release(
        release=release, note="Sous-effectif jusqu’en mai.", by=by(cast.director)
    )
    assert waiting(cast.dga) == {"arbitrate_time"}
    assert not facts.time_release(cast.idea, "G2")
    for person in (cast.director, cast.lead, cast.author):
        with refused(NotAllowed):
            time_actions.arbitrate_time(release=release, released=True, note="Oui", by=by(person))
    with refused(Invalid):
        time_actions.arbitrate_time(release=release, released=True, note="", by=by(cast.dga))
    time_actions.arbitrate_time(release=release, released=True, note="Deux jours tiennent.", by=by(cast.dga))
    release.refresh_from_db()
    assert (release.state, release.signed_by, release.arbiter) == ("signed", cast.dga, cast.dga)
    assert facts.time_release(cast.idea, "G2")


def test_a_refusal_upheld_lets_the_member_ask_for_less(cast: Cast) -> None:
    release = opined(cast)
    time_actions.refuse_time_release(release=release, note="Trop.", by=by(cast.director))
    time_actions.arbitrate_time(release=release, released=False, note="Trop en effet.", by=by(cast.dga))
    assert not facts.time_release(cast.idea, "G2")
    again = time_actions.ask_time(member=cast.member, days_a_month=Decimal(1), by=by(cast.author))
    time_actions.give_time_opinion(release=again, opinion="favourable", by=by(cast.manager))
    time_actions.sign_time_release(release=again, by=by(cast.director))
    assert facts.time_release(cast.idea, "G2")


def test_time_is_released_when_the_author_and_all_who_asked_have_it(cast: Cast) -> None:
    own = time_actions.ask_time(member=cast.co_member, days_a_month=TWO_DAYS, by=by(cast.co_author))
    time_actions.give_time_opinion(release=own, opinion="favourable", by=by(cast.manager))
    time_actions.sign_time_release(release=own, by=by(cast.director))
    assert not facts.time_release(cast.idea, "G2")  # the author has none
    release = opined(cast)
    assert not facts.time_release(cast.idea, "G2")
    time_actions.sign_time_release(release=release, by=by(cast.director))
    assert facts.time_release(cast.idea, "G2")
    time_actions.take_back_time(release=own, by=by(cast.co_author))
    assert facts.time_release(cast.idea, "G2")
    time_actions.take_back_time(release=release, by=by(cast.author))
    assert not facts.time_release(cast.idea, "G2")
    with refused(Conflict):
        time_actions.take_back_time(release=release, by=by(cast.author))


def test_only_the_member_takes_time_back(cast: Cast) -> None:
    release = ask(cast)
    for person in (cast.co_author, cast.manager, cast.lead):
        with refused(NotAllowed):
            time_actions.take_back_time(release=release, by=by(person))


def test_whoever_leaves_the_team_no_longer_asks(cast: Cast) -> None:
    release = time_actions.ask_time(member=cast.co_member, days_a_month=TWO_DAYS, by=by(cast.co_author))
    drafting.leave_team(idea=cast.idea, by=by(cast.co_author))
    release.refresh_from_db()
    assert (release.state, waiting(cast.manager)) == ("withdrawn", set())
    last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
    assert (last.verb, [line["what"] for line in last.effects]) == ("team_left", ["team", "time_release"])
    with refused(Conflict):
        time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))


def test_who_came_with_a_merged_idea_leaves_without_a_request(cast: Cast) -> None:
    release = time_actions.ask_time(member=cast.co_member, days_a_month=TWO_DAYS, by=by(cast.co_author))
    source = IdeaFactory()
    cast.idea.team.filter(person=cast.co_author).update(merged_from=source)
    with locked(cast.idea.pk) as idea:
        effects = drafting.take_credit_back(idea=idea, source=source)
    release.refresh_from_db()
    assert (release.state, [line["what"] for line in effects]) == ("withdrawn", ["team", "time_release"])


def test_time_signed_before_leaving_the_team_is_given_back_by_whoever_has_it(
    cast: Cast, client: Client
) -> None:
    own = time_actions.ask_time(member=cast.co_member, days_a_month=TWO_DAYS, by=by(cast.co_author))
    time_actions.give_time_opinion(release=own, opinion="favourable", by=by(cast.manager))
    time_actions.sign_time_release(release=own, by=by(cast.director))
    drafting.leave_team(idea=cast.idea, by=by(cast.co_author))
    own.refresh_from_db()
    assert own.state == "signed"
    client.force_login(cast.co_author)
    take_back = reverse("time-take-back", args=[own.key])
    assert take_back in client.get(reverse("sponsorship", args=[cast.idea.key])).text
    assert client.post(take_back, {"request_key": new_key()}).status_code == 302
    own.refresh_from_db()
    assert own.state == "withdrawn"


def test_the_manager_is_skipped_when_there_is_none_or_it_is_the_director(cast: Cast) -> None:
    cast.author.posts.update(line_manager=cast.director)
    release = ask(cast)
    assert release.manager is None
    assert waiting(cast.director) == {"sign_time_release"}
    time_actions.sign_time_release(release=release, by=by(cast.director))
    assert facts.time_release(cast.idea, "G2")


def test_a_manager_or_director_of_the_team_does_not_judge_it(cast: Cast) -> None:
    TeamMemberFactory(idea=cast.idea, person=cast.manager)
    TeamMemberFactory(idea=cast.idea, person=cast.director)
    release = ask(cast)
    assert release.manager is None
    assert release.director == cast.dga


def test_nobody_to_sign_is_said(cast: Cast) -> None:
    TeamMemberFactory(idea=cast.idea, person=cast.director)
    cast.dga.mandates.all().delete()
    with refused(Conflict) as refusal:
        ask(cast)
    assert refusal.value.code == "time.no_director"


def test_a_deputy_signs_unless_of_the_team(cast: Cast) -> None:
    release = opined(cast)
    AbsenceFactory(person=cast.director, deputy=cast.co_author)
    with refused(NotAllowed):
        time_actions.sign_time_release(release=release, by=by(cast.co_author, on_behalf_of=cast.director))
    deputy = PersonFactory()
    AbsenceFactory(person=cast.director, deputy=deputy)
    time_actions.sign_time_release(release=release, by=by(deputy, on_behalf_of=cast.director))
    release.refresh_from_db()
    assert release.signed_by == deputy


def test_a_manager_who_left_is_replaced(cast: Cast) -> None:
    release = ask(cast)
    Person.objects.filter(pk=cast.manager.pk).update(is_active=False)
    time_actions.ask_someone_else(release=release, leaver=cast.manager, by=SUBSTITUTION)
    release.refresh_from_db()
    assert release.manager is None
    assert waiting(cast.director) == {"sign_time_release"}


def test_the_opinion_stays_with_those_it_concerns(cast: Cast) -> None:
    release = TimeRelease.objects.get(pk=opined(cast).pk)
    readers = [cast.author, cast.manager, cast.director, cast.lead, cast.dga]
    others = [cast.co_author, cast.stranger, cast.other_director, cast.finance]
    assert all(shown.viewpoint(cast.idea, person).sees_opinion(release) for person in readers)
    assert not any(shown.viewpoint(cast.idea, person).sees_opinion(release) for person in others)
    events = str(list(Event.objects.filter(subject_key=cast.idea.key).values("payload", "effects")))
    assert "favourable" not in events
    assert "juillet" not in events


def test_one_turn_at_a_time() -> None:
    assert rules.turn(state="asked", has_manager=True, opinion="") == "manager"
    assert rules.turn(state="asked", has_manager=True, opinion="reserved") == "director"
    assert rules.turn(state="asked", has_manager=False, opinion="") == "director"
    assert rules.turn(state="disputed", has_manager=True, opinion="reserved") == "arbiter"
    assert rules.turn(state="signed", has_manager=True, opinion="") == "nobody"
