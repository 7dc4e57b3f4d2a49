"""Two people at one instant, through the pages, on real connections: nothing is lost and nothing happens twice."""

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.events import queries as events
from incubator.events.models import Event
from tests.journey import cast as play
from tests.journey.cast import REASONS, Cast
from tests.races.together import at_once, posting, signed_in
from workflows.gates.models import Decision, GateRound, Seat, Vote

pytestmark = pytest.mark.django_db(transaction=True)
Run = Callable[..., list[str]]


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def in_review(cast: Cast, run_jobs: Run, quick_briefs: list[str]) -> Idea:
    """An idea whose five seats are taken and have not voted."""
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    return idea


def typed_vote(seat: Seat, choice: str = "go") -> dict[str, Any]:
    answers = play.full_vote(seat.round.rules, choice)
    found = {"request_key": str(uuid.uuid4()), "links": "none", "choice": choice}
    found["content_version"] = str(seat.round.idea.content.version)
    found |= {f"must_meet_{key}": "yes" for key in answers["must_meets"]}
    return found | {f"score_{key}": str(score["level"]) for key, score in answers["scores"].items()}


def voting(seat: Seat, choice: str = "go") -> Callable[[], Any]:
    return posting(seat.person, reverse("review", args=[seat.key]), typed_vote(seat, choice))


def seats_of(idea: Idea) -> list[Seat]:
    return list(
        Seat.objects.filter(round=play.round_of(idea), state="open").select_related("person", "round__idea")
    )


def deciding(round_: GateRound, person: Any, outcome: str = "go", **more: str) -> Callable[[], Any]:
    data = {"request_key": str(uuid.uuid4()), "step": "decide", "outcome": outcome, "reasons": REASONS}
    return posting(person, reverse("decide", args=[round_.key]), data | more)


def verbs(idea: Idea) -> Counter[str]:
    return Counter(Event.objects.filter(subject_key=idea.key).values_list("verb", flat=True))


def test_two_people_vote_at_one_instant(in_review: Idea) -> None:
    first, second, *_rest = seats_of(in_review)
    before = verbs(in_review)["vote_cast"]
    answers = at_once(voting(first), voting(second))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Vote.objects.filter(seat__in=[first, second], in_force=True).count() == 2
    assert verbs(in_review)["vote_cast"] == before + 2
    assert events.verify().broken == []


def test_the_whole_panel_votes_at_one_instant_and_the_decider_is_asked_once(
    in_review: Idea, cast: Cast
) -> None:
    from incubator.inbox.models import WorkItem

    answers = at_once(*(voting(seat) for seat in seats_of(in_review)))
    assert {answer.status_code for answer in answers} == {302}
    assert Vote.objects.filter(seat__round=play.round_of(in_review), in_force=True).count() == 5
    assert WorkItem.objects.filter(person=cast.dga, verb="decide", closed_at=None).count() == 1
    assert events.verify().broken == []


def test_one_seat_in_two_windows_keeps_one_vote_in_force(in_review: Idea) -> None:
    seat = seats_of(in_review)[0]
    answers = at_once(voting(seat, "go"), voting(seat, "abstain"))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert seat.votes.filter(in_force=True).count() == 1
    assert seat.votes.count() == 2


def test_a_double_click_on_a_vote_is_one_vote(in_review: Idea) -> None:
    seat = seats_of(in_review)[0]
    typed, url = typed_vote(seat), reverse("review", args=[seat.key])
    answers = at_once(*(posting(seat.person, url, typed) for _ in range(3)))
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(302, url)}
    assert seat.votes.count() == 1


def test_two_deciders_at_one_instant_make_one_decision(in_review: Idea, cast: Cast) -> None:
    from tests.factories import PersonFactory

    other = PersonFactory(employed=True, mandate="dga")
    play.vote_all(in_review)
    round_ = play.round_of(in_review)
    answers = at_once(deciding(round_, cast.dga), deciding(round_, other))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert "decided already" in refused.text
    assert "Nothing was changed" in refused.text
    assert Decision.objects.filter(round=round_).count() == 1
    assert verbs(in_review)["decided"] == 2, "the first gate's and this one's"
    assert events.verify().broken == []


