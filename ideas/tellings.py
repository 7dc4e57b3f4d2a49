"""Who is told of an act on an idea: whoever it gave work, and the team. For the rooms' audiences."""

from django.urls import reverse

from ideas import roles
from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.messages.rules import Telling


def idea_of(event: Event) -> Idea | None:
    return Idea.objects.select_related("programme__entity").filter(key=event.subject_key).first()


def programme_key(idea: Idea | None) -> str:
    """Whose lead sees a mail that may not have arrived; nobody while a draft is its team's alone."""
    return "" if idea is None or idea.state == Idea.State.DRAFT else idea.programme.key


def of_work(event: Event, *keys: str) -> list[Telling]:
    """Whoever has one of these work items open; the message says what the item says."""
    idea = idea_of(event)
    items = WorkItem.objects.filter(key__in=keys, closed_at=None).select_related("person").order_by("pk")
    return [
        Telling(
            item.person,
            item.verb,
            item.url,
            item.subject_title,
            programme_key(idea),
            {"due_at": item.due_at.isoformat()} if item.due_at else {},
        )
        for item in items
    ]


def of_team(event: Event, kind: str, page: str = "idea") -> list[Telling]:
    """The team as it is now, whoever acted apart; `page` is the url name of the idea's page to open."""
    idea = idea_of(event)
    if idea is None:
        return []
    url = reverse(page, args=[idea.key])
    return [
        Telling(person, kind, url, idea.title, programme_key(idea))
        for person in roles.authors(idea)
        if person.key != event.actor_key
    ]
