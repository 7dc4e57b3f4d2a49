"""People come closer, go away, lend and lose their rights."""

from datetime import timedelta
from typing import Any

from ideas.drafting import actions as drafting
from incubator.lib import clock
from incubator.people import actions as people
from incubator.people.actors import Actor
from incubator.people.models import Absence, Department, Mandate, Person, RoleGrant
from tests.laws import who
from tests.laws.acts_endings import ideas
from tests.laws.acts_gates import chain, open_seats
from tests.laws.acts_stages import fresh
from tests.laws.game import Game, Try, act
from tests.laws.seen import Row, Seen


def on_person(seen: Seen, person: int) -> tuple[str, str]:
    return "person", str(seen.one("person", person).key)


def staff(game: Game) -> list[Person]:
    """Whom things happen to: those who sit, decide, write and follow."""
    city = game.city
    own = [
        city.author,
        city.chair,
        *city.panel[:4],
        city.dga,
        city.lead,
        city.other_lead,
        city.sponsor,
        city.evaluator,
    ]
    here = who.active(game.seen)
    sitting = [game.person(seat.person_id) for seat in open_seats(game.seen)[:4]]
    return [
        person for person in [*sitting, *own, city.director, city.head, city.co_author] if person.pk in here
    ]


def everyone(_seen: Seen) -> list[bool]:
    return [True]


@act(everyone, weight=2)
def declare_absence(game: Game, _target: Any) -> Try:
    person, day = game.picks.of(staff(game)), clock.today()
    city = game.city
    deputies = [
        city.colleague,
        city.panel[5],
        city.other_dga,
        city.manager,
        city.strangers[0],
        None,
        city.administrator,
    ]
    named = game.picks.of(deputies)
    starts = day + timedelta(days=game.picks.of([0, 0, 3]))
    ends = starts + timedelta(days=game.picks.of([10, 2, 40]))

    def run(by: Actor) -> object:
        deputy = game.person(named.pk) if named else None
        return people.record_absence(person=person, starts_on=starts, ends_on=ends, by=by, deputy=deputy)

    rights = dict.fromkeys([person.pk, *sorted(who.holding(game.seen, "hr_desk"))])
    return Try(f"{person.staff_number} away", rights, run, on_person(game.seen, person.pk))


@act(lambda seen: [row for row in seen.absence if row.ends_on >= seen.day], weight=1)
def end_absence(game: Game, row: Row) -> Try:
    rights = dict.fromkeys([row.person_id, *sorted(who.holding(game.seen, "hr_desk"))])

    def run(by: Actor) -> object:
        return people.end_absence(absence=Absence.objects.select_related("person").get(pk=row.id), by=by)

    return Try("back early", rights, run, on_person(game.seen, row.person_id))


def _hr(seen: Seen) -> who.Rights:
    return dict.fromkeys(sorted(who.holding(seen, "hr_desk")))


@act(everyone, weight=1)
def depart(game: Game, _target: Any) -> Try:
    person = game.picks.of(staff(game))

    def run(by: Actor) -> object:
        return people.depart(person=game.person(person.pk), on=clock.today(), by=by)

    return Try(f"{person.staff_number} leaves", _hr(game.seen), run, on_person(game.seen, person.pk))


@act(everyone, weight=1)
def assign(game: Game, _target: Any) -> Try | None:
    """A post that may bring someone of a panel above, or below, an author."""
    city = game.city
    pairs = [(city.author, game.picks.of(staff(game))), (game.picks.of(staff(game)), city.author)]
    person, manager = game.picks.of(pairs)
    department = Department.objects.select_related("entity").get(pk=city.service.pk)

    def run(by: Actor) -> object:
        return people.assign(
            person=game.person(person.pk), department=department, by=by, line_manager=game.person(manager.pk)
        )

    if person == manager or game.seen.where("post", person_id=person.pk, department_id=department.pk):
        return None
    rights = dict.fromkeys(sorted(who.holding(game.seen, "hr_desk", "administrator")))
    return Try(
        f"{person.staff_number} under {manager.staff_number}", rights, run, on_person(game.seen, person.pk)
    )


def _admins(seen: Seen, *but: int) -> who.Rights:
    supers = {person.id for person in seen.person if person.is_superuser and person.is_active}
    return dict.fromkeys(sorted((who.holding(seen, "administrator") | supers) - set(but)))


@act(everyone, weight=2)
def grant_role(game: Game, _target: Any) -> Try:
    city, role = game.city, game.picks.of(["panel_member", "chair", "programme_lead", "administrator"])
    person = game.picks.of([city.colleague, city.manager, city.other_author, city.evaluator, city.panel[3]])
    until = clock.now() + timedelta(days=game.picks.of([5, 300]))

    def run(by: Actor) -> object:
        return people.grant_role(person=game.person(person.pk), role=role, by=by, ends_at=until)

    said = f"{person.staff_number} made {role}"
    return Try(said, _admins(game.seen, person.pk), run, on_person(game.seen, person.pk))


