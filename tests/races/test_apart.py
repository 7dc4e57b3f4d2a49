"""Two people on two ideas never wait for each other: one holds all locks of whole acts, the other is timed.

The first does acts on an idea in a transaction that stays open; the second, on a connection of its own that waits for
no lock longer than a moment, does acts on another idea, with the same people, in the same programme and call.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError

from ideas.calls.actions import open_programme
from ideas.drafting.models import Idea
from incubator.events import queries as events
from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.refusals import lock_wait
from incubator.messages import actions as messages
from incubator.people.actors import CLOCK
from tests.factories import EntityFactory, PersonFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from tests.races.together import at_once
from workflows.briefs import jobs as briefs
from workflows.briefs.models import Brief
from workflows.gates import actions as gates
from workflows.gates.models import GateRound
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db(transaction=True)
MOMENT = "20ms"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """In a programme that was opened as an administrator opens one, and has seen no idea yet."""
    entity = EntityFactory()
    by = act(PersonFactory(role="administrator"))
    open_programme(by=by, entity=entity, key="idees", name_fr="Idées des agents", name_en="Staff ideas")
    return Cast()


@contextmanager
def impatient() -> Iterator[None]:
    """No lock is waited for longer than a moment."""
    with connection.cursor() as cursor:
        cursor.execute(f"set lock_timeout = '{MOMENT}'")
    yield


def while_held(held: Callable[[], Any], other: Callable[[], Any]) -> float:
    """Does `held` in a transaction that is still open while `other` is done by someone else; gives other's seconds."""
    took = 0.0

    def elsewhere() -> None:
        nonlocal took
        with impatient():
            began = time.monotonic()
            other()
            took = time.monotonic() - began

    with transaction.atomic():
        held()
        (raised,) = at_once(elsewhere)
        transaction.set_rollback(True)
    if isinstance(raised, Exception):
        raise raised
    return took


def seated(idea: Idea) -> None:
    gates.fill_seats(round_key=str(play.round_of(idea).key))


def followed(idea: Idea) -> None:
    """What jobs do after the acts: everyone is told, every brief is kept."""
    for event in Event.objects.filter(subject_key=idea.key).order_by("sequence"):
        messages.tell(event)
    if connection.in_atomic_block:
        return  # a brief is numbered by its job, never inside an act's transaction: those alone share a lock
    for brief in Brief.objects.filter(decision__round__idea=idea):
        briefs.render_brief(brief_id=brief.pk)


def whole_life(cast: Cast) -> None:
    """From a draft to a service, with every seat, letter and brief."""
    idea = play.submit(cast)
    seated(idea)
    play.pass_g0(idea, cast)
    seated(idea)
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    play.sponsored(idea, cast)
    seated(idea)
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    play.piloted(idea, cast)
    seated(idea)
    play.agree(idea, cast)
    play.evaluated(idea, cast)
    seated(idea)
    play.vote_all(idea)
    play.decide(idea, cast.dgs, "scale")
    followed(idea)
    assert idea.state == "in_service"


def hard_life(cast: Cast) -> None:
    """All that a straight way leaves out: completed, asked again, put off, woken, stopped, looked at again."""
    idea = play.submit(cast)
    seated(idea)
    play.pass_g0(idea, cast, "rework")
    journey.resubmit(idea=idea.key, by=act(cast.author))
    seated(idea)
    idea.refresh_from_db()
    condition = ("Tester", cast.author, date(2031, 1, 6))
    play.pass_g0(
        idea, cast, "go_with_conditions", conditions=[condition], departure_reason="Le besoin est réel."
    )
    seated(idea)
    chair_apart = [seat for seat in stage.seats_of(play.round_of(idea)) if not seat.is_chair]
    gates.step_aside(seat_key=chair_apart[0].key, by=act(chair_apart[0].person))
    seated(idea)
    person = PersonFactory(employed=True, role="panel_member")
    gates.change_seat(
        seat_key=chair_apart[1].key, by=act(cast.lead), reason="Parti en mission.", person=person
    )
    for seat in stage.seats_of(play.round_of(idea))[1:]:
        play.vote_one(idea, seat)
    GateRound.objects.filter(idea=idea, state="open").update(review_due_at=clock.now() - timedelta(hours=1))
    gates.close_opinion(round_key=play.round_of(idea).key, by=CLOCK)
    play.decide(
        idea, cast.dga, "hold", hold_until=play.in_days(30), departure_reason="Le service ne suit pas."
    )
    with clock.moved(clock.now() + timedelta(days=40)):
        journey.wake(idea=idea.key, by=CLOCK)
    seated(idea)
    play.vote_all(idea, "not_now")
    play.decide(idea, cast.dga, "stop")
    journey.ask_reexamination(idea=idea.key, by=act(cast.author), grounds="Un essai a eu lieu.")
    followed(idea)
    assert idea.state == "stopped"


def short_life(cast: Cast) -> None:
    idea = play.submit(cast)
    seated(idea)
    journey.withdraw(idea=idea.key, by=act(cast.author))


@pytest.mark.parametrize("life", [whole_life, hard_life, short_life])
def test_no_act_waits_for_another_ideas(
    life: Callable[[Cast], None], cast: Cast, quick_briefs: list[str]
) -> None:
    """Numbers, seats, events, work items, messages, briefs, the ledger: nothing in them is common to two ideas.

    The very first idea of a programme too: the rules of its gates are there before.
    """
    took = while_held(lambda: life(cast), lambda: life(cast))
    logging.info("%s beside an open transaction: %.2f s", life.__name__, took)
    assert Idea.objects.exclude(state="draft").count() == 1, "the first one was taken back"
    assert events.verify().broken == []


def test_on_one_idea_the_second_waits(cast: Cast) -> None:
    """The measure itself: who is held up shows."""
    round_ = stage.at_g1(cast)
    first, second, *_others = stage.seats_of(round_)
    with pytest.raises(OperationalError) as waited:
        while_held(lambda: stage.cast_vote(first), lambda: stage.cast_vote(second))
    assert lock_wait(waited.value)