def test_a_decision_and_a_withdrawal_at_one_instant_leave_one_end(in_review: Idea, cast: Cast) -> None:
    play.vote_all(in_review)
    round_ = play.round_of(in_review)
    withdrawing = posting(
        cast.author, reverse("idea-withdraw", args=[in_review.key]), {"request_key": str(uuid.uuid4())}
    )
    answers = at_once(deciding(round_, cast.dga, "go"), withdrawing)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert {answer.status_code for answer in answers} <= {302, 409}
    in_review.refresh_from_db()
    round_.refresh_from_db()
    # The withdrawal comes last whenever both happen: a decided idea can still be withdrawn.
    assert in_review.state == "withdrawn"
    assert round_.state in ("decided", "void")
    assert Decision.objects.filter(round=round_).exists() == (round_.state == "decided")
    assert events.verify().broken == []


def test_two_ideas_merged_into_each_other_at_one_instant_wait_in_no_ring_and_make_one_merge(
    in_review: Idea, cast: Cast, run_jobs: Run
) -> None:
    second = play.submit(play.another_team(cast), title="Un prêt de vélos")
    run_jobs()
    play.pass_g0(second, cast)
    run_jobs()
    for idea in (in_review, second):
        play.vote_all(idea, "not_now")
    tied = {"reason_value": "C’est la même idée."}
    answers = at_once(
        deciding(play.round_of(in_review), cast.dga, "merge", target=str(second.number), **tied),
        deciding(play.round_of(second), cast.dga, "merge", target=str(in_review.number), **tied),
    )
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    merged = Idea.objects.get(state="merged")
    assert merged.merged_into in (in_review, second)
    assert merged.merged_into != merged
    assert Decision.objects.filter(outcome="merge").count() == 1
    assert events.verify().broken == []


def test_a_merge_undone_and_made_final_at_one_instant_is_one_of_the_two(
    in_review: Idea, cast: Cast, run_jobs: Run
) -> None:
    source = play.submit(play.another_team(cast), title="Un prêt de vélos")
    run_jobs()
    play.pass_g0(source, cast, "merge", target=in_review)
    play.vote_all(in_review)
    undoing = posting(
        cast.lead,
        reverse("idea-undo-merge", args=[source.key]),
        {"request_key": str(uuid.uuid4()), "reasons": "Ce sont deux idées."},
    )
    answers = at_once(deciding(play.round_of(in_review), cast.dga), undoing)
    run_jobs()
    source.refresh_from_db()
    assert answers[0].status_code == 302
    assert (answers[1].status_code, source.state) in ((302, "live"), (409, "merged"))
    assert verbs(source)["merge_undone"] + verbs(source)["merge_final"] == 1
    assert events.verify().broken == []


def test_a_draft_submitted_twice_at_one_instant_is_one_idea(cast: Cast) -> None:
    idea = play.draft(cast)
    url = reverse("idea-submit", args=[idea.key])
    same, other = str(uuid.uuid4()), str(uuid.uuid4())
    answers = at_once(*(posting(cast.author, url, {"request_key": key}) for key in (same, same, other)))
    assert sorted(answer.status_code for answer in answers) in (
        [302, 302, 302],
        [302, 302, 409],
        [302, 409, 409],
    )
    assert GateRound.objects.filter(idea=idea).count() == 1
    assert verbs(idea)["submitted"] == 1


def test_a_row_that_somebody_holds_too_long_answers_409_and_changes_nothing(
    in_review: Idea,
) -> None:
    seat = seats_of(in_review)[0]
    before = Event.objects.count()
    with psycopg.connect(_address(), autocommit=False) as holder:
        holder.execute("select 1 from ideas_idea where id = %s for update", [in_review.pk])
        answer = signed_in(seat.person).post(reverse("review", args=[seat.key]), typed_vote(seat))
        holder.rollback()
    assert answer.status_code == 409
    assert not seat.votes.exists()
    assert Event.objects.count() == before
    again = signed_in(seat.person).post(reverse("review", args=[seat.key]), typed_vote(seat))
    assert again.status_code == 302


def _address() -> str:
    found = connection.get_connection_params()
    named = {"host", "port", "user", "password", "dbname"}
    return psycopg.conninfo.make_conninfo(**{key: value for key, value in found.items() if key in named})
