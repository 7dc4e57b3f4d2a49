"""What comes about although nobody did just that: a list moves up, a vote is late, a date ends a right or a pause."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.laws import who
from tests.laws.seen import Seen

if TYPE_CHECKING:
    from tests.laws.game import Game

MOVED_UP, LATE_VOTE, MANDATE_LAPSED, WOKEN = "moved_up", "late_vote", "mandate_lapsed", "woken_by_clock"
UNASKED = (MOVED_UP, LATE_VOTE, MANDATE_LAPSED, WOKEN)


def unasked(game: "Game", before: Seen) -> Iterator[str]:
    """The names of what came about in the last step, each as often as it did."""
    seen = game.seen
    for event in seen.events:
        if event.verb == "moved_up" and event.subject_kind == "session":
            yield MOVED_UP
        if event.verb == "woken" and event.system == "clock":
            yield WOKEN
    for _table, old, vote in seen.changed(before, "vote"):
        if old is None and vote is not None:
            round_ = seen.one("gateround", seen.one("seat", vote.seat_id).round_id)
            if vote.cast_at > (round_.review_due_at or round_.due_at):
                yield LATE_VOTE
    if before.day < seen.day and _mandate_lapsed(game, before):
        yield MANDATE_LAPSED


def _mandate_lapsed(game: "Game", before: Seen) -> bool:
    """Its last day is over, nobody ended it, and an open decision was its holder's to make."""
    seen = game.seen
    over = {
        row.id
        for row in seen.mandate
        if row in before.mandate and who.runs(row, before.day) and not who.runs(row, seen.day)
    }
    return bool(over) and any(
        row.id in over
        for round_ in seen.where("gateround", state="open")
        for row in who.deciding(before, round_, game.rules(round_.id))
    )
