"""Who may decide a round, and by which mandate: read at the instant of the act."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ideas import roles
from ideas.access import access
from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from ideas.lock import read_once
from incubator.lib import clock
from incubator.lib.refusals import NotAllowed
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.models import Department, Mandate, Person, Post
from workflows.gates.configuration import default_rules
from workflows.gates.conflicts import Conflicts, conflicts_of, conflicts_with
from workflows.gates.leading import who_leads
from workflows.gates.models import Decision, GateRound
from workflows.gates.rules import GO_ON

CAPACITIES = {
    "programme_lead": ["programme_lead"],
    "dga": ["dga"],
    "dgs": ["dgs", "elected"],
    "head_of_service": ["head_of_service"],
    "sponsor_and_lead": ["programme_lead", "director", "dga", "dgs"],
}
TOGETHER = "sponsor_and_lead"
LEAD = "programme_lead"
HEAD = "head_of_service"
# The refusal of whoever holds no mandate for a gate.
NO_MANDATE = "decide.no_mandate"
# The selection may be delegated further: to a director, by a delegation that names the programme.
SELECTION, DELEGABLE, DELEGATED = "G1", "dga", "director"


def capacities(gate: str, rule: str) -> list[str]:
    """The capacities whose holders decide this gate by this rule; `decides` says which of their mandates do."""
    return CAPACITIES[rule] + ([DELEGATED] if (gate, rule) == (SELECTION, DELEGABLE) else [])


def decides(mandate: Mandate, rule: str, programme: Programme) -> bool:
    """Whether a mandate in one of `capacities` is meant for it: a director's for the whole entity alone is not."""
    return mandate.capacity in CAPACITIES[rule] or mandate.programme_key == programme.key


def reexamining(gate: str) -> list[str]:
    """The capacities that answer a re-examination of a stop at this gate: its own level, or a higher one."""
    return ["programme_lead", "dga", "dgs", "elected"] if gate in ("F", "G0") else ["dga", "dgs", "elected"]


class Party(NamedTuple):
    """One who decides: the person, the mandate used, and its holder when the person stands in for them."""

    person: Person
    mandate: Mandate
    on_behalf_of: Person | None = None

    @property
    def actor(self) -> Actor:
        return Actor(person=self.person, on_behalf_of=self.on_behalf_of)

    @property
    def is_lead(self) -> bool:
        return self.mandate.capacity == LEAD


_sponsor_of: list[Callable[[Idea], Person | None]] = []


def register_sponsor(read: Callable[[Idea], Person | None]) -> None:
    """The sponsor of an idea lives in a room above this one."""
    _sponsor_of[:] = [read]


def sponsor_of(idea: Idea) -> Person | None:
    return _sponsor_of[0](idea) if _sponsor_of else None


def decider_rule(round_: GateRound) -> str:
    """The rule that names the decider: the gate's, or the one a round was handed to."""
    return round_.handed_to or str(round_.rules["decider"])


def if_they_differ(round_: GateRound, idea: Idea) -> str:
    """The rule that decides when sponsor and lead do not agree: `G2_decider` is who decides at this idea's G2."""
    named = str(round_.rules.get("if_they_differ", ""))
    gate = named.removesuffix("_decider")
    if gate == named:
        return named or str(default_rules("G2")["decider"])
    last = GateRound.objects.filter(idea=idea, gate=gate).order_by("-number").values_list("rules", flat=True)
    return str((last.first() or default_rules(gate))["decider"])


def parties(round_: GateRound, idea: Idea) -> list[Party]:
    """Everyone whose valid mandate lets them decide this round and who has no hard conflict, in a fixed order.

    A person is named once, with the first of their mandates that fits. An absent holder stays named: what waits
    for them is lent to their deputy.
    """
    return without_conflict(holders(round_, idea), round_, idea)


def holders(round_: GateRound, idea: Idea) -> list[Party]:
    """As `parties`, before conflicts are looked at: one line for each mandate."""
    held = fitting(round_, idea, held_mandates(round_, idea))
    return [Party(mandate.holder, mandate) for mandate in held]


def rights_to_decide(round_: GateRound, idea: Idea, by: Actor) -> list[Party]:
    """Every right by which this person could decide: one's own mandates, or without any those lent by someone absent.

    Conflicts are not looked at: one that bars a person's own right bars what is lent to them too. An actor who says
    for whom they act is held to that.
    """
    person = by.human
    if by.on_behalf_of is None:
        own = fitting(round_, idea, own_mandates(round_, idea, person))
        if own:
            return [Party(person, mandate) for mandate in own]
    absent = grants.stands_in_for(person)
    if by.on_behalf_of is not None:
        absent = absent.filter(pk=by.on_behalf_of.pk)
    lent = fitting(round_, idea, mandates_for(round_, idea).filter(holder__in=absent))
    return [Party(person, mandate, mandate.holder) for mandate in lent]


