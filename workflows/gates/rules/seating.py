"""Who sits on a panel. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Candidate:
    """Someone of the pool: `load` is the number of open seats; `pk` and `staff_number` only name the person.

    `barred`: why this person cannot be seated now, '' for someone who can: `close` (a hard conflict; nothing more
    is said of it), `soft` (only by hand, with a reason), `sat` (has, or had, a seat here), `absent`, `busy`
    (as many open seats as one person may have), `gone` (no longer here).
    """

    pk: int
    staff_number: str
    load: int
    may_chair: bool
    other_department: bool
    is_chair: bool = False
    barred: str = ""


def choose_panel(
    pool: Sequence[Candidate], *, seats: int, diversity: bool, chair: bool, seed: str
) -> tuple[list[Candidate], list[str]]:
    """Who sits: a chair if one is wanted, someone from another department, then the least loaded.

    A tie is broken by a hash of the seed (the round's key) and the staff number: the same for whoever checks.
    Gives the chosen, and codes of what is missing (`people`, `chair`, `diversity`), in which case nobody is chosen.
    """
    if seats <= 0:
        return [], []
    order = in_order(pool, seed)
    chosen: list[Candidate] = []
    missing = []
    if chair:
        # One seat left for both: the chair is then the one from another department.
        both = diversity and seats == 1
        heads = [item for item in order if item.may_chair]
        head = next((item for item in heads if item.other_department or not both), None)
        if head is None:
            missing.append("diversity" if heads else "chair")
        else:
            chosen.append(replace(head, is_chair=True))
            order.remove(head)
    if diversity and "diversity" not in missing and not any(item.other_department for item in chosen):
        other = next((item for item in order if item.other_department), None)
        if other is None:
            missing.append("diversity")
        else:
            chosen.append(other)
            order.remove(other)
    chosen += order[: seats - len(chosen)]
    if len(chosen) < seats:
        missing.append("people")
    return ([], missing) if missing else (chosen, [])


def in_order(pool: Sequence[Candidate], seed: str) -> list[Candidate]:
    """Who could sit, the least loaded first; the seed decides between equals."""
    able = [item for item in pool if not item.barred]
    return sorted(able, key=lambda item: (item.load, _tie_break(seed, item.staff_number)))


def explain_panel(
    pool: Sequence[Candidate], chosen: Sequence[Candidate], seed: str
) -> list[tuple[Candidate, str]]:
    """Everyone of the pool with one code that says why: those chosen (`chair`, `elsewhere`, `chosen`), who stands
    in reserve (`reserve`), in the order in which they would be called, then who is barred, by code and number.

    `elsewhere`: the only one chosen from another department.
    """
    others = [item.pk for item in chosen if item.other_department]
    why = {
        item.pk: "chair" if item.is_chair else "elsewhere" if others == [item.pk] else "chosen"
        for item in chosen
    }
    able = in_order(pool, seed)
    barred = sorted((item for item in pool if item.barred), key=lambda item: (item.barred, item.staff_number))
    return (
        [(item, why[item.pk]) for item in able if item.pk in why]
        + [(item, "reserve") for item in able if item.pk not in why]
        + [(item, item.barred) for item in barred]
    )


def _tie_break(seed: str, staff_number: str) -> str:
    return hashlib.sha256(f"{seed}:{staff_number}".encode()).hexdigest()
