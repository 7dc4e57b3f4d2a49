"""Who may sit: the sources that a gate's configuration names, and those a session may call from. Reads only."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from ideas.calls.models import Programme
from incubator.people import grants, rules
from incubator.people.models import Person

# Roles of the programme, by their own names.
ROLES = ("panel_member", "expert", "staff_representative", "champion")
ELECTED = "elected_member"
# Who sits on panels of another entity: the métropole, the social centre.
OTHER_ENTITY = "other_entity"
SOURCES = (*ROLES, ELECTED, OTHER_ENTITY)
CHAIR = "chair"


def holders(source: str, programme: Programme) -> QuerySet[Person]:
    """Active persons of one source, by key order. An administrator never votes, whatever else the person holds."""
    entity, key = programme.entity, programme.key
    if source == ELECTED:
        mandates = grants.mandates(entity=entity, capacities=["elected"], programme_key=key)
        found = Person.objects.filter(pk__in=mandates.values("holder")).order_by("staff_number")
    elif source == OTHER_ENTITY:
        found = grants.holders_elsewhere(["panel_member", CHAIR], entity=entity)
    else:
        found = grants.holders(source, entity=entity, programme_key=key)
    administrators = grants.holders(rules.ADMINISTRATOR, entity=entity, programme_key=key)
    return found.exclude(pk__in=administrators.values("pk"))


def administers(person: Person, programme: Programme) -> bool:
    """Whether this person is an administrator here: then they never sit, by hand no more than from a pool."""
    return grants.holds(person, rules.ADMINISTRATOR, entity=programme.entity, programme_key=programme.key)


def able(sources: Sequence[str], programme: Programme) -> tuple[list[Person], set[int]]:
    """Who may sit on a panel drawn from these sources, each once, and the keys of those who may chair it."""
    chairs = list(holders(CHAIR, programme))
    found = {person.pk: person for source in sources for person in holders(source, programme)}
    everyone = {person.pk: person for person in chairs} | found
    return list(everyone.values()), {person.pk for person in chairs}


def may_sit(person: Person, programme: Programme, sources: Sequence[str] = SOURCES) -> bool:
    """Whether this person is of one of the sources, or may chair; one statement."""
    own = Q()
    for source in (CHAIR, *sources):
        own |= Q(pk__in=holders(source, programme).values("pk"))
    return Person.objects.filter(own, pk=person.pk).exists()
