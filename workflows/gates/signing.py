"""Who signs a decision beside whoever wrote it: read at the instant of the act."""

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from incubator.lib.refusals import NotAllowed
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.gates import authority
from workflows.gates.authority import LEAD, TOGETHER, Party
from workflows.gates.conflicts import Conflicts, conflicts_of
from workflows.gates.models import Decision, GateRound
from workflows.gates.rules import GO_ON

DIRECTORS = ("director", "dga")
AUTHORS_DIRECTOR = "authors_director"


def second_parties(round_: GateRound, idea: Idea, decision: Decision) -> list[Party]:
    """Who may sign beside the decider today, in a fixed order, each without a conflict.

    For sponsor and lead, the other of the two; for a launch in the fast lane, the author's director; for a stop,
    another lead, else a director out of the author's own line (law 11: no right of an author goes through it).
    """
    return second_with(round_, idea, decision, [])[0]


def second_with(
    round_: GateRound, idea: Idea, decision: Decision, beside: Sequence[Person]
) -> tuple[list[Party], dict[int, Conflicts]]:
    """`second_parties`, and what stands against each of these others: asked in the same statement."""
    against: dict[int, Conflicts] = {}
    taken = {decision.decider_id, decision.on_behalf_of_id}
    for parties, barring in _second_in_turn(round_, idea, decision):
        concerned = [one for party in parties for one in authority.concerned_by(party)]
        asked = [one for one in [*concerned, *beside] if one.pk not in against]
        against |= conflicts_of(asked, idea, round_.gate) if asked else {}
        others = [party for party in parties if party.person.pk not in taken]
        if found := authority.free(others, against, *barring):
            return found, against
    return [], against


def _second_in_turn(
    round_: GateRound, idea: Idea, decision: Decision
) -> Iterator[tuple[list[Party], list[str]]]:
    """Who could sign, each with the soft conflicts that bar them there; the next are asked when none is free."""
    taken = {decision.decider_id, decision.on_behalf_of_id}
    if _is_authors_director(round_, decision):
        for held in authority.authors_directors(idea):
            yield held, []
        return
    mandates = authority.fitting(round_, idea, authority.held_mandates(round_, idea))
    others = [Party(item.holder, item) for item in mandates if item.holder_id not in taken]
    if authority.decider_rule(round_) == TOGETHER:
        yield [party for party in others if party.is_lead != (decision.capacity == LEAD)], []
        return
    yield others, []
    directors = grants.mandates(
        entity=idea.programme.entity, capacities=list(DIRECTORS), programme_key=idea.programme.key
    )
    free = [Party(item.holder, item) for item in directors if item.holder_id not in taken]
    yield free, _barring(free)


def waits_for_consent(decision: Decision) -> bool:
    """Whether this draft waits for an author of the idea: a redirect that needs no signature any more."""
    if decision.outcome != "redirect" or decision.issued_at is not None:
        return False
    return decision.second_signed_at is not None or not authority.needs_second_signature(
        decision.round, decision.outcome
    )


def points_to_team(decision: Decision) -> bool:
    """Whether whoever signed second is known by it to be the author's director: the launch of the fast lane, and its
    sponsor from then on. Their name tells the author's department."""
    if _is_authors_director(decision.round, decision):
        return True
    if authority.decider_rule(decision.round) != TOGETHER or decision.second_signer_id is None:
        return False
    signed = [one for one in (decision.second_signer_id, decision.second_on_behalf_of_id) if one]
    return _launched(decision.round.idea_id, signed)


def decider_points_to_team(decision: Decision) -> bool:
    """As `points_to_team`, of whoever decided: where sponsor and lead agree, either may sign first."""
    if authority.decider_rule(decision.round) != TOGETHER:
        return False
    signed = [one for one in (decision.decider_id, decision.on_behalf_of_id) if one]
    return _launched(decision.round.idea_id, signed)


def sponsor_as_read(sponsor: Person | None, idea: Idea, *, sees_authors: bool) -> str:
    """The sponsor's name; their capacity alone where the name would tell a reader the author's department; '' for
    nobody."""
    if sponsor is None:
        return ""
    if not sees_authors and _launched(idea.pk, [sponsor.pk]):
        return _("The author’s director")
    return str(sponsor)


def _launched(idea: int, people: Sequence[int]) -> bool:
    """Whether one of these signed the launch of this idea, both by primary key, as its author's director."""
    launches = Decision.objects.filter(
        Q(second_signer__in=people) | Q(second_on_behalf_of__in=people),
        round__idea=idea,
        round__rules__second_signature=AUTHORS_DIRECTOR,
        outcome__in=GO_ON,
    )
    return launches.exists()


def _is_authors_director(round_: GateRound, decision: Decision) -> bool:
    return authority.needs_second_signature(round_, decision.outcome) == AUTHORS_DIRECTOR


def _barring(parties: list[Party]) -> list[str]:
    return ["above_member"] if any(party.mandate.capacity in DIRECTORS for party in parties) else []


def right_to_sign(round_: GateRound, idea: Idea, by: Actor, decision: Decision) -> Party:
    """The right by which someone else countersigns, one's own or one lent by someone absent.

    Raises NotAllowed for a draft that needs none, for whoever decided, for the same side twice, and without a mandate
    or distance.
    """
    return right_with(round_, idea, by, decision, [])[0]


def right_with(
    round_: GateRound, idea: Idea, by: Actor, decision: Decision, beside: Sequence[Person]
) -> tuple[Party, dict[int, Conflicts]]:
    """`right_to_sign`, and what stands against each of these others: asked in the same statement."""
    person = by.human
    if waits_for_consent(decision):
        raise NotAllowed(
            _("This decision waits for the idea’s author, not for a signature."), code="sign.consent"
        )
    if person.pk in (decision.decider_id, decision.on_behalf_of_id):
        raise NotAllowed(
            _("A second person signs this decision. It waits for someone other than you."),
            code="sign.same_person",
        )
    found, against = second_with(round_, idea, decision, beside)
    rights = {right.person.pk: right for right in found}
    if by.on_behalf_of is None and person.pk in rights:
        return rights[person.pk], against
    lent = _lent(round_, idea, by, rights, decision)
    if lent is not None:
        return lent, against
    if authority.decider_rule(round_) == TOGETHER and authority.rights_to_decide(round_, idea, by):
        raise NotAllowed(
            _("The sponsor and the programme lead agree on this decision: one of each signs."),
            code="sign.same_side",
        )
    if _is_authors_director(round_, decision):
        raise NotAllowed(
            _("In the fast lane the second signature is the author’s director’s."), code="sign.no_mandate"
        )
    raise NotAllowed(
        _("The second signature is another lead’s or a director’s, without a link to this idea."),
        code="sign.no_mandate",
    )


def _lent(
    round_: GateRound, idea: Idea, by: Actor, rights: dict[int, Party], decision: Decision
) -> Party | None:
    """A right of someone absent whom this person stands in for, when no conflict of the person bars it."""
    absent = grants.stands_in_for(by.human).filter(pk__in=list(rights)).order_by("staff_number")
    if by.on_behalf_of is not None:
        absent = absent.filter(pk=by.on_behalf_of.pk)
    for one in absent:
        right = [Party(by.human, rights[one.pk].mandate, one)]
        in_line = authority.decider_rule(round_) == TOGETHER or _is_authors_director(round_, decision)
        barring = [] if in_line else _barring(right)
        if authority.without_conflict(right, round_, idea, *barring):
            return right[0]
    return None
