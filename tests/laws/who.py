"""Who is what to whom, read from the rows alone: written anew, so that it does not share a mistake with the product."""

import functools
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from tests.laws.seen import Row, Seen

# A right by person: who may, and for whom when it is lent by someone absent.
Rights = dict[int, int | None]
GO_ON = ("go", "go_with_conditions", "scale", "extend", "transfer")
DECIDES = {
    "programme_lead": ["programme_lead"],
    "dga": ["dga"],
    "dgs": ["dgs", "elected"],
    "head_of_service": ["head_of_service"],
}
REEXAMINES = {
    "G0": ["programme_lead", "dga", "dgs", "elected"],
    "F": ["programme_lead", "dga", "dgs", "elected"],
}


def kept(ask: Callable[..., set[int]]) -> Callable[..., set[int]]:
    """Asked once of each moment."""

    @functools.wraps(ask)
    def answer(seen: Seen, *about: Any) -> set[int]:
        key = (ask.__name__, *about)
        if key not in seen.cache:
            seen.cache[key] = ask(seen, *about)
        return set(seen.cache[key])

    return answer


def runs(row: Row, day: str) -> bool:
    """Whether a dated row holds on this day; its end is the first day without it."""
    return bool(row.starts_on <= day and (row.ends_on is None or row.ends_on > day))


@kept
def active(seen: Seen) -> set[int]:
    return {person.id for person in seen.person if person.is_active}


@kept
def family(seen: Seen, idea: int) -> set[int]:
    """The idea and all ever merged into it, and into those."""
    found = {idea}
    while more := {row.id for row in seen.idea if row.merged_into_id in found} - found:
        found |= more
    return found


@kept
def team(seen: Seen, idea: int) -> set[int]:
    """Whoever was ever of its team, helpers and coaches too."""
    ids = family(seen, idea)
    rows = [row for row in seen.teammember if row.idea_id in ids]
    return {row.person_id for row in rows if row.accepted_at or row.was_member}


def authors(seen: Seen, idea: int, *roles: str) -> set[int]:
    """Who answers for it now."""
    wanted = roles or ("author", "co_author")
    rows = [row for row in seen.teammember if row.idea_id == idea and row.role in wanted]
    return {row.person_id for row in rows if row.accepted_at and not row.left_at} & active(seen)


def managers(seen: Seen, people: Iterable[int]) -> set[int]:
    """The recorded line managers of these persons today."""
    own = set(people)
    return {post.line_manager_id for post in seen.post if post.person_id in own and runs(post, seen.day)} - {
        None
    }


def run_owner(seen: Seen, idea: int) -> int | None:
    """Who runs what the idea became, by its last evaluation."""
    delivered = [row for row in seen.where("evaluation", idea_id=idea) if row.delivered_at]
    last = max(delivered, key=lambda row: row.number, default=None)
    return last.run_owner_id if last is not None else None


@kept
def hard(seen: Seen, idea: int, gate: str) -> set[int]:
    """Everyone with a hard conflict: team, manager, report, sponsor at G4, declared by a link or by stepping aside."""
    ids, own = family(seen, idea), team(seen, idea)
    found = own | managers(seen, own)
    found |= {post.person_id for post in seen.post if post.line_manager_id in own and runs(post, seen.day)}
    found |= {link.owner_id for link in seen.privatelink if link.other_id in own}
    rounds = {row.id for row in seen.gateround if row.idea_id in ids}
    found |= {row.person_id for row in seen.seat if row.round_id in rounds and row.state == "aside"}
    if gate == "G4":
        found |= {row.sponsor_id for row in seen.pledge if row.idea_id == idea and row.state == "signed"}
    return found


@kept
def holding(seen: Seen, *roles: str) -> set[int]:
    """Active persons with one of these roles now, in this entity and programme."""
    now, entity = seen.now.isoformat(), seen.programme[0].entity_id
    rows = [row for row in seen.rolegrant if row.role in roles and row.programme_key in ("", "idees")]
    rows = [row for row in rows if row.entity_id in (None, entity) and row.department_id is None]
    return {
        r.person_id for r in rows if r.starts_at <= now and (r.ends_at is None or r.ends_at > now)
    } & active(seen)


@kept
def leads(seen: Seen, idea: int) -> set[int]:
    return holding(seen, "programme_lead") - team(seen, idea)


@kept
def leading(seen: Seen, idea: int) -> set[int]:
    """The leads; without any, the director of whoever led last, else the deputies director general."""
    found = leads(seen, idea)
    if found:
        return found
    barred = hard(seen, idea, "") | holding(seen, "administrator")
    directors = {head for former in last_leads(seen) for head in present_directors(seen, former)}
    deputies = {row.holder_id for row in mandates(seen, ["dga"])}
    return (directors & active(seen)) - barred or deputies - barred


def last_leads(seen: Seen) -> set[int]:
    """Leads who are all in the team, else the one whose role here ended last."""
    if now := holding(seen, "programme_lead"):
        return now
    entity, instant = seen.programme[0].entity_id, seen.now.isoformat()
    over = [
        row
        for row in seen.rolegrant
        if row.role == "programme_lead"
        and row.programme_key in ("", "idees")
        and row.entity_id in (None, entity)
        and row.department_id is None
        and row.ends_at is not None
        and row.starts_at < row.ends_at <= instant
    ]
    return {max(over, key=lambda row: (row.ends_at, row.id)).person_id} if over else set()


