"""Who is told that a brief is ready, or that it could not be made. They hang on the decision's own event."""

from django.urls import reverse

from ideas import roles, tellings
from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.messages.rules import Telling
from incubator.people import grants
from workflows.briefs.models import Brief


def event_of(brief: Brief) -> Event | None:
    """The event of the decision, or of the correction: a message about the brief is one more about it, told once."""
    decision = brief.decision
    chain = Event.objects.filter(subject_kind="idea", subject_key=decision.round.idea.key)
    if brief.replaces_id is not None:
        asked = chain.filter(payload__brief=str(brief.key), verb="brief_corrected")
        return asked.order_by("-sequence").first()
    return chain.filter(payload__decision=str(decision.key), verb="decided").order_by("sequence").first()


def of_a_ready_brief(brief: Brief) -> list[Telling]:
    """The team and the decider."""
    idea = brief.decision.round.idea
    persons = {person.pk: person for person in roles.authors(idea)}
    decider = brief.decision.decider
    if decider.is_active:
        persons.setdefault(decider.pk, decider)
    url = reverse("brief", args=[brief.key])
    said = {"gate": brief.decision.round.gate}
    key = tellings.programme_key(idea)
    return [Telling(person, "brief", url, idea.title, key, said) for person in persons.values()]


def of_a_failed_brief(brief: Brief, kind: str = "brief_failed") -> list[Telling]:
    """The programme's leads, and the administrators, who read its number only: the idea may be confidential."""
    idea = brief.decision.round.idea
    url, key = reverse("brief", args=[brief.key]), tellings.programme_key(idea)
    said = {"gate": brief.decision.round.gate}
    leads = list(roles.leads(idea))
    found = [Telling(person, kind, url, idea.title, key, said) for person in leads]
    administrators = grants.holders("administrator", entity=idea.programme.entity)
    return found + [
        Telling(person, kind, url, brief.number, key, said)
        for person in administrators.exclude(pk__in=_members(idea)).exclude(pk__in=[one.pk for one in leads])
    ]


def _members(idea: Idea) -> list[int]:
    return list(roles.authors(idea).values_list("pk", flat=True))
