"""Who may act on people: hand over codes, grant roles, record absences. Each check raises the sentence shown."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incubator.lib import clock
from incubator.lib.refusals import NotAllowed
from incubator.people import grants, queries, reporting, rules
from incubator.people.actors import FOUNDING, Actor
from incubator.people.models import Department, Entity, Person, Post

ON_A_WHOLE_ENTITY = Q(department=None, programme_key="")
OPENS_DOORS = {*rules.CODE_GIVERS, rules.ADMINISTRATOR}
ADDS_GUESTS = ("hr_desk", rules.ADMINISTRATOR)
_NOT_ON_THE_TERMINAL = _(
    "Here codes are made only for administrators and for those who hand codes over. This person gets one from the "
    "HR desk, a champion or a staff representative."
)
_DECIDES = _(
    "This person votes or decides, so no code is made here: the HR desk, a champion or a staff representative hands "
    "one over."
)
_HAS_A_SECRET = _(
    "This person has chosen a PIN or a password already, so no first code is needed. If it is forgotten, the HR desk, "
    "a champion or a staff representative hands over a new code."
)


def places_of(person: Person) -> list[Department]:
    """The departments of a person's posts that run or are still to begin."""
    running = Q(ends_on=None) | Q(ends_on__gt=clock.today())
    posts = Post.objects.filter(running, person=person).select_related("department__entity")
    return [post.department for post in posts.order_by("starts_on", "pk")]


def holds_over(holder: Person, roles: tuple[str, ...], person: Person) -> bool:
    """Whether `holder` has one of the roles where `person` works.

    A person without a post, such as an elected member, belongs where their own rights are: everywhere with a right
    on everything; and without any right, wherever the holder's role is on a whole entity.
    """
    places = places_of(person)
    if not places:
        entities = entities_of_rights(person)
        if not entities:
            return grants.of_person(holder, *roles).filter(ON_A_WHOLE_ENTITY).exists()
        return any(grants.holds(holder, role, entity=entity) for entity in entities for role in roles)
    return any(
        grants.holds(holder, role, entity=place.entity, department=place)
        for place in places
        for role in roles
    )


def entities_of_rights(person: Person) -> list[Entity | None]:
    """The entities on which the person holds a role or a mandate, now or later; None stands for all of them."""
    roles = person.role_grants.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now())).select_related("entity")
    mandates = person.mandates.filter(Q(ends_on=None) | Q(ends_on__gt=clock.today())).select_related("entity")
    found = [grant.entity for grant in roles] + [mandate.entity for mandate in mandates]
    return [None] if person.is_superuser or None in found else found


def check_may_issue_code(by: Actor, person: Person) -> None:
    """Only hr_desk, champion or staff_representative, where the person works, outside the reporting line."""
    if by == FOUNDING:
        _check_first_code(person)
        return
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


def _check_first_code(person: Person) -> None:
    """On the server's terminal the door is opened to those who open it to others, once, and never to who decides.

    Rights that begin later count too: the secret chosen with the code is there by then.
    """
    if not grants.roles_anywhere(person) & OPENS_DOORS:
        raise NotAllowed(_NOT_ON_THE_TERMINAL)
    held = queries.rights_of(person)
    if held.mandates or any(grant.role in rules.VOTES_OR_DECIDES for grant in held.grants):
        raise NotAllowed(_DECIDES)
    if person.has_usable_password():
        raise NotAllowed(_HAS_A_SECRET)


def check_may_found(by: Actor) -> None:
    """Only the server's terminal makes an entity: nobody administers it yet."""
    if by != FOUNDING:
        raise NotAllowed(_("An entity is founded on the server, by manage.py found_city."))


def adds_guests(person: Person) -> bool:
    """Whether the person lets in whoever the HR system does not know: HR desk or administrator of a whole entity."""
    return grants.of_person(person, *ADDS_GUESTS).filter(ON_A_WHOLE_ENTITY).exists()


def check_may_add_guests(person: Person) -> None:
    """Raises NotAllowed for anyone else."""
    if not adds_guests(person):
        raise NotAllowed(_("Only the HR desk or an administrator adds guests and elected members."))


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
        raise NotAllowed(_("Only an administrator of this entity changes what is set for it."))


def administers(person: Person, entity: Entity | None) -> bool:
    """A superuser may, because somebody has to name the first administrator; it opens nothing else."""
    return person.is_active and (
        person.is_superuser or grants.holds(person, rules.ADMINISTRATOR, entity=entity)
    )


def notes_absences(person: Person) -> bool:
    """Whether the person notes absences of colleagues somewhere; of whom, `check_may_record_absence` says."""
    return "hr_desk" in grants.roles_anywhere(person)


def check_may_record_absence(by: Actor, person: Person) -> None:
    """One’s own absences; those of others, the HR desk where they work."""
    if by.person is None or by.person == person:
        return
    if not holds_over(by.person, ("hr_desk",), person):
        raise NotAllowed(_("You may note your own absences; those of others are noted by the HR desk."))
