"""The difference between what is known and what a file wants, on a day. Pure, no Django."""

from collections.abc import Mapping
from datetime import date

from incubator.people.organisation.changes import (
    Current,
    CurrentPerson,
    CurrentPost,
    Difference,
    PersonChange,
    Start,
)
from incubator.people.organisation.parsing import Place, Problem, Wanted, WantedPerson, WantedPost
from incubator.people.organisation.rings import in_rings
from incubator.people.organisation.tree import department_changes

# What makes a new period of a post when it differs; where the file has no such column, what is known stays.
DATED = ("manager", "is_head", "grade_band", "contract", "site", "title")
MOST_LEAVERS = 0.1


def difference(current: Current, wanted: Wanted, on: date, *, partial: bool = False) -> Difference:
    """What has to change from `on` so that the organisation is as the file says.

    The file is whole for each entity it names: who is missing leaves, which department is missing closes; not so
    when `partial`. Lines that cannot hold (a ring of managers, a guest's number) are refused, and nothing of
    their people changes. Applied once, a second difference is empty.
    """
    result = Difference(problems=list(wanted.problems))
    held, persons = set(wanted.held), dict(wanted.persons)
    _refuse_guests(current, persons, held, result)
    missing = set() if partial else _missing(current, wanted, persons, held)
    leaving = _leaving(current, wanted.entities, missing | _all_ended(current, persons, on))
    _refuse_rings(current, persons, held, leaving, result)
    for number, person in persons.items():
        posts = _with_known_managers(person, current, persons, leaving, result, on)
        change = _person(
            current.persons.get(number),
            person,
            posts,
            on,
            scope=wanted.entities,
            nothing_ends=number in held,
        )
        if change is None:
            result.unchanged += 1
        else:
            result.persons.append(change)
    for number in sorted(missing):
        result.persons.append(_leaver(current.persons[number], wanted.entities, on))
    result.departments = department_changes(current, wanted, result, partial=partial)
    result.leaving = _count_leavers(current, result, wanted.entities)
    return result


def too_many_leave(result: Difference, allowed: int | None) -> dict[str, tuple[int, int]]:
    """The entities that more than a tenth would leave, unless `allowed` covers all who leave."""
    if allowed is not None and sum(count for count, _ in result.leaving.values()) <= allowed:
        return {}
    return {
        entity: (leavers, staff)
        for entity, (leavers, staff) in result.leaving.items()
        if leavers > staff * MOST_LEAVERS
    }


def _refuse_guests(
    current: Current, persons: dict[str, WantedPerson], held: set[str], result: Difference
) -> None:
    for number in [n for n in persons if n in current.persons and current.persons[n].is_guest]:
        _refuse(number, "staff_number", "guest_number", persons, held, result)


def _refuse(
    number: str, column: str, code: str, persons: dict[str, WantedPerson], held: set[str], result: Difference
) -> None:
    result.problems += [Problem(line, column, code) for line in persons.pop(number).lines]
    held.add(number)


def _missing(
    current: Current, wanted: Wanted, persons: Mapping[str, WantedPerson], held: set[str]
) -> set[str]:
    """Who works in one of the file's entities and is not in the file."""
    missing = set()
    for number, known in current.persons.items():
        here = {post.place.entity for post in known.posts} & wanted.entities
        if here and known.is_active and not known.is_guest and not wanted.unread & (here | {""}):
            missing.add(number)
    return missing - persons.keys() - held


def _all_ended(current: Current, persons: Mapping[str, WantedPerson], on: date) -> set[str]:
    """Who is in the file with nothing but posts that are over."""
    return {
        number
        for number, person in persons.items()
        if number in current.persons and current.persons[number].is_active and not _running(person, on)
    }


def _leaving(current: Current, scope: set[str], numbers: set[str]) -> set[str]:
    """Those of `numbers` who keep no post in an entity that the file does not speak of."""
    return {
        number
        for number in numbers
        if all(post.place.entity in scope for post in current.persons[number].posts)
    }


def _running(person: WantedPerson, on: date) -> dict[Place, WantedPost]:
    return {place: post for place, post in person.posts.items() if post.ends_on is None or post.ends_on > on}


def _refuse_rings(
    current: Current,
    persons: dict[str, WantedPerson],
    held: set[str],
    leaving: set[str],
    result: Difference,
) -> None:
    """Until no ring is left: what stays known of a refused person may close another."""
    while True:
        edges: dict[str, set[str]] = {
            number: {post.manager for post in known.posts if post.manager} - leaving
            for number, known in current.persons.items()
            if number not in leaving
        }
        for number, person in persons.items():
            managers = {post.manager for post in person.posts.values()}
            if None not in managers:
                edges[number] = {manager for manager in managers if manager} - leaving
        ring = in_rings(edges) & {
            number
            for number, person in persons.items()
            if any(post.manager is not None for post in person.posts.values())
        }
        if not ring:
            return
        for number in sorted(ring):
            _refuse(number, "manager", "manager_ring", persons, held, result)


