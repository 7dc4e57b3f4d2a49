"""Who may act on people: hand over codes, grant roles, record absences. Each check raises the sentence shown."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incubator.lib import clock
from incubator.lib.refusals import NotAllowed
from incubator.people import grants, reporting, rules
from incubator.people.actors import Actor
from incubator.people.models import Department, Entity, Person, Post


def places_of(person: Person) -> list[Department]:
    """The departments of a person's posts that run or are still to begin."""
    running = Q(ends_on=None) | Q(ends_on__gt=clock.today())
    posts = Post.objects.filter(running, person=person).select_related("department__entity")
    return [post.department for post in posts.order_by("starts_on", "pk")]


def holds_over(holder: Person, roles: tuple[str, ...], person: Person) -> bool:
    """Whether `holder` has one of the roles where `person` works; without a post, on everything."""
    places = places_of(person)
    if not places:
        return any(grants.holds(holder, role) for role in roles)
    return any(
        grants.holds(holder, role, entity=place.entity, department=place)
        for place in places
        for role in roles
    )


def check_may_issue_code(by: Actor, person: Person) -> None:
    """Only hr_desk, champion or staff_representative, where the person works, outside the reporting line."""
    if by.person is None:
        return  # the import and the demo city prepare slips; a clock never does
    if by.person == person:
        raise NotAllowed(
            _("Nobody makes a code for themselves: ask the HR desk, a champion or a staff representative.")
        )
    if not holds_over(by.person, rules.CODE_GIVERS, person):
        raise NotAllowed(
            _("Codes are handed over by the HR desk, a champion or a staff representative of the same place.")
        )
    if by.person in reporting.reporting_line(person):
        raise NotAllowed(
            _(
                "You are in this person’s reporting line, so the code has to come from someone else: "
                "the HR desk, a champion or a staff representative."
            )
        )


def check_may_search(person: Person) -> None:
    """Raises NotAllowed unless the person hands over codes somewhere."""
    if not grants.roles_anywhere(person) & set(rules.CODE_GIVERS):
        raise NotAllowed(
            _(
                "This page is for those who hand over sign-in codes: HR desk, champions, staff representatives."
            )
        )


def check_may_grant(by: Actor, person: Person | None, entity: Entity | None) -> None:
    """Only an administrator of that entity (or the installation's superuser), never for oneself."""
    if by.person is None:
        return
    if not administers(by.person, entity):
        raise NotAllowed(_("Only an administrator of this entity gives or ends roles and mandates."))
    if person is not None and by.person == person:
        raise NotAllowed(_("Nobody gives themselves a role or a mandate: ask another administrator."))


def check_may_administer(by: Actor, entity: Entity) -> None:
    """Only an administrator of that entity (or the installation's superuser)."""
    if by.person is not None and not administers(by.person, entity):
        raise NotAllowed(_("Only an administrator of this entity changes its letterhead."))


def administers(person: Person, entity: Entity | None) -> bool:
    """A superuser may, because somebody has to name the first administrator; it opens nothing else."""
    return person.is_active and (
        person.is_superuser or grants.holds(person, rules.ADMINISTRATOR, entity=entity)
    )


def check_may_record_absence(by: Actor, person: Person) -> None:
    """One’s own absences; those of others, the HR desk where they work."""
    if by.person is None or by.person == person:
        return
    if not holds_over(by.person, ("hr_desk",), person):
        raise NotAllowed(_("You may note your own absences; those of others are noted by the HR desk."))