def _grants(seen: Seen) -> list[Row]:
    now, roles = seen.now.isoformat(), ("programme_lead", "chair", "panel_member")
    return [
        r
        for r in seen.rolegrant
        if r.role in roles and (r.ends_at is None or r.ends_at > now) and not r.programme_key
    ]


@act(_grants, weight=2)
def end_grant(game: Game, row: Row) -> Try:
    def run(by: Actor) -> object:
        return people.end_grant(grant=RoleGrant.objects.select_related("entity").get(pk=row.id), by=by)

    return Try(f"{row.role} ended", _admins(game.seen), run, on_person(game.seen, row.person_id))


@act(everyone, weight=2)
def give_mandate(game: Game, _target: Any) -> Try:
    city, entity = game.city, game.city.programme.entity
    person = game.picks.of([city.colleague, city.manager, city.panel[2], city.author, city.other_lead])
    capacity = game.picks.of(["dga", "dgs", "programme_lead", "head_of_service", "finance"])
    until = clock.today() + timedelta(days=game.picks.of([3, 300]))

    def run(by: Actor) -> object:
        holder = game.person(person.pk)
        return people.give_mandate(
            holder=holder, capacity=capacity, reference="Arrêté 2026-900", entity=entity, by=by, ends_on=until
        )

    said = f"{person.staff_number} mandated as {capacity}"
    return Try(said, _admins(game.seen, person.pk), run, on_person(game.seen, person.pk))


@act(
    lambda seen: who.mandates(seen, ["dga", "dgs", "programme_lead", "director", "head_of_service"]), weight=2
)
def end_mandate(game: Game, row: Row) -> Try:
    def run(by: Actor) -> object:
        return people.end_mandate(mandate=Mandate.objects.select_related("entity").get(pk=row.id), by=by)

    return Try(
        f"the mandate of {row.capacity} ended", _admins(game.seen), run, on_person(game.seen, row.holder_id)
    )


@act(open_seats, weight=2)
def note_link(game: Game, seat: Row) -> Try | None:
    """Everyone's own list, so nobody is wrong here. It appends no event, and calls a substitute all the same."""
    idea = game.seen.one("idea", game.seen.one("gateround", seat.round_id).idea_id)
    owner, other = game.person(seat.person_id), game.picks.of(sorted(who.team(game.seen, idea.id)))

    def run(_by: None) -> object:
        return people.note_private_link(other=game.person(other), by=Actor(person=owner))

    return Try(f"a link noted by {owner.staff_number}", None, run) if other != owner.pk else None


@act(lambda seen: ideas(seen, "draft", "live", "held"), weight=2)
def invite(game: Game, idea: Row) -> Try:
    sitting = [game.person(seat.person_id) for seat in open_seats(game.seen)]
    person = game.picks.of([game.city.co_author, game.city.colleague, *sitting, game.city.dga])

    def run(by: Actor) -> object:
        return drafting.invite(idea=fresh(idea), by=by, person=game.person(person.pk))

    rights = dict.fromkeys(sorted(who.authors(game.seen, idea.id)))
    return Try(f"{person.staff_number} invited", rights, run, chain(idea))


def _invited(seen: Seen) -> list[Row]:
    here = who.active(seen)
    waiting = [r for r in seen.teammember if not (r.accepted_at or r.declined_at or r.left_at)]
    return [row for row in waiting if row.person_id in here]


@act(_invited, weight=6)
def answer_invitation(game: Game, member: Row) -> Try:
    idea = game.seen.one("idea", member.idea_id)
    yes = game.picks.of([True, True, False])
    answer = drafting.accept_invitation if yes else drafting.decline_invitation
    rights = {row.person_id: None for row in _invited(game.seen) if row.idea_id == idea.id}
    return Try(f"joining: {yes}", rights, lambda by: answer(idea=fresh(idea), by=by), chain(idea))


def _co_authors(seen: Seen) -> list[Row]:
    return [r for r in seen.teammember if r.role == "co_author" and r.accepted_at and not r.left_at]


@act(_co_authors, weight=1)
def leave_team(game: Game, member: Row) -> Try:
    idea, here = game.seen.one("idea", member.idea_id), who.active(game.seen)
    own = [row for row in _co_authors(game.seen) if row.idea_id == idea.id and row.person_id in here]
    rights = {row.person_id: None for row in own}
    return Try(
        "a co-author leaves", rights, lambda by: drafting.leave_team(idea=fresh(idea), by=by), chain(idea)
    )
