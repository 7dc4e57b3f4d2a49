"""Whoever asks, as this room's pages need them."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from incubator.lib.refusals import Invalid
from incubator.people.actors import Actor
from incubator.people.models import Person, normal_staff_number
from incubator.people.views.answers import reader as reader


def actor(request: HttpRequest) -> Actor:
    """The signed-in person as one who acts."""
    return Actor(person=reader(request))


def colleague(typed: str) -> Person:
    """The active employee of a typed staff number. Raises Invalid on the field `staff_number`."""
    number = normal_staff_number(typed).replace("\x00", "")
    person = Person.objects.filter(staff_number=number, is_active=True, kind=Person.Kind.EMPLOYEE).first()
    if person is None:
        sentence = _("No colleague has this staff number. It is on the pay slip and on the badge.")
        raise Invalid(sentence, code="person.unknown", fields={"staff_number": [sentence]})
    return person
