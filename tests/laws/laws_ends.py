"""Law 5: an author can read where the idea is. Law 6: an ending leaves nothing open but what it opens itself."""

from django.db.models import Q

from ideas.drafting.models import Idea
from tests.laws import who
from tests.laws.seen import Row, Seen
from workflows.journey import delays, queries, wording

ENDED = ("withdrawn", "stopped", "merged", "redirected", "in_service")
CONDITIONS = {"meet_condition", "confirm_condition"}


def _violation(message: str) -> Exception:
    from tests.laws.game import Violation

    return Violation(message)


def looked_at_again(seen: Seen, idea: Row) -> Row | None:
    """The stop's re-examination that is still open: its window, or its answer to come."""
    found = [row for row in seen.reexamination if row.idea_id == idea.id and row.closed_at is None]
    return found[0] if found else None


def to_read(seen: Seen, idea: Row) -> list[Row]:
    """The readings of a service's benefits that are still to come."""
    return [row for row in seen.benefitreading if row.idea_id == idea.id and row.read_at is None]


def allowed(seen: Seen, idea: Row) -> set[str]:
    """The work an ended idea may still ask for."""
    asked = looked_at_again(seen, idea)
    if idea.state == "in_service":
        return CONDITIONS | ({"read_benefits"} if to_read(seen, idea) else set())
    return {"reexamine", "name_reexaminer"} if asked is not None and asked.asked_at else set()


def asked_for(item: Row) -> str:
    """What the item asks for; of one that says that work is late, that work."""
    return str(item.key).split(":")[1] if item.key.startswith("late:") else str(item.verb)


def closed(seen: Seen) -> None:
    """Law 6, for every idea that has ended."""
    ended = {row.id: row for row in seen.idea if row.state in ENDED}
    if not ended:
        return
    rounds = {row.id: row for row in seen.gateround if row.idea_id in ended}
    if any(row.state in ("seating", "open") for row in rounds.values()):
        raise _violation("law 6: an ended idea has an open round")
    if any(row.round_id in rounds and row.state == "open" for row in seen.seat):
        raise _violation("law 6: an ended idea has an open seat")
    if any(row.idea_id in ended and row.woken_at is None for row in seen.hold):
        raise _violation("law 6: an ended idea is on hold")
    by_key = {str(row.key): row for row in ended.values()}
    for item in seen.workitem:
        idea = by_key.get(item.subject_key)
        if idea is not None and asked_for(item) not in allowed(seen, idea):
            raise _violation(f"law 6: an idea {idea.state} asks to {item.verb}")
    _waits(seen, ended)


def _waits(seen: Seen, ended: dict[int, Row]) -> None:
    """A token waits only in the window of a stop, in a merge that can be undone, and where benefits are to be read."""
    merged = {
        row.idea_id for row in seen.merge if row.undone_at is None and (row.final_at is None or seen.waiting)
    }
    tokens = {row.process_id for row in seen.task}
    running = {process.idea_id for process in seen.ideaprocess if process.process_ptr_id in tokens}
    if any(row.idea_id not in running for row in seen.benefitreading if row.read_at is None):
        raise _violation("law 6: benefits are to be read, and the process has ended")
    for process in seen.ideaprocess:
        idea = ended.get(process.idea_id)
        if idea is None or process.process_ptr_id not in tokens:
            continue
        again = idea.state == "stopped" and looked_at_again(seen, idea)
        if not (to_read(seen, idea) or again or (idea.state == "merged" and idea.id in merged)):
            raise _violation(f"law 6: the process of an idea {idea.state} still waits")


def reminded(before: Seen, events: list[Row]) -> None:
    """Law 6: nobody is reminded of an idea that had ended, but of what its end opened."""
    ended = {str(row.key): row for row in before.idea if row.state in ENDED}
    for event in events:
        idea = ended.get(event.subject_key)
        if event.verb in ("reminded", "escalated") and idea is not None and not allowed(before, idea):
            raise _violation(f"law 6: {event.verb} of an idea {idea.state}")


def readable(before: Seen, seen: Seen) -> None:
    """Law 5, for the ideas that changed: where, with whom, since when, until when, what comes next."""
    keys = [
        new.id
        for _table, _old, new in seen.changed(before, "idea")
        if new is not None and new.state != "draft"
    ]
    if not keys:
        return
    rows = Idea.objects.select_related("programme__entity").filter(Q(pk__in=keys)).annotate(**delays.known())
    for idea in rows:
        hold, window = queries.hold_of(idea, passages=()), queries.window_of(idea)
        said = wording.state_word(idea), wording.next_text(idea, hold, window), idea.get_holder_display()
        if not all(text.strip() for text in said) or "%(" in "".join(said):
            raise _violation(f"law 5: an idea {idea.state} with {idea.holder} says {said}")
        lines = [line for bay in wording.bays(idea, {}, delays.to_come(idea)) for line in bay["lines"]]
        if idea.state in ("live", "held") and (
            idea.held_since > seen.now or wording.since_word(idea) not in lines
        ):
            raise _violation("law 5: since when it is there is not said")
        if idea.state == "live" and (idea.due_at is None or idea.holder == "nobody" or not idea.stage):
            raise _violation(f"law 5: a live idea with {idea.holder}, due {idea.due_at}")
        if idea.state == "held" and hold is None:
            raise _violation("law 5: a held idea waits for nothing")


def somebody_is_asked(seen: Seen) -> None:
    """Law 5: the role that holds a live idea has someone who was asked; the one excuse is that nobody could lead."""
    asked = {item.subject_key for item in seen.workitem}
    compared = {row.idea_id for row in seen.gateround if row.state in ("seating", "open") and row.comparison}
    for idea in seen.idea:
        if idea.state != "live" or str(idea.key) in asked or idea.id in compared:
            continue
        if who.leading(seen, idea.id) and who.authors(seen, idea.id):
            raise _violation(
                f"law 5: nobody is asked anything of a live idea with {idea.holder} in {idea.stage}"
            )


def one_looks_again(seen: Seen) -> None:
    """What is asked to be looked at again waits for one person, or for whoever finds one; never for several."""
    keys = {row.id: row.key for row in seen.idea}
    for asked in seen.reexamination:
        if asked.closed_at is not None or asked.asked_at is None:
            continue
        held = {item.person_id for item in seen.workitem if item.key == f"reexamine:{keys[asked.idea_id]}"}
        if held != {asked.decider_id} - {None}:
            raise _violation(f"law 1: a re-examination given to {asked.decider_id} is asked of {held}")
