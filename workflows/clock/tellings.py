"""Who is told by the clock: whoever has the work, or their deputy while they are away; and who hears of lateness."""

from collections.abc import Callable

from ideas import tellings
from ideas.access import access
from incubator.events.models import Event
from incubator.inbox import wording
from incubator.inbox.models import WorkItem
from incubator.messages.rules import Telling, audience
from incubator.people import grants
from incubator.people.models import Person


@audience("reminded")
def of_a_reminder(event: Event) -> list[Telling]:
    """In the item's own words, with its day; nothing of what others have done."""
    idea = tellings.idea_of(event)
    if idea is None:
        return []
    return reminders(event, idea.programme.key, lambda person: access().may_read(person, idea))


def reminders(event: Event, programme: str, may_read: Callable[[Person], bool]) -> list[Telling]:
    """Whoever has the work that `event` reminds of, or, while they are away, each deputy who may read its subject."""
    items = WorkItem.objects.filter(key=event.payload["work"], closed_at=None, due_at__isnull=False)
    late = not event.payload["step"].startswith(("half", "-"))
    return [
        Telling(
            person,
            item.verb,
            item.url,
            item.subject_title,
            programme,
            {
                "due_at": item.due_at.isoformat() if item.due_at else "",
                "reminder": "late" if late else "soon",
            },
        )
        for item in items.select_related("person").order_by("pk")
        for person in present(item)
        if person.pk == item.person_id or may_read(person)
    ]


def present(item: WorkItem) -> list[Person]:
    """Whoever has the work, or while they are away their deputies for it."""
    if not grants.is_absent(item.person):
        return [item.person]
    deputies = grants.deputies_of(item.person) if item.verb in wording.lent() else Person.objects.none()
    return [deputy for deputy in deputies if not grants.is_absent(deputy)]


@audience("escalated")
def of_lateness(event: Event) -> list[Telling]:
    return tellings.of_work(event, event.payload["late"])
