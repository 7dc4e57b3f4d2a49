"""The first act of all: an entity is founded, before anyone is there to do it."""

import re
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from incubator.lib.refusals import Conflict, Invalid
from incubator.lib.working_days import COUNTRIES
from incubator.people import authority, journal
from incubator.people.actors import Actor
from incubator.people.journal import Entry, effect
from incubator.people.models import Entity

LONGEST_NAME = 200


def found_entity(
    *, key: str, name: str, by: Actor, time_zone: str = "Europe/Paris", holidays_country: str = "FR"
) -> Entity:
    """A legal body with its clock: `time_zone` as `Europe/Paris`, `holidays_country` an ISO code or '' for none.

    Appends `entity_founded`. Raises NotAllowed but on the server, Invalid (with fields), Conflict for a key in use.
    """
    authority.check_may_found(by)
    _check(key, name, time_zone, holidays_country)
    with transaction.atomic():
        entity, made = Entity.objects.get_or_create(
            key=key,
            defaults={"name": name.strip(), "time_zone": time_zone, "holidays_country": holidays_country},
        )
        if not made:
            raise Conflict(_("An entity with this key exists already."), code="entity.exists")
        entity.refresh_from_db(fields=["subject_key"])
        journal.record(
            Entry(
                "organisation",
                entity.subject_key,
                "entity_founded",
                {"key": key, "time_zone": time_zone, "holidays_country": holidays_country},
                [effect("entity", after="founded")],
            ),
            by=by,
        )
    return entity


def _check(key: str, name: str, time_zone: str, holidays_country: str) -> None:
    fields: dict[str, list[Any]] = {}
    if not re.fullmatch("[a-z0-9-]{1,50}", key):
        fields["key"] = [
            _("The key “%(key)s” has to be small letters, digits and hyphens, 50 at most.") % {"key": key}
        ]
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        fields["name"] = [_("Give the entity’s name, in 200 letters at most.")]
    if time_zone not in available_timezones():
        fields["time_zone"] = [
            _("There is no time zone “%(zone)s”. Write it as Europe/Paris.") % {"zone": time_zone}
        ]
    if holidays_country and holidays_country not in COUNTRIES:
        fields["holidays_country"] = [
            _(
                "The public holidays of “%(country)s” are not known. Write a country’s two letters, such as FR."
            )
            % {"country": holidays_country}
        ]
    if fields:
        said = " ".join(str(sentence) for sentences in fields.values() for sentence in sentences)
        raise Invalid(said, code="entity.incomplete", fields=fields)
