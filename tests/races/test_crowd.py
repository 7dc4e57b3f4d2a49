"""Eight voters and two deciders at one instant on one idea, in processes of their own: no vote lost, one decision."""

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from incubator.events import queries as events
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from tests.factories import PersonFactory
from tests.gates import stage
from tests.journey.cast import Cast
from tests.races.crowd import Answer, Crowd, Request
from workflows.gates.configuration import default_rules
from workflows.gates.models import Decision, GateConfiguration, GateRound, Seat, Vote
from workflows.gates.records import seats_of

pytestmark = pytest.mark.django_db(transaction=True)
VOTERS, DECIDERS, QUORUM = 8, 2, 3
# One vote of each repetition says something else, so that no two records are alike.
CHOICES = ("go", "go", "go", "go", "go", "abstain", "not_now", "go")
OVER = {"decider": "This gate was decided already", "voter": "This consultation is over"}


@pytest.fixture
def crowd(transactional_db: None) -> Iterator[Crowd]:
    crowd = Crowd(VOTERS + DECIDERS)
    yield crowd
    crowd.go_home()


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """A city whose panels have eight seats; two hold the mandate that decides."""
    cast = Cast()
    cast.other_dga = PersonFactory(employed=True, mandate="dga")  # type: ignore[attr-defined]
    GateConfiguration.objects.create(
        programme=cast.call.programme,
        gate="G1",
        version=1,
        state="published",
        rules=default_rules("G1") | {"seats": VOTERS, "quorum": QUORUM},
    )
    return cast


@pytest.mark.parametrize("times", [20, pytest.param(200, marks=pytest.mark.prove)])
def test_every_accepted_vote_counts_once_and_there_is_one_decision(
    times: int, crowd: Crowd, cast: Cast, quick_briefs: list[str]
) -> None:
    """In turn with a panel that has time, so that the decision waits for the last vote, and with one whose time is
    over, so that it is there from the quorum on and votes come too late."""
    late = 0
    for number in range(times):
        round_ = stage.at_g1(cast)
        seats = stage.seats_of(round_)
        assert len(seats) == VOTERS
        if over := number % 2 == 1:
            GateRound.objects.filter(pk=round_.pk).update(review_due_at=clock.now() - timedelta(minutes=1))
        deciders = [cast.dga, cast.other_dga]  # type: ignore[attr-defined]
        asked = [voting(seat, choice) for seat, choice in zip(seats, CHOICES, strict=True)]
        answers = crowd.at_once(*asked, *(deciding(round_, person) for person in deciders))
        accepted = votes_of_the_accepted(seats, answers[:VOTERS])
        assert len(accepted) == VOTERS or (over and len(accepted) >= QUORUM)
        late += VOTERS - len(accepted)
        one_decision(round_, answers[VOTERS:])
        nothing_doubled(round_, accepted)
    assert late, "with time over, some vote of many comes after the decision"
    whole_at_the_end(times)


def voting(seat: Seat, choice: str) -> Request:
    sent = stage.opinion(seat.round, choice, comment_to_authors="Il manque un essai.")
    return {
        "person": seat.person_id,
        "url": reverse("review", args=[seat.key]),
        "data": sent,
        "until": "",
    }


def deciding(round_: GateRound, person: Any) -> Request:
    """Asks again and again until somebody has decided."""
    sent = stage.written("go", departure_reason="Le besoin presse : nous commençons.")
    return {
        "person": person.pk,
        "url": reverse("decide", args=[round_.key]),
        "data": sent,
        "until": OVER["decider"],
    }


def votes_of_the_accepted(seats: list[Seat], answers: list[Answer]) -> dict[uuid.UUID, Vote]:
    """By seat the one vote of each voter who was told so; whoever came too late was told that, and has none."""
    found = {}
    for seat, (status, page, _tries) in zip(seats, answers, strict=True):
        votes = list(Vote.objects.filter(seat=seat))
        if status == 302:
            (found[seat.key],) = votes
            assert votes[0].in_force
        else:
            assert (status, votes) == (409, []), stage.texts(page)[:500]
            assert OVER["voter"] in page
            assert "Nothing was changed" in page
    return found


def one_decision(round_: GateRound, answers: list[Answer]) -> None:
    statuses = sorted(status for status, _page, _tries in answers)
    assert statuses == [302, 409], [stage.texts(page)[:500] for _status, page, _tries in answers]
    assert next(OVER["decider"] in page for status, page, _tries in answers if status == 409)
    assert Decision.objects.filter(round__idea=round_.idea, round__gate="G1").count() == 1


def nothing_doubled(round_: GateRound, accepted: dict[uuid.UUID, Vote]) -> None:
    """Record, events, work and briefs of the round say what its votes say."""
    round_ = GateRound.objects.select_related("idea").get(pk=round_.pk)
    assert (round_.state, round_.idea.state, round_.idea.stage) == ("decided", "live", "sponsorship")
    record = round_.record
    assert record is not None
    in_record = {uuid.UUID(seat["seat"]): seat["vote"] for seat in record["seats"] if seat["vote"]}
    assert in_record.keys() == accepted.keys()
    assert record["seats"] == seats_of(round_), "a vote cast after the decision would differ"
    expressed = Counter(vote.choice for vote in accepted.values())
    assert {choice: many for choice, many in record["opinion"]["votes"].items() if many} == expressed
    said = Event.objects.filter(subject_key=round_.idea.key, payload__round=str(round_.key))
    verbs = Counter(said.values_list("verb", flat=True))
    assert (verbs["vote_cast"], verbs["decided"]) == (len(accepted), 1)
    of_seats = said.filter(verb="vote_cast").values_list("payload__seat", flat=True)
    assert sorted(of_seats) == sorted(str(key) for key in accepted)
    decision = Decision.objects.get(round=round_)
    assert decision.briefs.count() == 1
    asked = [f"{verb}:{round_.key}" for verb in ("decide", "casting_vote", "complete_opinion")]
    asked += [f"vote:{key}" for key in Seat.objects.filter(round=round_).values_list("key", flat=True)]
    assert not WorkItem.objects.filter(key__in=asked, closed_at=None).exists()


def whole_at_the_end(times: int) -> None:
    assert events.verify().broken == []
    out = StringIO()
    call_command("replay_rounds", stdout=out)
    rounds = 2 * times  # each idea passed G0 before
    assert re.fullmatch(f"{rounds} rounds replayed, {rounds} equal, 0 different\n", out.getvalue())
