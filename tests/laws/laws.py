"""The laws, asked after each step (`step`), of each state (`state`), and of the whole history (`end`)."""

from typing import TYPE_CHECKING

from incubator.events import queries as events_of
from incubator.messages.models import Message
from tests.laws import laws_chains, laws_ends, laws_people, laws_rounds
from tests.laws.laws_chains import Heads
from tests.laws.seen import Row, Seen
from workflows.gates.replay import replay

if TYPE_CHECKING:
    from tests.laws.game import Game, Try

__all__ = ["Heads", "end", "state", "step"]


def step(game: "Game", before: Seen, events: list[Row], tried: "Try | None") -> None:
    """What this step did: laws 1 to 4, 6, 10 and 11."""
    seen = game.seen
    laws_chains.appended(before, seen, events, tried)
    laws_people.acted(before, seen)
    laws_people.asked(before, seen)
    laws_rounds.decided(game, before)
    laws_rounds.pinned(before, seen, events)
    laws_ends.reminded(before, events)
    laws_ends.readable(before, seen)


def state(game: "Game") -> None:
    """What must hold at any moment: laws 1, 2, 5 and 6; some of it only once the worker has nothing left to do."""
    laws_rounds.one_of_each(game.seen)
    laws_ends.closed(game.seen)
    if not game.seen.waiting:
        laws_people.distant(game.seen)
        laws_ends.somebody_is_asked(game.seen)
        laws_ends.one_looks_again(game.seen)


def end(game: "Game") -> None:
    """Chains as the product verifies them, records as it replays them, and what managers were told."""
    from tests.laws.game import Violation

    if broken := events_of.verify().broken:
        raise Violation(f"law 4: chains break: {broken}")
    if different := [one for one in replay() if one.differences]:
        raise Violation(f"law 2: replayed otherwise: {different}")
    for manager in (game.city.manager.pk, game.city.other_manager.pk):
        if _takes_part(game.seen, manager):
            continue
        told = Message.objects.filter(person=manager, subject_kind="idea").exclude(
            kind__in=laws_people.OF_TIME
        )
        if kinds := sorted(set(told.values_list("kind", flat=True))):
            raise Violation(f"law 11: a manager is told of {kinds}")


def _takes_part(seen: "Seen", person: int) -> bool:
    """Whether a role, a mandate or somebody's absence made it their business."""
    return bool(
        seen.where("rolegrant", person_id=person)
        or seen.where("mandate", holder_id=person)
        or seen.where("absence", deputy_id=person)
    )
