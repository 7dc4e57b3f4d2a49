"""An idea goes on in another one: decided at the first gates, undone by a lead until the other's next decision."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation

from ideas.drafting.models import Idea, TeamMember
from incubator.events import queries as chains
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.messages.models import Message
from incubator.people.models import Person
from tests.factories import IdeaFactory, PersonFactory, ProgrammeFactory, TeamMemberFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from tests.journey.test_routes import fast
from tests.platform.kept import kept
from workflows import nodes
from workflows.briefs.document import html_of
from workflows.briefs.gathering import record_of
from workflows.briefs.record import from_data
from workflows.gates.conflicts import conflicts
from workflows.gates.forms.decisions import _target
from workflows.gates.forms.typed import Typed
from workflows.gates.models import Decision, GateRound, Seat, Vote
from workflows.gates.replay import replay
from workflows.journey import actions
from workflows.journey.models import Merge

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]
WHY = "Les deux équipes ne visent pas les mêmes trajets."


@pytest.fixture(autouse=True)
def in_english(the_city_s_language: None) -> Iterator[None]:
    with translation.override("en"):
        yield


class Two(NamedTuple):
    """`idea` at admissibility, the lead seated; `target`, of the other team, at selection: five seats, no vote."""

    cast: Cast
    other: Cast
    target: Idea
    idea: Idea


def submitted(run_jobs: Run) -> Two:
    cast = Cast()
    other = play.another_team(cast)
    target = play.submit(other, title="Un prêt de vélos entre services")
    run_jobs()
    play.pass_g0(target, other)
    run_jobs()
    idea = play.submit(cast)
    run_jobs()
    return Two(cast, other, target, idea)


@pytest.fixture(scope="module")
def kept_two(request: pytest.FixtureRequest) -> Iterator[Two]:
    yield from kept(request, submitted)


@pytest.fixture
def two(kept_two: Two) -> Two:
    return deepcopy(kept_two)


@pytest.fixture
def cast(two: Two) -> Cast:
    return two.cast


@pytest.fixture
def other(two: Two) -> Cast:
    return two.other


@pytest.fixture
def target(two: Two) -> Idea:
    return two.target


@pytest.fixture
def idea(two: Two) -> Idea:
    return two.idea


def merge(idea: Idea, cast: Cast, target: Idea) -> Decision:
    play.pass_g0(idea, cast, "merge", target=target)
    return Decision.objects.get(round__idea=idea)


def verbs(idea: Idea) -> list[str]:
    events = Event.objects.filter(subject_key=idea.key).order_by("sequence")
    return list(events.values_list("verb", flat=True))


def told(person: Person) -> set[str]:
    return set(Message.objects.filter(person=person).values_list("kind", flat=True))


def open_items(idea: Idea) -> int:
    return WorkItem.objects.filter(subject_key=idea.key, closed_at=None).count()


def undo(idea: Idea, by: Person, reasons: str = WHY) -> Idea:
    return actions.undo_merge(idea=idea.key, by=act(by), reasons=reasons)


def test_a_merge_ends_the_idea_and_gives_its_authors_credit(
    idea: Idea, cast: Cast, target: Idea, run_jobs: Run
) -> None:
    co_author = TeamMemberFactory(idea=idea, person=PersonFactory(employed=True)).person
    helper = TeamMemberFactory(idea=idea, person=PersonFactory(employed=True), role="helper").person
    before = verbs(target)
    decision = merge(idea, cast, target)
    assert (idea.state, idea.merged_into, idea.holder) == ("merged", target, "nobody")
    assert idea.ended_at is not None
    assert nodes.station_of(idea) == "merged"
    assert open_items(idea) == 0
    assert decision.next_steps == ["merge", "undo_merge"]
    assert GateRound.objects.get(idea=idea).state == "decided"
    team = TeamMember.objects.filter(idea=target, merged_from=idea)
    assert {(one.person, one.role) for one in team} == {(cast.author, "co_author"), (co_author, "co_author")}
    for person in (cast.author, co_author, helper):
        assert "team" in conflicts(person, target, "G1").hard
    # One event on each chain that changes.
    assert verbs(idea)[-1] == "decided"
    assert verbs(target) == [*before, "idea_taken_in"]
    run_jobs()
    assert verbs(idea)[-1] == "decided"
    assert {"decided"} <= told(cast.author)
    assert chains.verify().broken == []
    assert [one for one in replay() if one.differences] == []


def test_the_other_idea_is_named_by_its_number_and_no_other_year_finds_it(cast: Cast, target: Idea) -> None:
    def named(said: str) -> tuple[Idea | None, bool]:
        typed = Typed(QueryDict(f"target={said}"))
        return _target(typed, cast.lead), "target" in typed.problems

    year = int(target.reference[:4])
    for said in (target.reference, str(target.number), f"{year}-{target.number:06d}"):
        assert named(said) == (target, False)
    for said in (f"{year - 1}-{target.number:04d}", f"{target.number}-{year}", "0", "-", "2026-"):
        assert named(said) == (None, True)


def test_the_brief_names_the_other_idea(idea: Idea, cast: Cast, target: Idea) -> None:
    merge(idea, cast, target)
    decision = Decision.objects.select_related("round__idea__programme__entity").get(outcome="merge")
    record = record_of(decision)
    assert record.merged_into == target.reference
    assert [step.code for step in record.next_steps] == ["merge", "undo_merge", "ask_lead"]
    assert from_data(record.as_data()) == record
    assert f"Elle se poursuit dans l’idée {record.merged_into}" in html_of(record)


def test_the_other_team_is_told_and_those_who_come_have_their_own_news(
    idea: Idea, cast: Cast, other: Cast, target: Idea, run_jobs: Run
) -> None:
    merge(idea, cast, target)
    run_jobs()
    assert "taken_in" in told(other.author)
    assert "taken_in" not in told(cast.author)


def test_whoever_has_come_too_close_votes_no_more(
    idea: Idea, cast: Cast, target: Idea, run_jobs: Run
) -> None:
    """The manager of an author sits on the other idea's panel and has voted: a substitute is called."""
    seat = stage.seats_of(play.round_of(target))[0]
    Seat.objects.filter(pk=seat.pk).update(person=cast.manager)
    seat.refresh_from_db()
    stage.cast_vote(seat)
    merge(idea, cast, target)
    run_jobs()
    vote = Vote.objects.get(seat=seat)
    assert (vote.in_force, vote.end_reason) == (False, "conflict")
    assert Seat.objects.filter(round__idea=target, state="open").count() == 5
    undo(idea, cast.lead)
    run_jobs()
    vote.refresh_from_db()
    assert not vote.in_force


