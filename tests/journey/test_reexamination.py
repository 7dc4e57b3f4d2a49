"""A stop looked at again: within its time, by someone who took no part, who alone reads why; and the auditor."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from ideas.calls.models import Call
from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.messages.models import Message
from incubator.people import actions as people
from incubator.people.actions import own
from incubator.people.models import Person
from tests.factories import AbsenceFactory, IdeaFactory, MandateFactory, PersonFactory, TeamMemberFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import REASONS, Cast, act
from tests.platform.kept import kept
from workflows.clock.actions import tick
from workflows.gates import explained
from workflows.gates.configuration.queries import outline
from workflows.gates.conflicts import conflicts
from workflows.gates.models import Vote
from workflows.journey import actions, jobs
from workflows.journey import departures as journey_departures
from workflows.journey.models import Reexamination
from workflows.journey.reexaminers import reexaminers, right_to_answer
from workflows.sessions.models import SelectionSession, SessionIdea, SessionMember

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]
PARIS = ZoneInfo("Europe/Paris")
GROUNDS = "Un abri est prêté depuis juin."
# A Monday without holidays in the four weeks that follow: ten working days end on Monday the 16th.
STOPPED = datetime(2026, 3, 2, 10, tzinfo=PARIS)
LAST_DAY = date(2026, 3, 16)


def stop(_run_jobs: Run) -> tuple[Idea, Cast]:
    """Stopped at selection: two for it, three against, too low on value."""
    with clock.moved(STOPPED):
        round_ = stage.at_g1(cast := Cast())
        stage.all_vote(round_, "go", "go", "not_now", level=2)
        play.decide(round_.idea, cast.dga, "stop")
        return Idea.objects.get(), cast


@pytest.fixture(scope="module")
def kept_stop(request: pytest.FixtureRequest) -> Iterator[tuple[Idea, Cast]]:
    yield from kept(request, stop)


@pytest.fixture
def stopped(kept_stop: tuple[Idea, Cast]) -> tuple[Idea, Cast]:
    return deepcopy(kept_stop)


@pytest.fixture
def idea(stopped: tuple[Idea, Cast]) -> Idea:
    return stopped[0]


@pytest.fixture
def cast(stopped: tuple[Idea, Cast]) -> Cast:
    return stopped[1]


def window() -> Reexamination:
    return Reexamination.objects.get()


def last_day() -> date:
    return window().window_until.astimezone(PARIS).date()


def ask(idea: Idea, cast: Cast, day: int = 3) -> None:
    with clock.moved(datetime(2026, 3, day, 10, tzinfo=PARIS)):
        actions.ask_reexamination(idea=idea.key, by=act(cast.author), grounds=GROUNDS)


def tick_on(day: int) -> None:
    with clock.moved(datetime(2026, 3, day, 10, tzinfo=PARIS)):
        tick()


def page(person: Person, idea: Idea) -> tuple[int, str]:
    answer = stage.signed_in(person).get(
        reverse("reexamination", args=[idea.key]), headers={"accept-language": "en"}
    )
    return answer.status_code, stage.texts(answer.content.decode())


WHY = "Why, rule by rule"


def test_the_delay_is_ten_working_days_and_then_the_stop_is_final(idea: Idea, cast: Cast) -> None:
    assert last_day() == LAST_DAY
    with pytest.raises(Conflict):
        ask(idea, cast, day=17)
    tick_on(16)
    assert window().closed_at is None
    tick_on(17)
    assert window().closed_at is not None


def test_leave_pauses_the_delay_also_when_it_is_declared_later(idea: Idea, cast: Cast) -> None:
    AbsenceFactory(person=cast.author, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 13))
    tick_on(17)
    assert window().closed_at is None
    assert last_day() == date(2026, 3, 23)
    assert Event.objects.filter(subject_key=idea.key, verb="window_lengthened").count() == 1
    idea.refresh_from_db()
    assert idea.due_at == window().window_until
    ask(idea, cast, day=23)
    assert window().asked_at is not None


def test_the_delay_runs_while_someone_of_the_team_is_there(idea: Idea, cast: Cast) -> None:
    AbsenceFactory(person=cast.author, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 13))
    TeamMemberFactory(idea=idea)
    tick_on(17)
    assert window().closed_at is not None


def test_an_answer_handed_over_later_counts_from_then(idea: Idea, cast: Cast) -> None:
    with clock.moved(STOPPED + timedelta(days=5)):
        with pytest.raises(NotAllowed):
            actions.hand_over_answer(idea=idea.key, by=act(cast.author), on=date(2026, 3, 5))
        for wrong in (date(2026, 3, 1), date(2026, 3, 8)):
            with pytest.raises(Invalid):
                actions.hand_over_answer(idea=idea.key, by=act(cast.lead), on=wrong)
        actions.hand_over_answer(idea=idea.key, by=act(cast.lead), on=date(2026, 3, 5))
    assert last_day() == date(2026, 3, 19)
    client = stage.signed_in(cast.lead)
    url = reverse("reexamination", args=[idea.key])
    with clock.moved(STOPPED + timedelta(days=7)):
        assert client.post(url, {"on": "2026-04-01"}).status_code == 422
        assert client.post(url, {"on": "2026-03-06"}).status_code == 302
    assert last_day() == date(2026, 3, 20)
    ask(idea, cast)
    with pytest.raises(Conflict):
        actions.hand_over_answer(idea=idea.key, by=act(cast.lead), on=date(2026, 3, 6))


def test_only_a_mandated_person_who_took_no_part_answers(idea: Idea, cast: Cast) -> None:
    sat = idea.rounds.get(gate="G1").seats.first().person
    MandateFactory(holder=sat, capacity="dga")
    above = MandateFactory(holder=cast.manager, capacity="dga").holder
    ask(idea, cast)
    asked = WorkItem.objects.filter(verb="reexamine", closed_at=None)
    assert [item.person for item in asked] == [cast.dgs]
    for person in (cast.dga, sat, above, cast.lead):
        with pytest.raises(NotAllowed):
            actions.answer_reexamination(idea=idea.key, by=act(person), answer="overturned", reasons=REASONS)


def test_whoever_answers_and_the_auditor_read_why_and_nobody_else(idea: Idea, cast: Cast) -> None:
    auditor = PersonFactory(role="auditor")
    assert WHY not in page(auditor, idea)[1], "nothing is re-examined yet"
    ask(idea, cast)
    seen = {person: page(person, idea) for person in (cast.dgs, auditor, cast.author, cast.dga, cast.lead)}
    assert [status for status, _text in seen.values()] == [200, 200, 200, 404, 404]
    assert [WHY in text for _status, text in seen.values()] == [True, True, False, False, False]
    TeamMemberFactory(idea=idea, person=auditor)
    assert WHY not in page(auditor, idea)[1], "in the team, an auditor is of the team"
    helper = PersonFactory(role="auditor")
    assert WHY in page(helper, idea)[1]
    taken_in = IdeaFactory(live=True)
    Idea.objects.filter(pk=taken_in.pk).update(state="merged", merged_into=idea)
    TeamMemberFactory(idea=taken_in, person=helper, role="helper")
    assert WHY not in page(helper, idea)[1], "nor is one of the team of what was merged into it"

    reasons = {"answer": "upheld", "reasons": REASONS, "request_key": "11111111-1111-4111-8111-111111111111"}
    stage.signed_in(cast.dgs).post(reverse("reexamination", args=[idea.key]), reasons)
    assert WHY in page(cast.dgs, idea)[1]
    assert [WHY in page(person, idea)[1] for person in (cast.dga, cast.author, cast.chair)] == [False] * 3


def test_why_in_words(idea: Idea, cast: Cast) -> None:
    ask(idea, cast)
    text = page(cast.dgs, idea)[1]
    assert "2 for it, 3 against" in text
    assert "2.00 of 4; threshold 2.4" in text
    assert "1 vote for it instead of against" in text
    assert "levels more on “How much the problem hurts”, all seats together" in text
    for seat in idea.rounds.get(gate="G1").seats.all():
        assert seat.person.family_name not in text


def test_a_decision_that_departs_is_to_be_looked_at_itself(cast: Cast) -> None:
    round_ = stage.at_g1(cast)
    stage.all_vote(round_)
    play.decide(round_.idea, cast.dga, "stop", departure_reason="Le budget est épuisé.")
    round_.refresh_from_db()
    why = explained.shown(round_.record, departs=True)
    assert (why["changes"], why["departs"]) == ([], True)


def test_overturned_it_is_back_at_its_gate_with_a_new_round_and_another_panel_may_differ(
    idea: Idea, cast: Cast, run_jobs: Run
) -> None:
    ask(idea, cast)
    actions.answer_reexamination(idea=idea.key, by=act(cast.dgs), answer="overturned", reasons=REASONS)
    idea.refresh_from_db()
    assert (idea.state, idea.stage) == ("live", "review")
    assert [round_.state for round_ in idea.rounds.filter(gate="G1").order_by("number")] == [
        "decided",
        "seating",
    ]
    assert not WorkItem.objects.filter(verb="reexamine", closed_at=None).exists()
    run_jobs()


def test_a_deputy_who_voted_took_part(cast: Cast, idea: Idea) -> None:
    assert cast.dgs in reexaminers(idea, "G1")
    voted = Vote.objects.filter(seat__round__idea=idea, seat__round__gate="G1")
    voted.filter(pk=voted.values("pk")[:1]).update(cast_by=cast.dgs)
    assert cast.dgs not in reexaminers(idea, "G1")


def test_whoever_heard_the_idea_in_a_session_took_part(cast: Cast, idea: Idea) -> None:
    now = clock.now()
    session = SelectionSession.objects.create(
        call=cast.call, gate="G1", rules={}, held_at=now, venue="-", waiting_until=now.date(), prepared_at=now
    )
    round_ = idea.rounds.get(gate="G1")
    SessionIdea.objects.create(session=session, idea=idea, round=round_, euros=0, agent_days=0)
    member = SessionMember.objects.create(session=session, person=cast.dgs, called_at=now)
    assert cast.dgs in reexaminers(idea, "G1")
    SessionMember.objects.filter(pk=member.pk).update(arrived_at=now)
    assert cast.dgs not in reexaminers(idea, "G1")


def test_an_answer_that_came_late_leaves_nobody_asked(idea: Idea, cast: Cast) -> None:
    with clock.moved(STOPPED):
        actions.ask_reexamination(idea=idea.key, by=act(cast.author), grounds=GROUNDS)
    asked = WorkItem.objects.filter(subject_key=idea.key, closed_at=None)
    with clock.moved(STOPPED + timedelta(days=63)):
        tick()
        assert asked.filter(key__startswith="late:").exists(), "the lead was told that the answer is late"
        actions.answer_reexamination(idea=idea.key, by=act(cast.dgs), answer="upheld", reasons=REASONS)
        assert not asked.exists()


def waits(verb: str) -> list[Person]:
    items = WorkItem.objects.filter(verb=verb, closed_at=None).select_related("person")
    return [item.person for item in items.order_by("person__staff_number")]


def administrator() -> Person:
    return PersonFactory(role="administrator")


def test_a_deputy_answers_and_both_are_named(idea: Idea, cast: Cast) -> None:
    ask(idea, cast)
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=cast.dgs, deputy=deputy)
    actions.answer_reexamination(idea=idea.key, by=act(deputy), answer="upheld", reasons=REASONS)
    assert (window().answered_by, window().answered_on_behalf_of) == (deputy, cast.dgs)
    event = Event.objects.get(verb="reexamination_answered")
    assert (event.actor_key, event.on_behalf_of_key) == (deputy.key, cast.dgs.key)
    assert [WHY in page(person, idea)[1] for person in (deputy, cast.dgs)] == [True, True]


def test_a_deputy_who_sat_or_is_too_close_does_not_answer(idea: Idea, cast: Cast) -> None:
    ask(idea, cast)
    sat = idea.rounds.get(gate="G1").seats.first().person
    for deputy in (sat, cast.manager):
        absence = AbsenceFactory(person=cast.dgs, deputy=deputy)
        assert right_to_answer(idea, window(), act(deputy)) is None
        assert page(deputy, idea)[0] == 404
        absence.delete()
    assert right_to_answer(idea, window(), act(cast.dgs)) == act(cast.dgs)


def test_without_anyone_who_may_answer_the_leads_find_someone(idea: Idea, cast: Cast, run_jobs: Run) -> None:
    cast.dgs.mandates.all().delete()
    ask(idea, cast)
    idea.refresh_from_db()
    assert (idea.holder, idea.due_at) == ("lead", window().due_at)
    assert waits("reexamine") == []
    assert waits("name_reexaminer") == [cast.lead, cast.other_lead]
    run_jobs()
    status, text = page(cast.lead, idea)
    assert (status, "Nobody can answer yet" in text, GROUNDS in text) == (200, True, False)
    assert "director general of services" in text
    assert page(cast.dga, idea)[0] == 404

    newcomer = PersonFactory(employed=True)
    given = {"capacity": "elected", "reference": "Arrêté 2026-9", "entity": idea.programme.entity}
    people.give_mandate(holder=newcomer, by=act(administrator()), **given)
    run_jobs()
    idea.refresh_from_db()
    assert (idea.holder, waits("reexamine"), waits("name_reexaminer")) == ("decider", [newcomer], [])
    event = Event.objects.get(verb="reexamination_passed")
    assert [(line.get("from"), line["to"]) for line in event.effects] == [
        ("lead", "decider"),
        (None, str(newcomer.key)),
    ]
    actions.answer_reexamination(idea=idea.key, by=act(newcomer), answer="upheld", reasons=REASONS)
    assert not WorkItem.objects.filter(subject_key=idea.key, closed_at=None).exists()


@pytest.mark.parametrize("how", ["ended", "left", "lapsed"])
def test_when_the_only_one_asked_may_no_longer_answer_another_is(
    idea: Idea, cast: Cast, run_jobs: Run, how: str
) -> None:
    ask(idea, cast)
    assert waits("reexamine") == [cast.dgs]
    successor = MandateFactory(capacity="dgs", holder=PersonFactory(employed=True)).holder
    mandate = cast.dgs.mandates.get()
    if how == "ended":
        people.end_mandate(mandate=mandate, by=act(administrator()))
    elif how == "left":
        Person.objects.filter(pk=cast.dgs.pk).update(is_active=False)
        journey_departures.on_departure(cast.dgs, clock.today(), act(cast.lead))
    else:
        mandate.ends_on = clock.today()
        mandate.save()
        jobs.a_new_day()
    run_jobs()
    assert waits("reexamine") == [successor]
    event = Event.objects.get(verb="reexamination_passed")
    assert [(line["what"], line["from"], line["to"]) for line in event.effects] == [
        ("reexaminer", str(cast.dgs.key), str(successor.key))
    ]


def test_one_person_is_asked_and_only_they_and_the_auditor_read_why(idea: Idea, cast: Cast) -> None:
    others = [MandateFactory(capacity="dgs", holder=PersonFactory(employed=True)).holder for _ in range(2)]
    able = sorted([cast.dgs, *others], key=lambda one: one.staff_number)
    auditor = PersonFactory(role="auditor")
    ask(idea, cast)
    assert waits("reexamine") == able[:1]
    event = Event.objects.get(verb="reexamination_asked")
    assert {"what": "reexaminer", "to": str(able[0].key)} in event.effects
    seen = [page(person, idea) for person in (*able, auditor)]
    assert [status for status, _text in seen] == [200, 404, 404, 200]
    assert [WHY in text for _status, text in seen] == [True, False, False, True]
    for person in others:
        with pytest.raises(NotAllowed):
            actions.answer_reexamination(idea=idea.key, by=act(person), answer="upheld", reasons=REASONS)


def test_the_next_one_goes_to_whoever_has_the_fewest(idea: Idea, cast: Cast) -> None:
    other = MandateFactory(capacity="dgs", holder=PersonFactory(employed=True)).holder
    first, second = sorted([cast.dgs, other], key=lambda one: one.staff_number)
    ask(idea, cast)
    with clock.moved(STOPPED):
        round_ = stage.at_g1(play.another_team(cast))
        stage.all_vote(round_, "not_now", level=2)
        play.decide(round_.idea, cast.dga, "stop")
        author = round_.idea.team.get(role="author").person
        actions.ask_reexamination(idea=round_.idea.key, by=act(author), grounds=GROUNDS)
    assert [one.decider for one in Reexamination.objects.order_by("pk")] == [first, second]


def test_whoever_is_close_to_the_idea_is_asked_last(idea: Idea, cast: Cast) -> None:
    other = MandateFactory(capacity="dgs", holder=PersonFactory(employed=True)).holder
    close, far = sorted([cast.dgs, other], key=lambda one: one.staff_number)
    post = cast.author.posts.get()
    close.posts.update(department=post.department)
    assert conflicts(close, idea, "G1").soft == {"small_service"}
    ask(idea, cast)
    assert window().decider == far


def test_whoever_answered_for_a_stop_has_no_say_on_the_next_one(idea: Idea, cast: Cast) -> None:
    ask(idea, cast)
    actions.answer_reexamination(idea=idea.key, by=act(cast.dgs), answer="overturned", reasons=REASONS)
    assert cast.dgs not in reexaminers(idea, "G1")


def test_an_answer_that_comes_after_it_passed_on_is_not_lost(idea: Idea, cast: Cast, run_jobs: Run) -> None:
    other = MandateFactory(capacity="dgs", holder=PersonFactory(employed=True)).holder
    first, second = sorted([cast.dgs, other], key=lambda one: one.staff_number)
    ask(idea, cast)
    own.note_private_link(other=cast.author, by=act(first))
    run_jobs()
    assert window().decider == second
    answer = stage.signed_in(first).post(
        reverse("reexamination", args=[idea.key]), {"answer": "upheld", "reasons": REASONS}
    )
    assert answer.status_code == 404
    assert REASONS in answer.content.decode()


def test_an_absence_lends_it_to_a_deputy_who_took_no_part_and_else_passes_it_on(
    idea: Idea, cast: Cast, run_jobs: Run
) -> None:
    other = MandateFactory(capacity="dgs", holder=PersonFactory(employed=True)).holder
    first, second = sorted([cast.dgs, other], key=lambda one: one.staff_number)
    sat = idea.rounds.get(gate="G1").seats.first().person
    ask(idea, cast)
    with clock.moved(STOPPED + timedelta(days=2)):
        days = {"starts_on": clock.today(), "ends_on": clock.today() + timedelta(days=9)}
        deputy = PersonFactory(employed=True)
        lent = people.record_absence(person=first, deputy=deputy, by=act(first), **days)
        run_jobs()
        assert (waits("reexamine"), WHY in page(deputy, idea)[1]) == ([first], True)
        people.end_absence(absence=lent, by=act(first))
        people.record_absence(person=first, deputy=sat, by=act(first), **days)
        run_jobs()
        assert (waits("reexamine"), WHY in page(second, idea)[1]) == ([second], True)
        assert [page(person, idea)[0] for person in (first, deputy, sat)] == [404] * 3
        # Away too, for nobody: the leads see to it; whoever is back first has it.
        people.record_absence(person=second, by=act(second), **days)
        run_jobs()
        idea.refresh_from_db()
        assert (waits("reexamine"), waits("name_reexaminer")) == ([], [cast.lead, cast.other_lead])
        assert (idea.holder, window().decider) == ("lead", None)
        assert [page(person, idea)[0] for person in (first, second)] == [404, 404]
    with clock.moved(STOPPED + timedelta(days=12)):
        jobs.a_new_day()
        assert (waits("reexamine"), waits("name_reexaminer")) == ([first], [])
        actions.answer_reexamination(idea=idea.key, by=act(first), answer="upheld", reasons=REASONS)


def test_a_deputy_who_is_away_too_stands_in_for_nobody(idea: Idea, cast: Cast, run_jobs: Run) -> None:
    other = MandateFactory(capacity="dgs", holder=PersonFactory(employed=True)).holder
    first, second = sorted([cast.dgs, other], key=lambda one: one.staff_number)
    ask(idea, cast)
    with clock.moved(STOPPED + timedelta(days=2)):
        days = {"starts_on": clock.today(), "ends_on": clock.today() + timedelta(days=9)}
        deputy = PersonFactory(employed=True)
        people.record_absence(person=first, deputy=deputy, by=act(first), **days)
        run_jobs()
        assert waits("reexamine") == [first]
        people.record_absence(person=deputy, by=act(deputy), **days)
        run_jobs()
        assert (waits("reexamine"), window().decider) == ([second], second)


def test_whoever_finds_they_are_too_close_says_so_in_their_list_and_it_passes_on(
    idea: Idea, cast: Cast, run_jobs: Run
) -> None:
    other = MandateFactory(capacity="dgs", holder=PersonFactory(employed=True)).holder
    first, second = sorted([cast.dgs, other], key=lambda one: one.staff_number)
    ask(idea, cast)
    own.note_private_link(other=cast.author, by=act(first))
    run_jobs()
    assert waits("reexamine") == [second]


def test_a_lead_whose_role_ends_hands_the_search_on(idea: Idea, cast: Cast, run_jobs: Run) -> None:
    cast.dgs.mandates.all().delete()
    ask(idea, cast)
    assert waits("name_reexaminer") == [cast.lead, cast.other_lead]
    people.end_grant(grant=cast.lead.role_grants.get(), by=act(administrator()))
    run_jobs()
    assert waits("name_reexaminer") == [cast.other_lead]


def test_an_idea_that_may_come_back_keeps_its_voters_hidden(idea: Idea, cast: Cast) -> None:
    """A call that has ended hides who votes until none of its ideas can stand at a gate again."""
    over = STOPPED - timedelta(days=1)
    Call.objects.filter(pk=idea.call_id).update(
        voters_hidden=True, opens_at=over - timedelta(days=9), closes_at=over, always_open=False
    )
    ask(idea, cast)
    assert len(outline(idea.programme).hiding_calls) == 1
    actions.answer_reexamination(idea=idea.key, by=act(cast.dgs), answer="upheld", reasons=REASONS)
    assert outline(idea.programme).hiding_calls == ()


def read(person: Person, name: str, *args: object) -> str:
    return stage.signed_in(person).get(reverse(name, args=args), headers={"accept-language": "en"}).text


def test_the_auditor_finds_every_reexamination_from_their_work_and_from_the_idea(
    idea: Idea, cast: Cast, at_most: Callable[[int], Any]
) -> None:
    auditor, link = PersonFactory(role="auditor"), reverse("reexamination", args=[idea.key])
    assert reverse("reexaminations") in read(auditor, "my-work")
    assert link not in read(auditor, "reexaminations") + read(auditor, "idea", idea.key)
    ask(idea, cast)
    client = stage.signed_in(auditor)
    with at_most(6):
        client.get(reverse("my-work"))
    assert f"{link}?of={window().pk}" in read(auditor, "reexaminations")
    with at_most(12):
        assert link in client.get(reverse("idea", args=[idea.key])).text
    for person in (cast.dga, cast.lead, cast.chair, PersonFactory()):
        assert reverse("reexaminations") not in read(person, "my-work")
        assert link not in read(person, "idea", idea.key)
        assert stage.signed_in(person).get(reverse("reexaminations")).status_code == 404


def test_what_was_overturned_stays_with_the_auditor_and_whoever_answered(
    idea: Idea, cast: Cast, run_jobs: Run
) -> None:
    auditor = PersonFactory(role="auditor")
    ask(idea, cast)
    actions.answer_reexamination(idea=idea.key, by=act(cast.dgs), answer="overturned", reasons=REASONS)
    run_jobs()
    first = window().pk
    stage.all_vote(play.round_of(idea), "not_now", level=1)
    play.decide(idea, cast.dga, "stop")
    url = f"{reverse('reexamination', args=[idea.key])}?of={first}"
    for person, sees in ((auditor, True), (cast.dgs, True), (cast.author, False)):
        answer = stage.signed_in(person).get(url, headers={"accept-language": "en"})
        text = stage.texts(answer.text)
        assert (answer.status_code, "The stop is overturned" in text, WHY in text) == (200, True, sees)
        assert "2 for it, 3 against" in text or not sees, "the stop looked at again, not the one since"
    assert "The stop is overturned" in stage.texts(read(auditor, "reexaminations"))


def test_the_team_is_told_of_the_answer_and_reads_it(idea: Idea, cast: Cast, run_jobs: Run) -> None:
    ask(idea, cast)
    actions.answer_reexamination(idea=idea.key, by=act(cast.dgs), answer="overturned", reasons=REASONS)
    run_jobs()
    message = Message.objects.get(person=cast.author, kind="reexamined")
    assert REASONS in stage.signed_in(cast.author).get(message.url).text
    assert message.url in read(cast.author, "idea", idea.key)
    assert stage.signed_in(cast.lead).get(message.url).status_code == 404


def test_an_auditor_of_elsewhere_or_of_the_team_sees_none(idea: Idea, cast: Cast) -> None:
    elsewhere = PersonFactory(role="auditor")
    elsewhere.role_grants.update(programme_key="another")
    member = PersonFactory(role="auditor")
    TeamMemberFactory(idea=idea, person=member)
    ask(idea, cast)
    for person in (elsewhere, member):
        assert str(idea.key) not in read(person, "reexaminations")
