"""A decision put aside unfinished: kept as typed, read by chair, decider and lead, and no outcome of anything."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people import own_data
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.factories import MandateFactory, PersonFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from workflows.gates import actions
from workflows.gates.models import Decision, GateRound, KeptDecision, Seat
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db
BEGUN = "Le besoin est clair ; il reste à chiffrer"


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def round_(cast: Cast) -> GateRound:
    found = stage.at_g1(cast)
    stage.all_vote(found)
    return found


def page(person: Person, round_: GateRound) -> tuple[int, str]:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    answer = client.get(reverse("decide", args=[round_.key]))
    return answer.status_code, answer.content.decode()


def keep(person: Person, round_: GateRound, **typed: Any) -> Any:
    client = stage.signed_in(person)
    sent = {"request_key": new_key(), "step": "keep", "reasons": BEGUN} | typed
    return client.post(reverse("decide", args=[round_.key]), sent)


def test_it_is_kept_with_what_was_typed_and_nothing_is_an_outcome(cast: Cast, round_: GateRound) -> None:
    waiting = list(WorkItem.objects.filter(closed_at=None).values_list("key", "person", "due_at"))
    assert keep(cast.dga, round_, outcome="rework", condition_0_due="pas un jour").status_code == 302
    assert keep(cast.dga, round_, outcome="rework", gaps="Chiffrer le besoin").status_code == 302
    kept = KeptDecision.objects.get()
    assert kept.typed == {"outcome": "rework", "reasons": BEGUN, "gaps": "Chiffrer le besoin"}
    assert [row["typed"] for row in own_data.of(cast.dga)["kept_decisions"]] == [kept.typed]
    assert own_data.of(cast.lead)["kept_decisions"] == []
    round_.refresh_from_db()
    assert (round_.state, Decision.objects.filter(round=round_).exists()) == ("open", False)
    assert list(WorkItem.objects.filter(closed_at=None).values_list("key", "person", "due_at")) == waiting
    events = Event.objects.filter(verb="decision_kept").order_by("sequence")
    assert [event.effects for event in events] == [[], []]
    assert BEGUN not in str([event.payload for event in events])


def test_its_writer_takes_it_up_again_and_chair_lead_and_deciders_read_it(
    cast: Cast, round_: GateRound
) -> None:
    other = PersonFactory(employed=True, mandate="dga")
    chair = Seat.objects.get(round=round_, is_chair=True)
    member = Seat.objects.filter(round=round_, is_chair=False).first()
    assert member is not None
    for seat in (chair, member):
        actions.open_others(seat_key=seat.key, by=act(seat.person))
    keep(cast.dga, round_, outcome="hold")
    status, own = page(cast.dga, round_)
    assert (status, "Your draft of" in own, 'value="hold"' in own) == (200, True, True)
    assert own.count(BEGUN) == 1
    for person in (other, chair.person, cast.lead):
        status, text = page(person, round_)
        assert (status, f"A draft of {cast.dga}" in text, BEGUN in text) == (200, True, True)
    for person in (member.person, cast.author, PersonFactory(employed=True)):
        status, text = page(person, round_)
        assert (status, BEGUN in text) == (403, False)


@pytest.mark.parametrize("end", ["decided", "withdrawn"])
def test_an_end_leaves_no_draft(cast: Cast, round_: GateRound, end: str) -> None:
    MandateFactory(capacity="dga", holder=PersonFactory(employed=True))
    keep(cast.dga, round_)
    if end == "decided":
        steps.decide(round_.idea, cast.dga)
    else:
        journey.withdraw(idea=round_.idea.key, by=act(cast.author))
    assert not KeptDecision.objects.exists()


def test_only_whoever_may_decide_keeps_and_only_something(cast: Cast, round_: GateRound) -> None:
    for person in (cast.lead, cast.author):
        with pytest.raises(NotAllowed):
            actions.keep_decision(round_key=round_.key, by=act(person), typed={"reasons": BEGUN})
    with pytest.raises(Invalid):
        actions.keep_decision(round_key=round_.key, by=act(cast.dga), typed={"content_version": "1"})
    assert keep(cast.dga, round_, reasons=" ").status_code == 422
    assert keep(cast.dga, round_, reasons="x" * 10_001).status_code == 422
    steps.decide(round_.idea, cast.dga)
    with pytest.raises(Conflict):
        actions.keep_decision(round_key=round_.key, by=act(cast.dga), typed={"reasons": BEGUN})


def test_at_admissibility_the_answers_are_kept_too(cast: Cast) -> None:
    found = stage.at_g0(cast)
    lead = stage.seats_of(found)[0].person
    key = found.rules["must_meet"][0]["key"]
    assert keep(lead, found, content_version="1", **{f"must_meet_{key}": "no"}).status_code == 302
    status, text = page(lead, found)
    assert (status, "Your draft of" in text, BEGUN in text) == (200, True, True)
    assert KeptDecision.objects.get().typed[f"must_meet_{key}"] == "no"
    # Written for its second signature, it is a decision, and no draft of one.
    criterion = {f"reason_{key}": "Relève d’un autre service."}
    sent = stage.written("stop", learning="À adresser ailleurs.", content_version="1", **criterion)
    sent |= {f"must_meet_{rule['key']}": "yes" for rule in found.rules["must_meet"]}
    answer = stage.signed_in(lead).post(reverse("decide", args=[found.key]), sent)
    assert answer.status_code == 302, stage.texts(answer.content.decode())
    assert not KeptDecision.objects.exists()
    assert keep(lead, found).status_code == 409