def test_the_team_of_an_idea_merged_twice_over_stays_in_conflict(cast: Cast) -> None:
    last = IdeaFactory(author=PersonFactory(employed=True), live=True)
    middle = IdeaFactory(author=PersonFactory(employed=True), live=True, state="merged", merged_into=last)
    first = IdeaFactory(author=cast.author, live=True, state="merged", merged_into=middle)
    assert conflicts(cast.author, last, "G1").hard == {"team"}
    assert conflicts(cast.author, middle, "G1").hard == {"team"}
    assert not conflicts(last.team.get().person, first, "G1").hard


def test_a_lead_undoes_it_and_the_idea_is_where_it_was(
    idea: Idea, cast: Cast, other: Cast, target: Idea, run_jobs: Run
) -> None:
    merge(idea, cast, target)
    with pytest.raises(Invalid):
        undo(idea, cast.lead, reasons="Non.")
    for stranger in (cast.author, cast.dga, PersonFactory(employed=True)):
        with pytest.raises(NotAllowed):
            undo(idea, stranger)
    undo(idea, cast.lead)
    idea.refresh_from_db()
    assert (idea.state, idea.stage, idea.merged_into, idea.ended_at) == ("live", "submission", None, None)
    round_ = play.round_of(idea)
    assert (round_.gate, round_.number) == ("G0", 2)
    assert not TeamMember.objects.filter(idea=target, person=cast.author, left_at=None).exists()
    # Whoever was ever in the team stays in conflict.
    assert "team" in conflicts(cast.author, target, "G1").hard
    assert verbs(idea)[-1] == "merge_undone"
    assert verbs(target)[-1] == "idea_taken_out"
    run_jobs()
    assert "unmerged" in told(cast.author)
    assert "taken_out" in told(other.author)
    with pytest.raises(Conflict):
        undo(idea, cast.lead)
    # And it goes its own way, or is merged again.
    play.pass_g0(idea, cast, "merge", target=target)
    assert TeamMember.objects.filter(idea=target, person=cast.author, left_at=None).exists()
    assert chains.verify().broken == []


def test_the_next_decision_on_the_other_idea_makes_it_final(
    idea: Idea, cast: Cast, other: Cast, target: Idea, run_jobs: Run
) -> None:
    merge(idea, cast, target)
    run_jobs()
    play.vote_all(target)
    decision = play.decide(target, other.dga)
    with pytest.raises(Conflict, match="has been decided since"):
        undo(idea, cast.lead)
    run_jobs()
    assert verbs(idea)[-1] == "merge_final"
    assert nodes.station_of(idea) == ""
    idea.refresh_from_db()
    assert idea.state == "merged"
    decided = Event.objects.get(subject_key=target.key, payload__decision=str(decision.key))
    settled = {"what": "merge", "from": "open", "to": "final", "idea": str(idea.key)}
    assert settled in decided.effects
    actions.end_merge(idea=idea.key, by=act(cast.lead))
    assert verbs(idea).count("merge_final") == 1
    answer = stage.signed_in(cast.lead).get(
        reverse("idea-undo-merge", args=[idea.key]), headers={"accept-language": "en"}
    )
    assert answer.status_code == 409
    assert "has been decided since" in answer.content.decode()