def _with_known_managers(
    person: WantedPerson,
    current: Current,
    persons: Mapping[str, WantedPerson],
    leaving: set[str],
    result: Difference,
    on: date,
) -> dict[Place, WantedPost]:
    """The posts that run, without a manager whom nobody knows, or whose own posts are over; a notice says so."""
    found = {}
    for place, post in _running(person, on).items():
        known, named = current.persons.get(post.manager or ""), persons.get(post.manager or "")
        works = named is not None and bool(_running(named, on))
        here = works or (known is not None and known.is_active)
        if post.manager and (not here or post.manager in leaving):
            values = {"value": post.manager}
            result.problems.append(
                Problem(person.lines[0], "manager", "unknown_manager", values, refused=False)
            )
            post = post._replace(manager="")
        found[place] = post
    return found


def _person(
    known: CurrentPerson | None,
    person: WantedPerson,
    posts: dict[Place, WantedPost],
    on: date,
    *,
    scope: set[str],
    nothing_ends: bool,
) -> PersonChange | None:
    """None when nothing changes: known as wanted, or unknown with lines that are all over."""
    change = PersonChange(person.staff_number, "changed", person.given_name, person.family_name, person.email)
    if known is None:
        if not posts:
            return None
        change.verb = "arrived"
        change.starts = [Start(post, post.starts_on or on) for post in posts.values()]
        return change
    change.email = person.email or known.email
    if not posts:
        ended = [post.ends_on for post in person.posts.values() if post.ends_on]
        return _leaver(known, scope, min(max(ended), on)) if known.posts and known.is_active else None
    for name in ("given_name", "family_name", "email"):
        if getattr(change, name) != getattr(known, name):
            change.fields.add(name)
    _posts(change, known, posts, on, scope=scope, nothing_ends=nothing_ends)
    if known.has_left:
        change.verb = "returned"
    elif not (change.fields or change.starts or change.ends or change.amends):
        return None
    return change


def _posts(
    change: PersonChange,
    known: CurrentPerson,
    posts: dict[Place, WantedPost],
    on: date,
    *,
    scope: set[str],
    nothing_ends: bool,
) -> None:
    here = {post.place: post for post in known.posts if post.place.entity in scope}
    begins = {post.starts_on for post in here.values() if post.place in posts}
    for place in sorted(here.keys() & posts.keys()):
        _same_place(change, here[place], posts[place], on)
    old = [
        here[place]
        for place in sorted(here.keys() - posts.keys())
        # A move still to come was noted before: the old post ends when the new one begins.
        if not nothing_ends and here[place].ends_on not in begins
    ]
    for place in sorted(posts.keys() - here.keys()):
        before = old.pop(0) if old else None
        starts_on = _start(posts[place], before, known, on)
        change.starts.append(Start(posts[place], starts_on))
        if before is not None:
            change.verb = "moved"
            change.ends.append((before, max(starts_on, before.starts_on)))
    change.ends += [(before, max(on, before.starts_on)) for before in old]


def _start(post: WantedPost, before: CurrentPost | None, known: CurrentPerson, on: date) -> date:
    """The file's date if it can be the post's: systems often repeat the day of the first contract."""
    if post.starts_on is None:
        return on
    if before is not None:
        return post.starts_on if post.starts_on > before.starts_on else on
    return on if known.last_end is not None and post.starts_on < known.last_end else post.starts_on


def _same_place(change: PersonChange, known: CurrentPost, post: WantedPost, on: date) -> None:
    kept = {name: getattr(known, name) for name in DATED if getattr(post, name) is None}
    post = post._replace(**kept, ends_on=post.ends_on if post.says_end else known.ends_on)
    differing = {name for name in DATED if getattr(post, name) != getattr(known, name)}
    change.fields |= differing
    if differing and known.starts_on < on:
        change.ends.append((known, on))
        change.starts.append(Start(post, on))
    elif differing or post.ends_on != known.ends_on:
        change.fields |= {"ends_on"} if post.ends_on != known.ends_on else set()
        change.amends.append((known, post))


def _leaver(known: CurrentPerson, scope: set[str], on: date) -> PersonChange:
    """Leaves, or only gives up the posts of the file's entities when others remain."""
    change = PersonChange(known.staff_number, "left", known.given_name, known.family_name, known.email)
    change.ends = [(post, max(on, post.starts_on)) for post in known.posts if post.place.entity in scope]
    if len(change.ends) < len(known.posts):
        change.verb = "changed"
    else:
        change.left_on = on
    return change


def _count_leavers(current: Current, result: Difference, scope: set[str]) -> dict[str, tuple[int, int]]:
    staff = dict.fromkeys(scope, 0)
    leavers = dict.fromkeys(scope, 0)
    leave = {change.staff_number for change in result.persons if change.verb == "left"}
    for number, known in current.persons.items():
        for entity in {post.place.entity for post in known.posts} & scope if known.is_active else ():
            staff[entity] += 1
            leavers[entity] += number in leave
    return {entity: (leavers[entity], staff[entity]) for entity in sorted(scope) if leavers[entity]}
