"""Naming a colleague in a form, by staff number or by full name; never a list that grows with the city."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from incubator.people.models import Person, normal_staff_number


class Colleague(forms.CharField):
    """Gives the one active person meant. Raises ValidationError when nobody or several are."""

    default_error_messages = {
        "nobody": _("We find nobody of this staff number or name. Write the name as in the directory."),
        "several": _("Several colleagues have this name: give the staff number."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("widget", forms.TextInput({"autocomplete": "off"}))
        kwargs.setdefault("help_text", _("First and last name, or staff number."))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return find(typed, self.error_messages) if typed else None


def find(typed: str, sentences: dict[str, Any]) -> Person:
    """The active person of this staff number, else of this full name, accents and case forgiven."""
    active = Person.objects.filter(is_active=True)
    by_number = active.filter(staff_number=normal_staff_number(typed)).first()
    if by_number is not None:
        return by_number
    space = Value(" ")
    fold = {"function": "fold", "output_field": TextField()}
    named = active.annotate(
        first_last=Func(Concat("given_name", space, "family_name"), **fold),
        last_first=Func(Concat("family_name", space, "given_name"), **fold),
        typed=Func(Value(" ".join(typed.split())), **fold),
    )
    found = list((named.filter(first_last=F("typed")) | named.filter(last_first=F("typed")))[:2])
    if len(found) != 1:
        raise ValidationError(
            sentences["several" if found else "nobody"], code="several" if found else "nobody"
        )
    return found[0]
