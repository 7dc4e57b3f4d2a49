"""A stop looked at again: within its time, by someone who took no part, who alone reads why; and the auditor."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.models import Person
from tests.factories import AbsenceFactory, MandateFactory, PersonFactory, TeamMemberFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import REASONS, Cast, act
from workflows.clock.actions import tick
from workflows.gates import explained
from workflows.gates.models import Vote
from workflows.journey import actions
from workflows.journey.models import Reexamination
from workflows.sessions.models import SelectionSession, SessionIdea, SessionMember

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]
PARIS = ZoneInfo("Europe/Paris")
GROUNDS = "Un abri est prêté depuis juin."
# A Monday without holidays in the four weeks that follow: ten working days end on Monday the 16th.
STOPPED = datetime(2026, 3, 2, 10, tzinfo=PARIS)
LAST_DAY = date(2026, 3, 16)


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def idea(cast: Cast) -> Idea:
    """Stopped at selection: two for it, three against, too low on value."""
    with clock.moved(STOPPED):
        round_ = stage.at_g1(cast)
        stage.all_vote(round_, "go", "go", "not_now", level=2)
        play.decide(round_.idea, cast.dga, "stop")
        return Idea.objects.get()


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
    assert cast.dgs in actions.reexaminers(idea, "G1")
    voted = Vote.objects.filter(seat__round__idea=idea, seat__round__gate="G1")
    voted.filter(pk=voted.values("pk")[:1]).update(cast_by=cast.dgs)
    assert cast.dgs not in actions.reexaminers(idea, "G1")


def test_whoever_heard_the_idea_in_a_session_took_part(cast: Cast, idea: Idea) -> None:
    now = clock.now()
    session = SelectionSession.objects.create(
        call=cast.call, gate="G1", rules={}, held_at=now, venue="-", waiting_until=now.date(), prepared_at=now
    )
    round_ = idea.rounds.get(gate="G1")
    SessionIdea.objects.create(session=session, idea=idea, round=round_, euros=0, agent_days=0)
    member = SessionMember.objects.create(session=session, person=cast.dgs, called_at=now)
    assert cast.dgs in actions.reexaminers(idea, "G1")
    SessionMember.objects.filter(pk=member.pk).update(arrived_at=now)
    assert cast.dgs not in actions.reexaminers(idea, "G1")


def test_an_answer_that_came_late_leaves_nobody_asked(idea: Idea, cast: Cast) -> None:
    with clock.moved(STOPPED):
        actions.ask_reexamination(idea=idea.key, by=act(cast.author), grounds=GROUNDS)
    asked = WorkItem.objects.filter(subject_key=idea.key, closed_at=None)
    with clock.moved(STOPPED + timedelta(days=63)):
        tick()
        assert asked.filter(key__startswith="late:").exists(), "the lead was told that the answer is late"
        other = PersonFactory(employed=True, mandate="dga")
        actions.answer_reexamination(idea=idea.key, by=act(other), answer="upheld", reasons=REASONS)
        assert not asked.exists()
