"""Absences, which lend roles and seats to a deputy. No reason is asked and none is kept."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotFound
from incubator.people import authority, departures, grants, journal, rules, sign_in
from incubator.people.actors import Actor
from incubator.people.journal import Entry, effect
from incubator.people.models import Absence, Person

LONGEST = timedelta(days=3 * 366)


def record_absence(
    *, person: Person, starts_on: date, ends_on: date, by: Actor, deputy: Person | None = None
) -> Absence:
    """Absent from `starts_on` to `ends_on`, both included. Appends `absence_recorded`.

    Raises NotAllowed unless it is one's own or the HR desk notes it; Invalid for days that are over or far off, and
    for a deputy who has left, is the person, is whoever notes it for the person, or is an administrator (who would
    vote in a lent seat); Conflict when it overlaps another.
    """
    authority.check_may_record_absence(by, person)
    _check_days(starts_on, ends_on)
    if deputy is not None:
        _check_deputy(person, deputy, by)
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if person.absences.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
            raise Conflict(
                _("These days overlap an absence already noted. End that one first, or choose other days.")
            )
        noted_by = by.person if by.person != person else None
        absence = Absence.objects.create(
            person=person, deputy=deputy, noted_by=noted_by, starts_on=starts_on, ends_on=ends_on
        )
        journal.record(
            Entry(
                "person",
                person.key,
                "absence_recorded",
                effects=[
                    effect("absence", after=starts_on, until=ends_on, deputy=deputy.key if deputy else None)
                ],
            ),
            by=by,
        )
        departures.absence_changed(person)
    return absence


def end_absence(*, absence: Absence, by: Actor) -> None:
    """Back from today on; an absence still to come is taken out. Appends `absence_ended`. Raises NotFound, Conflict."""
    authority.check_may_record_absence(by, absence.person)
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=absence.person_id)
        found = Absence.objects.filter(pk=absence.pk).first()
        today = clock.today()
        if found is None:
            raise NotFound(_("This absence has been taken out already."))
        if found.ends_on < today:
            raise Conflict(_("This absence is over already."))
        before = effect("absence", found.starts_on, until=found.ends_on)
        if found.starts_on >= today:
            found.delete()
        else:
            found.ends_on = today - timedelta(days=1)
            found.save(update_fields=["ends_on"])
        journal.record(Entry("person", person.key, "absence_ended", effects=[before]), by=by)
        departures.absence_changed(person)


def _check_days(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        sentence = _("The last day has to come after the first.")
        raise Invalid(sentence, fields={"ends_on": [sentence]})
    if ends_on < clock.today():
        sentence = _("These days are over: an absence lends nothing afterwards.")
        raise Invalid(sentence, fields={"ends_on": [sentence]})
    if starts_on - clock.today() > LONGEST:
        sentence = _("More than three years ahead: note it when the days come nearer.")
        raise Invalid(sentence, fields={"starts_on": [sentence]})
    if ends_on - starts_on > LONGEST:
        sentence = _("More than three years: note a shorter absence.")
        raise Invalid(sentence, fields={"ends_on": [sentence]})


def _check_deputy(person: Person, deputy: Person, by: Actor) -> None:
    if deputy == person:
        sentence = _("A deputy is someone else.")
    elif deputy == by.person:
        # Rights lent by one's own hand would be rights given to oneself.
        sentence = _("Nobody makes themselves the deputy of a colleague: name someone else.")
    elif not sign_in.may_sign_in(deputy):
        sentence = _("This person has left, or is a guest whose access is over.")
    elif person.kind == Person.Kind.EMPLOYEE and deputy.kind != Person.Kind.EMPLOYEE:
        sentence = _("A guest cannot stand in for someone of the staff. Choose a colleague.")
    elif rules.ADMINISTRATOR in grants.roles_anywhere(deputy):
        sentence = _("An administrator never votes or decides, so cannot stand in. Choose someone else.")
    else:
        return
    raise Invalid(sentence, fields={"deputy": [sentence]})
