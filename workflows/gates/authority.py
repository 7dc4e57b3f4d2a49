"""Who may decide a round, and by which mandate: read at the instant of the act."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from ideas.drafting.models import Idea
from incubator.lib.refusals import NotAllowed
from incubator.people import grants
from incubator.people.models import Mandate, Person
from workflows.gates.conflicts import Conflicts, conflicts, conflicts_of
from workflows.gates.models import Decision, GateRound

CAPACITIES = {
    "programme_lead": ["programme_lead"],
    "dga": ["dga"],
    "dgs": ["dgs", "elected"],
    "head_of_service": ["head_of_service"],
    "sponsor_and_lead": ["programme_lead", "director", "dga", "dgs"],
}


class Party(NamedTuple):
    """One who decides: the person, and the mandate used."""

    person: Person
    mandate: Mandate


_sponsor_of: list[Callable[[Idea], Person | None]] = []


def register_sponsor(read: Callable[[Idea], Person | None]) -> None:
    """The sponsor of an idea lives in a room above this one."""
    _sponsor_of[:] = [read]


def sponsor_of(idea: Idea) -> Person | None:
    return _sponsor_of[0](idea) if _sponsor_of else None


def decider_rule(round_: GateRound) -> str:
    """The rule that names the decider: the gate's, or the one a round was handed to."""
    return round_.handed_to or str(round_.rules["decider"])


def parties(round_: GateRound, idea: Idea) -> list[Party]:
    """Everyone whose valid mandate lets them decide this round and who has no hard conflict, in a fixed order."""
    rule = decider_rule(round_)
    found: dict[int, Party] = {}
    sponsor = sponsor_of(idea) if rule == "sponsor_and_lead" else None
    for mandate in grants.mandates(
        entity=idea.programme.entity, capacities=CAPACITIES[rule], programme_key=idea.programme.key
    ):
        is_lead = mandate.capacity == "programme_lead"
        if rule != "sponsor_and_lead" or is_lead or (sponsor is not None and mandate.holder_id == sponsor.pk):
            found.setdefault(mandate.holder_id, Party(mandate.holder, mandate))
    against = conflicts_of([party.person for party in found.values()], idea, round_.gate)
    return [party for pk, party in found.items() if not against[pk].hard]


def mandate_to_decide(
    round_: GateRound, idea: Idea, person: Person, against: Conflicts | None = None
) -> Mandate:
    """The mandate by which this person decides. Raises NotAllowed with what is missing: a mandate, or distance.

    `against`: the person's conflicts, when the caller has read them already.
    """
    rule = decider_rule(round_)
    mandate = grants.mandates(
        entity=idea.programme.entity,
        capacities=CAPACITIES[rule],
        holder=person,
        programme_key=idea.programme.key,
    ).first()
    if rule == "sponsor_and_lead" and mandate is not None and mandate.capacity != "programme_lead":
        sponsor = sponsor_of(idea)
        mandate = mandate if sponsor is not None and sponsor.pk == person.pk else None
    if mandate is None:
        raise NotAllowed(
            _(
                "This decision is made by someone who holds a delegation for it today. You hold none for this gate."
            ),
            code="decide.no_mandate",
        )
    if (against or conflicts(person, idea, round_.gate)).hard:
        raise NotAllowed(
            _(
                "You cannot decide on this idea: you are too close to it. Another holder of a delegation decides."
            ),
            code="decide.hard_conflict",
        )
    return mandate


def needs_second_signature(round_: GateRound, outcome: str) -> str:
    """Who signs beside the decider: `another_lead`, `other_party`, or '' when one signature is enough."""
    if decider_rule(round_) == "sponsor_and_lead":
        return "other_party"
    return str(round_.rules.get("second_signature_for", {}).get(outcome, ""))


def mandate_to_sign(round_: GateRound, idea: Idea, person: Person, decision: Decision) -> Mandate:
    """The mandate by which someone else countersigns. Raises NotAllowed as `mandate_to_decide` does.

    For sponsor and lead, the other of the two signs; for a stop at G0, another lead, else the lead's director.
    """
    if person.pk == decision.decider_id:
        raise NotAllowed(
            _("A second person signs this decision. It waits for someone other than you."),
            code="sign.same_person",
        )
    if decider_rule(round_) == "sponsor_and_lead":
        mandate = mandate_to_decide(round_, idea, person)
        if (mandate.capacity == "programme_lead") == (decision.capacity == "programme_lead"):
            raise NotAllowed(
                _("The sponsor and the programme lead agree on this decision: one of each signs."),
                code="sign.same_side",
            )
        return mandate
    other_leads = [party for party in parties(round_, idea) if party.person.pk != decision.decider_id]
    found = grants.mandates(
        entity=idea.programme.entity,
        capacities=["programme_lead"] if other_leads else ["director", "dga"],
        holder=person,
        programme_key=idea.programme.key,
    ).first()
    against = conflicts(person, idea, round_.gate)
    # Law 11: no right of an author goes through the author's own line.
    if found is None or against.hard or "above_member" in against.soft:
        raise NotAllowed(
            _("The second signature is another lead’s or a director’s, without a link to this idea."),
            code="sign.no_mandate",
        )
    return found
