"""Who is told of an idea's way: the team of what was decided, whoever has work of what waits."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from ideas import roles, tellings
from ideas.access import access
from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.messages.rules import Telling, audience
from incubator.people import grants
from incubator.people.models import Person
from workflows.gates.models import Decision


@audience("submitted")
def of_the_receipt(event: Event) -> list[Telling]:
    idea = tellings.idea_of(event)
    if idea is None:
        return []
    url = reverse("receipt", args=[idea.key])
    number: dict[str, Any] = {"number": idea.reference}
    return [
        Telling(person, "received", url, idea.title, idea.programme.key, number)
        for person in roles.authors(idea)
    ]


@audience("decided")
def of_the_decision(event: Event) -> list[Telling]:
    """All of the team at one moment, the actor too: the message is the news, not a copy of the act."""
    idea = tellings.idea_of(event)
    if idea is None:
        return []
    said = {"gate": event.payload["gate"], "outcome": event.payload["outcome"]}
    url = reverse("idea", args=[idea.key])
    return [
        Telling(person, "decided", url, idea.title, idea.programme.key, said)
        for person in roles.authors(idea)
    ]


@audience("decided")
def of_the_hand_over(event: Event) -> list[Telling]:
    """A redirect: the leads, who hand it over, and the heads of the service it goes to, if they may read it.

    No message names a target: mails are read on the way.
    """
    idea = tellings.idea_of(event)
    if idea is None or event.payload["outcome"] != "redirect":
        return []
    decision = Decision.objects.select_related("redirect_service").get(key=event.payload["decision"])
    receipt, page = reverse("hand-over", args=[idea.key]), reverse("idea", args=[idea.key])
    heads = [person for person in _heads_of(decision, idea) if access().may_read(person, idea)]
    return [
        *(Telling(one, "to_hand_over", receipt, idea.title, idea.programme.key) for one in roles.leads(idea)),
        *(Telling(one, "handed_to_you", page, idea.title, idea.programme.key) for one in heads),
    ]


def _heads_of(decision: Decision, idea: Idea) -> list[Person]:
    if decision.redirect_service is None:
        return []
    found = grants.mandates(
        entity=idea.programme.entity,
        capacities=["head_of_service"],
        programme_key=idea.programme.key,
        department=decision.redirect_service,
    )
    return list({mandate.holder_id: mandate.holder for mandate in found}.values())


@audience("idea_taken_in", "idea_taken_out")
def of_the_other_team(event: Event) -> list[Telling]:
    """The team that takes an idea in, or lets it go; those who come with it have their own news."""
    kind = {"idea_taken_in": "taken_in", "idea_taken_out": "taken_out"}[event.verb]
    came = {line["person"] for line in event.effects if line["what"] == "team"}
    return [one for one in tellings.of_team(event, kind) if str(one.person.key) not in came]


@audience("merge_undone")
def of_the_own_way(event: Event) -> list[Telling]:
    return tellings.of_team(event, "unmerged")


@audience("reexamination_answered")
def of_the_answer(event: Event) -> list[Telling]:
    return tellings.of_team(event, "reexamined", "reexamination")


@audience("author_follows")
def of_who_follows(event: Event) -> list[Telling]:
    return tellings.of_team(event, "carried_on")


@audience(
    "author_left",
    "author_not_followed",
    "decided",
    "panel_seated",
    "no_panel",
    "vote_cast",
    "decision_drafted",
    "consent_asked",
    "decision_handed_over",
    "signature_declined",
    "draft_lapsed",
    "opinion_closed",
    "opinion_incomplete",
    "expert_asked",
    "seated",
    "seat_changed",
    "condition_reported",
    "reexamination_asked",
    "reexamination_passed",
    "sent_up",
    "woken",
)
def of_what_waits(event: Event) -> list[Telling]:
    """Whoever got work by this act: the items of the idea opened since the act before it, under the same lock."""
    chain = Event.objects.filter(subject_kind=event.subject_kind, subject_key=event.subject_key)
    before = chain.filter(sequence=event.sequence - 1).values_list("happened_at", flat=True).first()
    # A moved clock stands still: two acts may then share one instant.
    since = Q(opened_at=event.happened_at) | Q(opened_at__gt=before or event.happened_at)
    items = WorkItem.objects.filter(
        since,
        subject_kind="idea",
        subject_key=event.subject_key,
        opened_at__lte=event.happened_at,
        closed_at=None,
    )
    return tellings.of_work(event, *items.values_list("key", flat=True).distinct())
