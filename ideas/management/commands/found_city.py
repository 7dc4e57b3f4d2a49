"""A city's first day: its entity, its administrator, its programme. docs/operations.md says what comes next."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from ideas.calls.actions import open_programme
from ideas.calls.models import Programme
from incubator.lib.refusals import Refusal
from incubator.people import actions, grants, slips
from incubator.people.actors import FOUNDING
from incubator.people.models import Entity, Person, RoleGrant, normal_staff_number
from incubator.people.organisation.actions import wait_for_others

ADMINISTRATOR = RoleGrant.Role.ADMINISTRATOR.value


class Command(BaseCommand):
    help = (
        "Found an entity with its first administrator and its first programme for staff ideas, and print the "
        "administrator's sign-in code, once. What is there already is said and left as it is; all or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        asked = {
            "--entity": "key of the entity, such as ville",
            "--name": "its name, as documents print it",
            "--administrator": "staff number of the first administrator",
            "--given-name": "their first name",
            "--family-name": "their last name",
            "--programme": "key of the programme, part of its addresses",
            "--title-fr": "its title in French",
            "--title-en": "its title in English",
        }
        for name, said in asked.items():
            parser.add_argument(name, required=True, help=said)
        parser.add_argument("--time-zone", default="Europe/Paris")
        parser.add_argument("--holidays-country", default="FR", help="two letters; '' for no public holidays")
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            try:
                with transaction.atomic():
                    wait_for_others()
                    said = self._found(options)
            except Refusal as refusal:
                raise CommandError(str(refusal.sentence)) from None
            for line in said:
                self.stdout.write(line)

    def _found(self, asked: dict[str, Any]) -> list[str]:
        """Make what is missing; the lines to print."""
        entity, said = _entity(asked)
        person, more = _administrator(asked, entity)
        said += more + _programme(asked, entity)
        if not person.has_usable_password() and not person.sign_in_codes.exists():
            said += slips.lines(actions.issue_code(person=person, by=FOUNDING))
        return said


def _entity(asked: dict[str, Any]) -> tuple[Entity, list[str]]:
    known = Entity.objects.filter(key=asked["entity"]).first()
    if known is not None:
        return known, [_("Entity “%(key)s”: there already, as %(name)s.") % {"key": known.key, "name": known}]
    made = actions.found_entity(
        key=asked["entity"],
        name=asked["name"],
        time_zone=asked["time_zone"],
        holidays_country=asked["holidays_country"],
        by=FOUNDING,
    )
    return made, [_("Entity “%(key)s”: founded, as %(name)s.") % {"key": made.key, "name": made}]


def _administrator(asked: dict[str, Any], entity: Entity) -> tuple[Person, list[str]]:
    number = normal_staff_number(asked["administrator"])
    person = Person.objects.filter(staff_number=number).first()
    if person is not None:
        said = [_("Person %(number)s: there already, as %(name)s.") % {"number": number, "name": person}]
    else:
        person = actions.hire(
            staff_number=number,
            given_name=asked["given_name"],
            family_name=asked["family_name"],
            by=FOUNDING,
        )
        said = [_("Person %(number)s: added, as %(name)s.") % {"number": number, "name": person}]
    if grants.holds(person, ADMINISTRATOR, entity=entity):
        return person, [*said, _("Administrator of %(entity)s: %(name)s already.") % _who(person, entity)]
    actions.grant_role(person=person, role=ADMINISTRATOR, entity=entity, by=FOUNDING)
    return person, [*said, _("Administrator of %(entity)s: %(name)s, from now on.") % _who(person, entity)]


def _who(person: Person, entity: Entity) -> dict[str, Any]:
    return {"entity": entity, "name": person}


def _programme(asked: dict[str, Any], entity: Entity) -> list[str]:
    known = Programme.objects.select_related("entity").filter(key=asked["programme"]).first()
    if known is None:
        known = open_programme(
            by=FOUNDING,
            entity=entity,
            key=asked["programme"],
            name_fr=asked["title_fr"],
            name_en=asked["title_en"],
        )
        return [_("Programme “%(key)s”: opened, as %(name)s.") % {"key": known.key, "name": known.name}]
    if known.entity != entity:
        raise CommandError(
            _("The programme “%(key)s” belongs to %(entity)s. Choose another key; nothing was changed.")
            % {"key": known.key, "entity": known.entity}
        )
    return [_("Programme “%(key)s”: there already, as %(name)s.") % {"key": known.key, "name": known.name}]
