"""Who does what a lead does: the programme's leads; while there is none, the director of whoever led last.

Nothing is granted for it: it is read at the instant of the act, and over as soon as a lead is named.
"""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from ideas import roles
from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.people import grants, reporting, rules
from incubator.people.models import Person
from workflows.gates.conflicts import conflicts_with

LEAD = "programme_lead"
# What is asked of leads because they lead, not because of a seat or a delegation.
ASKED_OF_LEADS = (
    "seat_panel",
    "complete_opinion",
    "confirm_condition",
    "hold_condition",
    "name_evaluator",
    "find_arbiter",
)


def who_leads(idea: Idea) -> list[Person]:
    """The leads of the idea's programme, by staff number; without any, whoever stands in their place."""
    return list(roles.leads(idea)) or in_place_of_leads(idea.programme, [idea])


def in_place_of_leads(programme: Programme, ideas: Sequence[Idea]) -> list[Person]:
    """The director of whoever led last, or of leads who are all in the team; else the deputies director general.

    Never someone too close to one of these ideas, nor an administrator, who never decides.
    """
    before = list(grants.holders(LEAD, entity=programme.entity, programme_key=programme.key)) or [
        grant.person for grant in grants.ended(LEAD, entity=programme.entity, programme_key=programme.key)[:1]
    ]
    directors = [reporting.present_director_of(person) for person in before]
    dgas = grants.mandates(entity=programme.entity, capacities=["dga"], programme_key=programme.key)
    return free(ideas, (one for one in directors if one is not None)) or free(
        ideas, (mandate.holder for mandate in dgas)
    )


def free(ideas: Iterable[Idea], people: Iterable[Person]) -> list[Person]:
    """Those still here who are no administrator and too close to none of these ideas, each once."""
    found = {person.pk: person for person in people if person.is_active}
    asked = list(ideas) if found else []
    if asked:
        # Ideas of one programme, or of one call: the day is their entity's.
        today = clock.today(asked[0].programme.entity.time_zone)
        against = conflicts_with(found.values(), asked, "", today)
        close = {person for (_idea, person), said in against.items() if said.hard}
        found = {pk: person for pk, person in found.items() if pk not in close}
    return [one for one in found.values() if rules.ADMINISTRATOR not in grants.roles_anywhere(one)]


def hand_over(person: Person) -> None:
    """What a leaver was asked as a lead is asked of the other leads, or of whoever stands in their place.

    Called while the leaver still has the work items; ideas are locked in the order of their ids.
    """
    own = WorkItem.objects.filter(person=person, verb__in=ASKED_OF_LEADS, closed_at=None)
    for pk in _ideas_of(own):
        with locked(pk) as idea:
            inbox.open_too([item for item in own if item.subject_key == idea.key], who_leads(idea))


def ask_again(programmes: Iterable[Programme]) -> None:
    """What leads of these programmes are asked is theirs who lead now, and nobody else's. Each idea by itself."""
    waiting = WorkItem.objects.filter(verb__in=ASKED_OF_LEADS, closed_at=None)
    keys = Idea.objects.filter(programme__in=list(programmes)).values("key")
    for pk in _ideas_of(waiting.filter(subject_key__in=keys)):
        with locked(pk) as idea:
            people = who_leads(idea)
            inbox.open_too(waiting.filter(subject_key=idea.key), people)
            if people:
                for key in set(waiting.filter(subject_key=idea.key).values_list("key", flat=True)):
                    inbox.narrow(key, people)


def programmes_of(*, entity: int | None, programme_key: str) -> list[Programme]:
    """Those that a role of this scope reaches."""
    here = Q() if entity is None else Q(entity=entity)
    return list(
        Programme.objects.filter(here & (Q(key=programme_key) if programme_key else Q())).order_by("pk")
    )


def _ideas_of(items: Iterable[WorkItem]) -> list[int]:
    keys = {item.subject_key for item in items if item.subject_kind == "idea"}
    return list(Idea.objects.filter(key__in=keys).order_by("pk").values_list("pk", flat=True))