def present_directors(seen: Seen, person: int) -> set[int]:
    """Who heads today the direction above the first post the person has, or last had; at most one."""
    gone = seen.one("person", person).departed_on
    day = (date.fromisoformat(gone) - timedelta(days=1)).isoformat() if gone else seen.day
    above = {row.id: row.parent_id for row in seen.department}
    own = [row for row in seen.post if row.person_id == person and runs(row, day)]
    for post in sorted(own, key=lambda row: (row.starts_on, row.id)):
        place = post.department_id
        while above[place] is not None:
            place = above[place]
        heads = [
            row
            for row in seen.post
            if row.department_id == place and row.is_head and runs(row, seen.day) and row.person_id != person
        ]
        heads = [row for row in heads if row.person_id in active(seen)]
        if heads:
            return {min(heads, key=lambda row: (row.starts_on, row.id)).person_id}
    return set()


def stand_ins(seen: Seen, person: int) -> set[int]:
    """Who stands in for this person today."""
    if person not in active(seen):
        return set()
    absent = [
        row for row in seen.absence if row.person_id == person and row.starts_on <= seen.day <= row.ends_on
    ]
    return {row.deputy_id for row in absent} & active(seen)


def lent(seen: Seen, people: Iterable[int], barred: Iterable[int] = ()) -> Rights:
    """These persons, and whoever stands in for them; a deputy carries the conflicts of both."""
    out = set(barred)
    own = sorted(set(people) - out)
    found: Rights = dict.fromkeys(own)
    for person in own:
        found |= {one: person for one in sorted(stand_ins(seen, person) - out) if one not in found}
    return found


def mandates(seen: Seen, capacities: Iterable[str], department: int | None = None) -> list[Row]:
    """Valid here today: the entity's and programme's, for the whole of it, or for this department or one above."""
    places: set[int | None] = {None}
    above = {row.id: row.parent_id for row in seen.department}
    while department is not None:
        places.add(department)
        department = above[department]
    here = active(seen)
    return [
        row
        for row in seen.mandate
        if row.capacity in capacities
        and runs(row, seen.day)
        and row.entity_id == seen.programme[0].entity_id
        and row.programme_key in ("", "idees")
        and row.department_id in places
        and row.holder_id in here
    ]


def place_of(seen: Seen, person: int) -> int | None:
    posts = [post for post in seen.post if post.person_id == person and runs(post, seen.day)]
    return min(posts, key=lambda post: (post.starts_on, post.id)).department_id if posts else None


def sponsor(seen: Seen, idea: int) -> int | None:
    found = [row.sponsor_id for row in seen.pledge if row.idea_id == idea and row.state == "signed"]
    return found[0] if found else None


def deciding(seen: Seen, round_: Row, rules: dict[str, Any]) -> list[Row]:
    """The mandates that decide this round today, whatever the distance of who holds them."""
    idea = seen.one("idea", round_.idea_id)
    rule = round_.handed_to or rules["decider"]
    if rule != "sponsor_and_lead":
        found = mandates(seen, DECIDES[rule], idea.service_id if rule == "head_of_service" else None)
        if (round_.gate, rule) == ("G1", "dga"):
            found += [row for row in mandates(seen, ["director"]) if row.programme_key == "idees"]
        return found
    promised = sponsor(seen, idea.id)
    place = place_of(seen, promised) if promised else None
    own = [row for row in mandates(seen, ["director", "dga", "dgs"], place) if row.holder_id == promised]
    return mandates(seen, ["programme_lead"], place) + own


def may_decide(seen: Seen, round_: Row, rules: dict[str, Any]) -> Rights:
    holders = [row.holder_id for row in deciding(seen, round_, rules)]
    return lent(seen, holders, hard(seen, round_.idea_id, round_.gate))


def took_part(seen: Seen, idea: int) -> set[int]:
    """Who decided, signed, sat, voted or was in the room for this idea."""
    rounds = {row.id for row in seen.gateround if row.idea_id == idea}
    out: set[int | None] = set()
    for row in seen.decision:
        if row.round_id in rounds and row.issued_at:
            out |= {row.decider_id, row.on_behalf_of_id, row.second_signer_id, row.second_on_behalf_of_id}
    seats = {row.id: row.person_id for row in seen.seat if row.round_id in rounds}
    out |= set(seats.values()) | {row.cast_by_id for row in seen.vote if row.seat_id in seats}
    sessions = {row.session_id for row in seen.sessionidea if row.idea_id == idea}
    for row in seen.sessionmember:
        if row.session_id in sessions and row.arrived_at:
            out |= {row.person_id, row.sat_by_id}
    lines = {row.id for row in seen.sessionidea if row.idea_id == idea}
    out |= {row.cast_by_id for row in seen.roomvote if row.line_id in lines}
    return {pk for pk in out if pk is not None}


def able_to_reexamine(seen: Seen, idea: int, gate: str) -> Rights:
    """Holders of a delegation, and who stands in: neither took part nor is close."""
    rows = mandates(seen, REEXAMINES.get(gate, ["dga", "dgs", "elected"]))
    return lent(seen, {row.holder_id for row in rows}, took_part(seen, idea) | hard(seen, idea, gate))


def may_reexamine(seen: Seen, asked: Row) -> Rights:
    """The one person it was given to, or who stands in for them."""
    able = able_to_reexamine(seen, asked.idea_id, asked.gate)
    barred = took_part(seen, asked.idea_id) | hard(seen, asked.idea_id, asked.gate)
    return lent(seen, {asked.decider_id} & set(able), barred)
