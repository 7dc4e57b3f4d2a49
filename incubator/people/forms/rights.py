"""Giving a role or a mandate. People and departments are typed, never chosen from lists that grow."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from incubator.lib.forms import Day
from incubator.people.choosing import Colleague
from incubator.people.models import Department, Entity, Mandate, RoleGrant


class RightForm(forms.Form):
    """What roles and mandates have in common: who, where, until when. `entities`: those the actor administers."""

    person = Colleague(label=_("Who"), error_messages={"required": _("Name someone.")})
    entity = forms.ModelChoiceField(
        label=_("Entity"),
        queryset=Entity.objects.none(),
        error_messages={"required": _("Choose an entity."), "invalid_choice": _("Choose an entity.")},
    )
    department = forms.CharField(
        label=_("Department"),
        required=False,
        max_length=40,
        help_text=_("Its code, for this department and below. Leave it empty for the whole entity."),
        widget=forms.TextInput({"class": "input--s", "autocomplete": "off"}),
    )
    programme_key = forms.SlugField(
        label=_("Programme"),
        required=False,
        max_length=50,
        help_text=_("Its key, as in its address. Leave it empty for every programme."),
        widget=forms.TextInput({"class": "input--s", "autocomplete": "off"}),
    )
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=Day,
        validators=[MaxValueValidator(date(2999, 12, 31))],
        help_text=_("Leave it empty when the end is not known."),
    )

    def __init__(self, *args: Any, entities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["entity"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = entities

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        code, entity = cleaned.get("department"), cleaned.get("entity")
        cleaned["department"] = None
        if code and entity:
            found = Department.objects.filter(entity=entity, code__iexact=code, closed_on=None).first()
            cleaned["department"] = found
            if found is None:
                self.add_error("department", _("No open department of this entity has this code."))
        return cleaned

    def scope(self) -> dict[str, Any]:
        """Entity, department and programme, as actions take them."""
        return {name: self.cleaned_data[name] for name in ("entity", "department", "programme_key")}


class GrantForm(RightForm):
    role = forms.ChoiceField(label=_("Role"), choices=RoleGrant.Role.choices)
    field_order = ("person", "role", "entity", "department", "programme_key", "last_day")

    def ends_at(self) -> datetime | None:
        """The last day's end, in the entity's own time."""
        day = self.cleaned_data["last_day"]
        zone = ZoneInfo(self.cleaned_data["entity"].time_zone)
        return datetime.combine(day + timedelta(days=1), time(), zone) if day else None


class MandateForm(RightForm):
    capacity = forms.ChoiceField(label=_("Capacity"), choices=Mandate.Capacity.choices)
    reference = forms.CharField(
        label=_("Delegation of signature"),
        max_length=120,
        help_text=_("Reference and date of the order, as the decision brief prints it."),
        error_messages={
            "required": _("Give the reference and date of the delegation of signature: the brief prints it.")
        },
    )
    field_order = ("person", "capacity", "reference", "entity", "department", "programme_key", "last_day")

    def ends_on(self) -> date | None:
        """The first day without it."""
        day: date | None = self.cleaned_data["last_day"]
        return day + timedelta(days=1) if day else None