def test_what_cannot_take_an_idea_in(idea: Idea, cast: Cast, target: Idea, run_jobs: Run) -> None:
    elsewhere = IdeaFactory(author=cast.evaluator, live=True, programme=ProgrammeFactory(key="autre"))
    ended = IdeaFactory(author=cast.evaluator, live=True, state="stopped")
    gone = IdeaFactory(author=cast.evaluator, live=True, state="merged", merged_into=target)
    draft = IdeaFactory(author=cast.evaluator)
    seat = stage.seats_of(play.round_of(idea))[0]
    stage.cast_vote(seat, "not_now")
    for wrong in (None, idea, elsewhere, ended, gone, draft):
        before = Event.objects.count()
        with pytest.raises(Invalid) as refused:
            play.decide(idea, seat.person, "merge", target=wrong)
        assert set(refused.value.fields) == {"target"}
        assert Event.objects.count() == before
    held = IdeaFactory(author=cast.evaluator, live=True, state="held")
    play.decide(idea, seat.person, "merge", target=held)
    assert idea.merged_into == held


def test_whoever_is_close_to_the_other_idea_does_not_merge_into_it(idea: Idea, cast: Cast) -> None:
    seat = stage.seats_of(play.round_of(idea))[0]
    stage.cast_vote(seat, "not_now")
    own = IdeaFactory(author=seat.person, live=True)
    with pytest.raises(NotAllowed, match="too close"):
        play.decide(idea, seat.person, "merge", target=own)
    assert not Decision.objects.filter(round__idea=idea).exists()


def test_an_idea_is_never_merged_into_one_that_was_merged_into_it(
    idea: Idea, cast: Cast, target: Idea, run_jobs: Run
) -> None:
    merge(idea, cast, target)
    run_jobs()
    play.vote_all(target, "not_now")
    with pytest.raises(Invalid):
        play.decide(target, cast.dga, "merge", target=idea)
    with pytest.raises(IntegrityError), transaction.atomic():
        Idea.objects.filter(pk=idea.pk).update(merged_into=idea)


def test_a_merge_at_selection_and_what_the_votes_say(
    idea: Idea, cast: Cast, other: Cast, target: Idea, run_jobs: Run
) -> None:
    """Two panels later: a panel that said “go on” is departed from, with a reason."""
    play.vote_all(target)
    third = play.submit(cast, title="Une flotte de vélos")
    with pytest.raises(Invalid) as refused:
        play.decide(target, other.dga, "merge", target=third)
    assert set(refused.value.fields) == {"departure_reason"}
    decision = play.decide(target, other.dga, "merge", target=third, departure_reason="C’est la même idée.")
    assert decision.departs
    assert target.state == "merged"
    undo(target, other.lead)
    target.refresh_from_db()
    assert (target.stage, play.round_of(target).number) == ("review", 2)


def test_open_conditions_are_asked_for_again(cast: Cast, other: Cast, run_jobs: Run) -> None:
    source = stage.at_g0(cast).idea
    seat = stage.seats_of(play.round_of(source))[0]
    stage.cast_vote(seat, "go_if")
    owned = [("Compter les trajets", cast.author, play.in_days(40))]
    play.decide(source, seat.person, "go_with_conditions", conditions=owned)
    run_jobs()
    play.vote_all(source, "not_now")
    into = play.submit(other, title="Un prêt de vélos")
    play.decide(source, cast.dga, "merge", target=into)
    assert open_items(source) == 0
    undo(source, other.lead)
    assert WorkItem.objects.filter(subject_key=source.key, verb="meet_condition", closed_at=None).exists()


def test_credit_given_to_someone_asked_before_and_taken_back_with_what_was_asked(
    idea: Idea, cast: Cast, other: Cast, target: Idea, run_jobs: Run
) -> None:
    from ideas.drafting import actions as drafting

    drafting.invite(idea=target, by=act(other.author), person=cast.author)
    merge(idea, cast, target)
    assert not WorkItem.objects.filter(person=cast.author, verb="answer_invitation", closed_at=None).exists()
    run_jobs()
    play.vote_all(target, "not_now")
    play.decide(target, other.dga, "rework")
    run_jobs()
    assert WorkItem.objects.filter(person=cast.author, subject_key=target.key, closed_at=None).exists()


