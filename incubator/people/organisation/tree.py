"""The difference in the tree of departments. Pure, no Django."""

from collections.abc import Mapping

from incubator.people.organisation.changes import Current, DepartmentChange, Difference
from incubator.people.organisation.parsing import Place, Problem, Wanted
from incubator.people.organisation.rings import in_rings


def department_changes(
    current: Current, wanted: Wanted, result: Difference, *, partial: bool
) -> list[DepartmentChange]:
    """Created, reopened, renamed, moved and closed; `result` has the changes of people already."""
    changes = []
    parents = _parents(current, wanted, result)
    for place, department in wanted.departments.items():
        known = current.departments.get(place)
        parent = parents[place]
        if known is None:
            changes.append(DepartmentChange(place, ("created",), department.name or place.code, parent))
            continue
        name = department.name or known.name
        found = {
            "reopened": not known.is_open,
            "renamed": name != known.name,
            "moved": parent != known.parent,
        }
        if verbs := tuple(verb for verb, is_so in found.items() if is_so):
            changes.append(DepartmentChange(place, verbs, name, parent, known.name, known.parent))
    if not partial:
        changes += _closings(current, wanted, result, parents)
    return changes


def _parents(current: Current, wanted: Wanted, result: Difference) -> dict[Place, str]:
    """Each wanted department's parent; those whose parents would make a ring keep what is known."""
    known = {place: department.parent for place, department in current.departments.items()}
    parents = {
        place: known.get(place, "") if d.parent is None else d.parent
        for place, d in wanted.departments.items()
    }
    while True:
        edges = {
            f"{place.entity}\x1f{place.code}": {f"{place.entity}\x1f{parent}"} if parent else set()
            for place, parent in (known | parents).items()
        }
        ring = {Place(*node.split("\x1f")) for node in in_rings(edges)} & parents.keys()
        changed = [place for place in sorted(ring) if parents[place] != known.get(place, "")]
        if not changed:
            return parents
        for place in changed:
            parents[place] = known.get(place, "")
            line = wanted.departments[place].line
            result.problems.append(
                Problem(line, "parent_code", "department_ring", {"value": place.code}, refused=False)
            )


def _closings(
    current: Current, wanted: Wanted, result: Difference, parents: Mapping[Place, str]
) -> list[DepartmentChange]:
    """Open departments of the file's entities that no line names and nobody works in, leaves first."""
    ended = {post.pk for change in result.persons for post, _day in change.ends}
    used = {
        post.place for known in current.persons.values() for post in known.posts if post.pk not in ended
    } | {start.post.place for change in result.persons for start in change.starts}
    kept = wanted.departments.keys() | wanted.mentioned | used
    idle = {
        place: known
        for place, known in current.departments.items()
        if known.is_open
        and place.entity in wanted.entities
        and place not in kept
        and not wanted.unplaced & {place.entity, ""}
    }
    open_after = {p: parents.get(p, k.parent) for p, k in current.departments.items() if k.is_open} | dict(
        parents
    )
    while True:
        needed = {
            Place(place.entity, parent)
            for place, parent in open_after.items()
            if parent and place not in idle
        }
        stays = idle.keys() & needed
        if not stays:
            break
        for place in stays:
            del idle[place]
    return [
        DepartmentChange(place, ("closed",), known.name, known.parent, known.name, known.parent)
        for place, known in sorted(idle.items())
    ]