def right_to_decide(round_: GateRound, idea: Idea, by: Actor) -> Party:
    """The right by which this person decides. Raises NotAllowed with what is missing: a mandate, or distance."""
    rights = rights_to_decide(round_, idea, by)
    concerned = {one.pk: one for right in rights for one in concerned_by(right)}
    against = conflicts_of(concerned.values(), idea, round_.gate) if rights else {}
    return distant(rights, against, idea)


def may_decide(person: Person, asked: Sequence[tuple[GateRound, Idea]]) -> set[int]:
    """Which of these rounds, by primary key, this person could decide now; all at one gate of one programme.

    As `right_to_decide` finds it, in as many statements as there are rules that name a decider, and one for distance.
    """
    by, per_rule, rights = Actor(person=person), {}, {}
    for round_, idea in asked:
        rule = decider_rule(round_)
        # These two hang on the idea: on its sponsor, or on the service it was sent to.
        key = (rule, idea.pk if rule in (TOGETHER, HEAD) else 0)
        if key not in per_rule:
            per_rule[key] = rights_to_decide(round_, idea, by)
        rights[round_.pk] = per_rule[key]
    concerned = {one.pk: one for found in rights.values() for right in found for one in concerned_by(right)}
    if not concerned:
        return set()
    first, idea = asked[0]
    today = clock.today(idea.programme.entity.time_zone)
    against = conflicts_with(concerned.values(), [idea for _round, idea in asked], first.gate, today)
    return {
        round_.pk
        for round_, idea in asked
        if any(
            not any(against[idea.pk, one.pk].hard for one in concerned_by(right))
            for right in rights[round_.pk]
        )
    }


def may_correct(person: Person, decision: Decision) -> bool:
    """Who has what was issued on a decision put right: a lead, or whoever decided while they could decide today."""
    round_ = decision.round
    if roles.is_lead(round_.idea, person):
        return True
    decided = person.pk == decision.decider_id
    return decided and bool(rights_to_decide(round_, round_.idea, Actor(person=person)))


def concerned_by(right: Party) -> list[Person]:
    """Whose conflicts count for this right: a deputy carries those of both."""
    return [right.person] if right.on_behalf_of is None else [right.person, right.on_behalf_of]


def distant(rights: Sequence[Party], against: dict[int, Conflicts], idea: Idea) -> Party:
    """The first of these rights that no hard conflict bars. Raises NotAllowed as `right_to_decide` does."""
    if not rights:
        raise NotAllowed(
            _(
                "This decision is made by someone who holds a delegation for it today. You hold none for this gate."
            ),
            code=NO_MANDATE,
        )
    for right in rights:
        if not any(against[one.pk].hard for one in concerned_by(right)):
            return right
    raise NotAllowed(
        # That there is a link tells who may be in the team.
        _("You cannot decide on this idea.")
        if access().names_hidden(idea)
        else _(
            "You cannot decide on this idea: you are too close to it. Another holder of a delegation decides."
        ),
        code="decide.hard_conflict",
    )


def leads(idea: Idea, by: Actor, gate: str = "") -> bool:
    """Whether a lead of the programme acts, or whoever stands in a lead's place while there is none, or a deputy for
    one who is absent: never with a hard conflict.

    Raises NotAllowed for an actor who claims to stand in for someone who is not absent.
    """
    roles.check_stands_in(by)
    concerned = {one.pk: one for one in (by.human, by.principal)}.values()
    against = conflicts_of(concerned, idea, gate)
    return by.principal in who_leads(idea) and not any(found.hard for found in against.values())


def needs_second_signature(round_: GateRound, outcome: str) -> str:
    """Who signs beside the decider: `another_lead`, `authors_director`, `other_party`, or '' when one signature is
    enough."""
    if decider_rule(round_) == TOGETHER:
        return "other_party"
    if outcome in GO_ON and round_.rules.get("second_signature"):
        return str(round_.rules["second_signature"])
    return str(round_.rules.get("second_signature_for", {}).get(outcome, ""))


