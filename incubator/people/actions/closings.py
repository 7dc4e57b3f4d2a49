"""The days on which an entity is closed. A due time set before keeps its day: it is counted once, and stored."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid
from incubator.people import authority, closings, journal
from incubator.people.actors import Actor
from incubator.people.journal import Entry, effect
from incubator.people.models import Entity

LONGEST = timedelta(days=62)
# Counting working days looks ten years ahead: an entity that is never open must not be told to it.
YEARS_AHEAD = 2


def close_days(*, entity: Entity, first_day: date, last_day: date, by: Actor) -> Entity:
    """Closed from `first_day` to `last_day`, both included; only what would be worked is kept. Appends `days_closed`.

    Raises NotAllowed for whoever does not administer the entity; Invalid for days before today, too far or too many,
    or all closed already.
    """
    authority.check_may_administer(by, entity)
    _check_days(first_day, last_day, clock.today(entity.time_zone))
    with transaction.atomic():
        entity = Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
        country, closed = entity.holidays_country, entity.closing_days
        added = closings.worked(first_day, last_day, country=country, closed=closed)
        if not added:
            raise _invalid(
                "first_day",
                _("Nobody works on these days anyway: weekends, public holidays or days closed already."),
            )
        _keep(entity, [*closed, *added])
        said = effect("closing_days", after=added[0], until=added[-1], days=len(added))
        journal.record(Entry("organisation", entity.subject_key, "days_closed", effects=[said]), by=by)
    return entity


def reopen_days(*, entity: Entity, first_day: date, last_day: date, by: Actor) -> Entity:
    """The closing days between these two, both included, are worked after all. Appends `days_reopened`.

    Only those after today: by the others, days have been counted. Raises NotAllowed, and Conflict when there is none.
    """
    authority.check_may_administer(by, entity)
    with transaction.atomic():
        entity = Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
        first_day = max(first_day, clock.today(entity.time_zone) + timedelta(days=1))
        taken = sorted(day for day in entity.closing_days if first_day <= day <= last_day)
        if not taken:
            raise Conflict(_("None of these days is a closing day still to come: nothing is left to reopen."))
        _keep(entity, set(entity.closing_days) - set(taken))
        said = effect("closing_days", taken[0], until=taken[-1], days=len(taken))
        journal.record(Entry("organisation", entity.subject_key, "days_reopened", effects=[said]), by=by)
    return entity


def _keep(entity: Entity, days: list[date] | set[date]) -> None:
    entity.closing_days = sorted(days)
    entity.save(update_fields=["closing_days"])


def _check_days(first_day: date, last_day: date, today: date) -> None:
    if last_day < first_day:
        raise _invalid("last_day", _("The last day has to come after the first."))
    if first_day < today:
        raise _invalid(
            "first_day",
            _("Close days from today on: those before are counted already, in delays and in the figures."),
        )
    if last_day.year > today.year + YEARS_AHEAD:
        sentence = _("Too far ahead: close days until the end of %(year)s.")
        raise _invalid("last_day", sentence % {"year": today.year + YEARS_AHEAD})
    if last_day - first_day >= LONGEST:
        raise _invalid("last_day", _("More than two months: close them in shorter pieces."))


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, code="closing_days", fields={field: [sentence]})
