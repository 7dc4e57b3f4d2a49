"""Who may read whom a redirect hands an idea to: its authors, the leads, whoever decided, the auditor; nobody else."""

from ideas import roles
from incubator.people import grants
from incubator.people.models import Person
from workflows.gates.models import Decision


def may_read_redirect(person: Person, decision: Decision) -> bool:
    """One rule for every target, a service too: a rule for protected ones alone would tell which they are."""
    idea = decision.round.idea
    signed = (
        decision.decider_id,
        decision.on_behalf_of_id,
        decision.second_signer_id,
        decision.second_on_behalf_of_id,
    )
    return (
        person.pk in signed
        or roles.is_author(idea, person)
        or roles.is_lead(idea, person)
        or grants.holds(person, "auditor", entity=idea.programme.entity, programme_key=idea.programme.key)
    )
