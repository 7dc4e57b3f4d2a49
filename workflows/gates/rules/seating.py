"""Who sits on a panel. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Candidate:
    """Someone who could sit: `load` is the number of open seats; `pk` and `staff_number` only name the person."""

    pk: int
    staff_number: str
    load: int
    may_chair: bool
    other_department: bool
    is_chair: bool = False


def choose_panel(
    pool: Sequence[Candidate], *, seats: int, diversity: bool, chair: bool, seed: str
) -> tuple[list[Candidate], list[str]]:
    """Who sits: a chair if one is wanted, someone from another department, then the least loaded.

    A tie is broken by a hash of the seed (the round's key) and the staff number: the same for whoever checks.
    Gives the chosen, and codes of what is missing (`people`, `chair`, `diversity`), in which case nobody is chosen.
    """
    if seats <= 0:
        return [], []
    order = sorted(pool, key=lambda item: (item.load, _tie_break(seed, item.staff_number)))
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
        elif len(chosen) < seats:
            chosen.append(other)
            order.remove(other)
    chosen += order[: seats - len(chosen)]
    if len(chosen) < seats:
        missing.append("people")
    return ([], missing) if missing else (chosen, [])


def _tie_break(seed: str, staff_number: str) -> str:
    return hashlib.sha256(f"{seed}:{staff_number}".encode()).hexdigest()
