"""Jobs of gates. Each is idempotent: run twice, it finds its work done."""

from uuid import UUID

from procrastinate.contrib.django import app

from incubator.lib import clock
from incubator.lib.refusals import Refusal, note, refused_at
from incubator.people.actors import SUBSTITUTION


@app.task(queue="gates", retry=5)
def fill_seats_of(round_key: str, at: str = "") -> None:
    """Fill the seats of a round that is still seating; `at` is `clock.moved_to()` of the act."""
    from workflows.gates.actions import fill_seats

    with clock.as_of(at):
        fill_seats(round_key=round_key)


@app.task(queue="gates", name="gates.look_for_conflicts", retry=5)
def look_for_conflicts(idea: str = "", person: int | None = None, at: str = "") -> None:
    """Void what has come too close: in the open round of an idea, where a person sits, or everywhere."""
    from workflows.gates.actions import ask_again, void_conflicted
    from workflows.gates.queries import rounds_to_look_at

    with clock.as_of(at):
        for key in rounds_to_look_at(idea, person):
            try:
                void_conflicted(round_key=key)
                ask_again(round_key=key)
            except Refusal as refusal:
                with refused_at(f"round {key}"):
                    note(refusal)
                continue  # decided or left between the look and the lock


@app.task(queue="gates", name="gates.free_seats", retry=5)
def free_seats(person: int, at: str = "") -> None:
    """Someone's role has ended: seats without a vote that came with it go to substitutes."""
    from workflows.gates.actions import replace_leaver
    from workflows.gates.lapses import seats_without_role

    with clock.as_of(at):
        for seat in seats_without_role(person):
            replace_leaver(seat_key=seat.key, by=SUBSTITUTION)


@app.task(queue="gates", name="gates.ask_leads", retry=5)
def ask_leads(entity: int | None = None, programme_key: str = "", at: str = "") -> None:
    """A lead has come or gone: what waits for one is asked of whoever leads now."""
    from workflows.gates import leading
    from workflows.gates.actions import ask_in_place_of_leavers, fill_seats, replace_leaver
    from workflows.gates.lapses import admissions_of_others
    from workflows.gates.queries import has_time, rounds_unasked

    with clock.as_of(at):
        programmes = leading.programmes_of(entity=entity, programme_key=programme_key)
        leading.ask_again(programmes)
        ask_in_place_of_leavers()
        for seat in admissions_of_others(programmes):
            replace_leaver(seat_key=seat.key, by=SUBSTITUTION)
        for round_ in rounds_unasked(programmes):
            if round_.state == "seating":
                fill_seats(round_key=str(round_.key))
            else:
                _ask_for_what_follows(round_.key, late=not has_time(round_))


@app.task(queue="gates", name="gates.ask_for_leavers_conditions", retry=5)
def ask_for_leavers_conditions(at: str = "") -> None:
    """Someone has left: their conditions, and those they were asked in another leaver's place, wait for who is here."""
    from workflows.gates.actions import ask_in_place_of_leavers

    with clock.as_of(at):
        ask_in_place_of_leavers()


def _ask_for_what_follows(key: UUID, *, late: bool) -> None:
    from workflows.gates.actions import ask_again, close_opinion

    try:
        if late:
            close_opinion(round_key=key, by=SUBSTITUTION)
        else:
            ask_again(round_key=key)
    except Refusal as refusal:
        with refused_at(f"round {key}"):
            note(refusal)  # decided between the look and the lock


@app.periodic(cron="20 0 * * *")
@app.task(queue="gates", queueing_lock="gates.a_new_day", name="gates.a_new_day")
def a_new_day(timestamp: int = 0) -> None:
    """What a date alone has ended or begun: roles, delegations, posts, absences. Nobody acted, so nobody told us."""
    from workflows.gates import lapses
    from workflows.gates.actions import drop_left_behind

    drop_left_behind()
    for holder in lapses.role_holders():
        free_seats(person=holder)
    for entity in lapses.entities_of_mandates():
        ask_anew(entity=entity)
    for entity_or_all, programme in lapses.leads_changed():
        ask_leads(entity=entity_or_all, programme_key=programme)
    ask_for_leavers_conditions()
    if lapses.posts_changed():
        look_for_conflicts()
    for key in lapses.rounds_without_panel():
        try:
            fill_seats_of(round_key=key)
        except Refusal as refusal:
            with refused_at(f"round {key}"):
                note(refusal)  # the idea left its gate between the look and the lock


@app.task(queue="gates", name="gates.ask_anew", retry=5)
def ask_anew(entity: int, at: str = "") -> None:
    """Ask each decision of an entity that is due of all who may make it now; who has the item already keeps it."""
    from workflows.gates.actions import ask_again
    from workflows.gates.models import GateRound

    # One with a seat left may be due too: its shortlist is drawn, or the decision is written.
    rounds = GateRound.objects.filter(state__in=["seating", "open"], idea__programme__entity=entity)
    with clock.as_of(at):
        for key in rounds.order_by("idea_id").values_list("key", flat=True):
            ask_again(round_key=key)