def test_a_member_of_both_teams_stays_in_the_other_one(
    idea: Idea, cast: Cast, target: Idea, run_jobs: Run
) -> None:
    TeamMemberFactory(idea=target, person=cast.author)
    merge(idea, cast, target)
    assert not TeamMember.objects.filter(merged_from=idea).exists()
    undo(idea, cast.lead)
    assert TeamMember.objects.get(idea=target, person=cast.author).left_at is None


def test_the_fast_lane_and_back(cast: Cast, other: Cast, target: Idea, run_jobs: Run) -> None:
    small = fast(cast, run_jobs)
    play.decide(small, cast.lead, "merge", target=target)
    assert small.state == "merged"
    assert open_items(small) == 0
    undo(small, other.lead)
    small.refresh_from_db()
    assert (small.route, play.round_of(small).gate) == ("fast", "F")
    assert WorkItem.objects.filter(subject_key=small.key, verb="write_plan", closed_at=None).exists()


def page(person: Person, name: str, idea: Idea) -> tuple[int, str]:
    answer = stage.signed_in(person).get(reverse(name, args=[idea.key]), headers={"accept-language": "en"})
    return answer.status_code, stage.texts(answer.content.decode())


def test_both_pages_say_where_it_goes_on(
    idea: Idea, cast: Cast, other: Cast, target: Idea, at_most: Callable[[int], Any]
) -> None:
    merge(idea, cast, target)
    reader = PersonFactory(employed=True)
    for person in (cast.author, reader):
        status, said = page(person, "idea", idea)
        assert status == 200
        assert f"Idea {target.reference}, “{target.title}”" in said
        assert "merged with another idea" in said
    assert "the programme lead can undo the merge" in page(cast.author, "idea", idea)[1]
    assert "Undo the merge" in page(cast.lead, "idea", idea)[1]
    assert "Undo the merge" not in page(reader, "idea", idea)[1]
    assert f"Idea {idea.reference}, “{idea.title}”" in page(reader, "idea", target)[1]
    client = stage.signed_in(reader)
    for one in (idea, target):
        with at_most(12):
            client.get(reverse("idea", args=[one.key]))
    listed = client.get(reverse("portfolio"), {"state": "merged"}).content.decode()
    assert idea.title in listed
    assert target.title not in listed


def test_a_confidential_idea_is_named_to_nobody_who_may_not_read_it(
    idea: Idea, cast: Cast, target: Idea
) -> None:
    Idea.objects.filter(pk=target.pk).update(confidential=True)
    merge(idea, cast, target)
    assert target.title not in page(PersonFactory(employed=True), "idea", idea)[1]
    assert target.title in page(cast.author, "idea", idea)[1]
    Idea.objects.filter(pk=idea.pk).update(confidential=True)
    Idea.objects.filter(pk=target.pk).update(confidential=False)
    assert idea.title not in page(PersonFactory(employed=True), "idea", target)[1]


def test_the_lead_undoes_it_on_a_page(idea: Idea, cast: Cast, target: Idea) -> None:
    merge(idea, cast, target)
    client, url = stage.signed_in(cast.lead), reverse("idea-undo-merge", args=[idea.key])
    assert client.get(url).status_code == 200
    assert stage.signed_in(cast.author).get(url).status_code == 403
    assert client.post(url, {"reasons": "Non."}).status_code == 422
    assert client.post(url, {"reasons": WHY}).status_code == 302
    assert Merge.objects.get().undone_reasons == WHY
    for one in (idea, target):
        assert WHY in page(cast.author, "idea", one)[1]
    assert client.get(url).status_code == 409


def test_merging_by_number_on_the_decision_page(idea: Idea, cast: Cast, target: Idea) -> None:
    round_ = play.round_of(idea)
    seat = stage.seats_of(round_)[0]
    answers = {f"must_meet_{rule['key']}": "yes" for rule in round_.rules["must_meet"]}
    tied = {"reason_problem": "Le même besoin.", "content_version": "1"}
    sent = stage.written("merge", step="check") | answers | tied
    client, url = stage.signed_in(seat.person), reverse("decide", args=[round_.key])
    secret = IdeaFactory(author=cast.evaluator, live=True, confidential=True)
    Idea.objects.filter(pk=secret.pk).update(programme=ProgrammeFactory(key="secret"))
    for wrong in ("", "x", "999999999", str(idea.number), str(secret.number), "\x00"):
        answer = client.post(url, sent | {"target": wrong})
        assert answer.status_code == 422, wrong
        assert 'href="#id_target"' in answer.content.decode()
    answer = client.post(url, sent | {"target": target.reference})
    assert target.title in answer.content.decode()
    assert client.post(url, sent | {"target": str(target.number), "step": "decide"}).status_code == 302
    idea.refresh_from_db()
    assert idea.merged_into == target
    said = page(cast.author, "idea", idea)[1]
    assert target.title in said