def mandates_for(round_: GateRound, idea: Idea) -> QuerySet[Mandate]:
    """The mandates valid here today in the capacities that decide this round.

    Where one of a department is enough, it is the service asked (local route), or the sponsor's own.
    """
    wanted = capacities(round_.gate, decider_rule(round_))
    return _mandates(idea, wanted, _department_asked(round_, idea))


def held_mandates(round_: GateRound, idea: Idea) -> list[Mandate]:
    """`mandates_for`, read; an act that holds the idea's lock asks once for each rule."""
    rule = decider_rule(round_)
    return read_once(idea.pk, f"mandates {round_.gate} {rule}", lambda: list(mandates_for(round_, idea)))


def own_mandates(round_: GateRound, idea: Idea, holder: Person) -> list[Mandate]:
    """Those of `mandates_for` that this person holds."""
    rule, programme = decider_rule(round_), idea.programme
    if rule in (TOGETHER, HEAD):
        # Of a department, which takes longer to find than its few mandates to read.
        return [mandate for mandate in held_mandates(round_, idea) if mandate.holder_id == holder.pk]
    wanted = capacities(round_.gate, rule)
    return grants.own_mandates(
        holder, entity=programme.entity, capacities=wanted, programme_key=programme.key
    )


def _department_asked(round_: GateRound, idea: Idea) -> Department | None:
    rule = decider_rule(round_)
    if rule == HEAD:
        return idea.service
    sponsor = sponsor_of(idea) if rule == TOGETHER else None
    return _department_of(sponsor, idea) if sponsor is not None else None


def heads_for(idea: Idea) -> list[Person]:
    """Who could answer for the service named on the idea: heads by mandate, never the team's own manager."""
    found = {item.holder_id: item.holder for item in _mandates(idea, CAPACITIES[HEAD], idea.service)}
    against = conflicts_of(found.values(), idea, "L")
    return [person for pk, person in found.items() if not against[pk].hard]


def authors_directors(idea: Idea) -> list[list[Party]]:
    """Who may sign the launch of the fast lane, before conflicts are looked at: the author's directors, by mandate for
    the author's department or the whole entity; then, for where each of these is too close, deputy directors general.
    """
    department = _main_department(
        idea,
        person__memberships__in=idea.team.filter(
            role="author", accepted_at__isnull=False, left_at=None
        ).order_by("pk")[:1],
    )
    held = [Party(item.holder, item) for item in _mandates(idea, ["director", "dga"], department)]
    return [[party for party in held if party.mandate.capacity == one] for one in ("director", "dga")]


def _mandates(idea: Idea, capacities: list[str], department: Department | None) -> QuerySet[Mandate]:
    return grants.mandates(
        entity=idea.programme.entity,
        capacities=capacities,
        programme_key=idea.programme.key,
        department=department,
    )


def _department_of(person: Person, idea: Idea) -> Department | None:
    """The department of the person's main post today."""
    return _main_department(idea, person=person)


def _main_department(idea: Idea, **whose: Any) -> Department | None:
    """The department of the main post, today, of the one person that this lookup of a post gives."""
    day = clock.today(idea.programme.entity.time_zone)
    current = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day, **whose)
    post = current.select_related("department").order_by("starts_on", "pk").first()
    return post.department if post else None


def fitting(round_: GateRound, idea: Idea, mandates: Iterable[Mandate]) -> list[Mandate]:
    """Those that decide this round: where sponsor and lead agree, each lead's and the sponsor's own."""
    found, rule = list(mandates), decider_rule(round_)
    if rule != TOGETHER:
        return [mandate for mandate in found if decides(mandate, rule, idea.programme)]
    sponsor = sponsor_of(idea)
    return [
        mandate
        for mandate in found
        if mandate.capacity == LEAD or (sponsor is not None and mandate.holder_id == sponsor.pk)
    ]


def without_conflict(
    parties: Sequence[Party], round_: GateRound, idea: Idea, *also_barring: str
) -> list[Party]:
    """Those no hard conflict bars, nor one of these soft ones; each person once, by their first right."""
    concerned = {one.pk: one for party in parties for one in concerned_by(party)}
    against = conflicts_of(concerned.values(), idea, round_.gate)
    return free(parties, against, *also_barring)


def free(parties: Sequence[Party], against: Mapping[int, Conflicts], *also_barring: str) -> list[Party]:
    """`without_conflict` where the conflicts are read already."""
    barred = {pk for pk, found in against.items() if found.hard or not found.soft.isdisjoint(also_barring)}
    found = [party for party in parties if not any(one.pk in barred for one in concerned_by(party))]
    return list({party.person.pk: party for party in reversed(found)}.values())[::-1]
