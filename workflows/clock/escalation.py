"""Who hears that something is late: the programme's leads, who keep its clocks; for their own work, their directors.

Never someone too close to the idea, and nobody above its authors (law 11): then a deputy director general.
"""

from collections.abc import Iterable, Sequence

from ideas import roles
from ideas.drafting.models import Idea
from incubator.inbox.models import WorkItem
from incubator.people import reporting
from incubator.people.models import Person
from workflows.gates.conflicts import conflicts_of

TOO_CLOSE = {"above_member"}


def recipients(idea: Idea, late: Sequence[WorkItem]) -> tuple[str, list[Person]]:
    """The role that is told (`lead`, `director`, `dga`, or `nobody`) and its persons, by staff number."""
    return above(list(roles.leads(idea)), roles.mandated(idea, "dga"), [idea], late)


def above(
    leads: Sequence[Person], dgas: Iterable[Person], ideas: Sequence[Idea], late: Sequence[WorkItem]
) -> tuple[str, list[Person]]:
    """The same for work on several ideas: whoever is above the leads is distant from each of them."""
    holders = {item.person_id: item.person for item in late}
    if others := [lead for lead in leads if lead.pk not in holders]:
        own_work = any(lead.pk in holders for lead in leads)
        if not own_work:
            return "lead", others
    directors = [reporting.director_of(lead) for lead in leads if lead.pk in holders]
    if free := _free(ideas, (one for one in directors if one is not None), holders):
        return "director", free
    if free := _free(ideas, dgas, holders):
        return "dga", free
    return "nobody", []


def _free(ideas: Iterable[Idea], people: Iterable[Person], holders: dict[int, Person]) -> list[Person]:
    free = {person.pk: person for person in people if person.is_active and person.pk not in holders}
    for idea in ideas if free else ():
        against = conflicts_of(free.values(), idea, "")
        free = {
            pk: one for pk, one in free.items() if not against[pk].hard and not against[pk].soft & TOO_CLOSE
        }
    return sorted(free.values(), key=lambda one: one.staff_number)
