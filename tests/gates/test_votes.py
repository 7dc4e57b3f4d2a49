"""Votes and the others' votes; law 1 and law 2 while acting."""

from typing import Any

import pytest
from django.db import transaction

from ideas.drafting.models import IdeaContent
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from tests.factories import GateRoundFactory, PersonFactory, SeatFactory, TeamMemberFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from workflows.gates import actions, queries, records
from workflows.gates.models import GateRound, Seat, Vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> GateRound:
    made = GateRoundFactory()
    for place in range(3):
        SeatFactory(round=made, is_chair=place == 0)
    PersonFactory(employed=True, mandate="dga")
    return made


def test_the_last_vote_asks_for_the_decision(round_: GateRound) -> None:
    seats = stage.seats_of(round_)
    for seat in seats[:2]:
        stage.cast_vote(seat)
    assert not WorkItem.objects.filter(verb="decide").exists()
    stage.cast_vote(seats[2])
    assert WorkItem.objects.filter(verb="decide", closed_at=None).count() == 1


def test_a_vote_is_replaced_until_the_others_are_opened(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    with pytest.raises(Conflict), transaction.atomic():
        actions.open_others(seat_key=seat.key, by=act(seat.person))
    stage.cast_vote(seat)
    stage.cast_vote(seat, "not_now")
    assert list(Vote.objects.order_by("pk").values_list("choice", "in_force", "end_reason")) == [
        ("go", False, "replaced"),
        ("not_now", True, ""),
    ]
    actions.open_others(seat_key=seat.key, by=act(seat.person))
    actions.open_others(seat_key=seat.key, by=act(seat.person))
    assert Event.objects.filter(verb="others_opened").count() == 1
    with pytest.raises(Conflict) as refused, transaction.atomic():
        stage.cast_vote(seat)
    assert refused.value.code == "vote.others_opened"
    assert Vote.objects.get(in_force=True).choice == "not_now"


def refused(kind: type[Exception], seat: Seat, **changes: Any) -> Any:
    before = Vote.objects.count(), Event.objects.count()
    with pytest.raises(kind) as found, transaction.atomic():
        stage.cast_vote(seat, **changes)
    assert (Vote.objects.count(), Event.objects.count()) == before
    return found.value


def test_law_1_while_acting(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    TeamMemberFactory(idea=round_.idea, person=seat.person)
    assert clock.today().strftime("%d/%m/%Y") in str(refused(NotAllowed, seat))
    round_.rules["authors_hidden"] = True
    round_.save()
    # With hidden authors a refusal says nothing more: a reason would name the team.
    with_names_hidden = str(refused(NotAllowed, seat))
    assert with_names_hidden in ("Vous ne pouvez pas siéger pour cette idée.", "You cannot sit on this idea.")


def test_the_vote_of_someone_who_has_left_stands_and_is_not_replaced(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    stage.cast_vote(seat)
    seat.person.is_active = False
    seat.person.save(update_fields=["is_active"])
    refused(NotFound, seat, choice="not_now")
    assert Vote.objects.get(seat=seat, in_force=True).choice == "go"


def test_what_is_refused_changes_nothing(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    assert set(refused(Invalid, seat, scores={}).fields) >= {"score_severity", "score_value"}
    IdeaContent.objects.filter(idea=round_.idea).update(version=2)
    stage_vote: dict[str, Any] = {"must_meets": {}, "scores": {}, "conditions": []}
    with pytest.raises(Conflict) as other, transaction.atomic():
        actions.vote(seat_key=seat.key, by=act(seat.person), choice="go", content_version=1, **stage_vote)
    assert other.value.code == "vote.other_version"
    with pytest.raises(NotFound), transaction.atomic():
        actions.vote(seat_key=seat.key, by=act(PersonFactory()), choice="go", content_version=2, **stage_vote)
    Seat.objects.filter(pk=seat.pk).update(state="replaced")
    assert refused(Conflict, seat).code == "seat.closed"


def test_answers_are_kept_in_one_shape(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    scores = {
        rule["key"]: {"level": 2, "not_applicable": True, "note": "x"} for rule in round_.rules["criteria"]
    }
    stage.cast_vote(seat, scores=scores, comment_to_panel="  À voir. ")
    vote = Vote.objects.get()
    assert set(map(str, vote.scores.values())) == {"{'not_applicable': True}"}
    assert vote.comment_to_panel == "À voir."
    assert [list(given) for given in vote.must_meets.values()] == [["answer", "reason"]] * 2


def test_the_record_holds_texts_only_as_hashes(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    stage.cast_vote(seat, comment_to_panel="Un mot secret")
    record = records.record_of(round_, round_.idea)
    assert "Un mot secret" not in str(record)
    assert "Un mot secret" not in str(list(Event.objects.values_list("payload", "effects")))
    assert records.record_sha256(record) == records.record_sha256(records.record_of(round_, round_.idea))


def test_when_the_panel_s_time_is_over_the_decision_is_asked(round_: GateRound) -> None:
    SeatFactory(round=round_)
    for seat in stage.seats_of(round_)[:3]:
        stage.cast_vote(seat)
    assert not queries.overdue_opinions().exists()
    GateRound.objects.filter(pk=round_.pk).update(review_due_at=round_.entered_at)
    assert [found.pk for found in queries.overdue_opinions()] == [round_.pk]
    from incubator.people.actors import CLOCK

    actions.close_opinion(round_key=round_.key, by=CLOCK)
    assert not queries.overdue_opinions().exists()
    # A decision taken back since is asked for again.
    WorkItem.objects.filter(verb="decide").update(closed_at=clock.now())
    assert queries.overdue_opinions().exists()


def test_a_lead_who_only_votes_at_admissibility_keeps_the_decision_to_make() -> None:
    cast = Cast()
    seat = stage.seats_of(stage.at_g0(cast))[0]
    stage.cast_vote(seat)
    asked = WorkItem.objects.filter(subject_key=seat.round.idea.key, closed_at=None)
    assert list(asked.values_list("verb", "person")) == [("decide", seat.person_id)]
    steps.decide(seat.round.idea, seat.person)
    assert not asked.filter(person=seat.person).exists()


def test_no_vote_changes_under_a_decision_that_waits_for_its_second_signature() -> None:
    cast = Cast()
    seat = stage.seats_of(stage.at_g0(cast))[0]
    stage.cast_vote(seat, "not_now")
    decision = steps.decide(seat.round.idea, seat.person, "stop")
    assert decision.issued_at is None
    assert refused(Conflict, seat).code == "vote.decided"
