"""What an administrator sets for an entity."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incubator.lib.forms import Day
from incubator.people.actions.charter import DECLINED, OPEN, SIGNED, answer_of
from incubator.people.models import Entity


class ClosingForm(forms.Form):
    prefix = "closing"
    first_day = forms.DateField(
        label=_("First day"), widget=Day, error_messages={"required": _("Give the first day.")}
    )
    last_day = forms.DateField(
        label=_("Last day"),
        widget=Day,
        help_text=_("The same for a single day."),
        error_messages={"required": _("Give the last day.")},
    )


class CharterForm(forms.Form):
    prefix = "charter"
    answer = forms.ChoiceField(
        label=_("Has the entity signed it?"),
        choices=[
            (SIGNED, _("Yes, it is signed")),
            (DECLINED, _("No, it was declined")),
            (OPEN, _("Neither yet")),
        ],
        widget=forms.RadioSelect,
    )
    on = forms.DateField(
        label=_("On which day"),
        required=False,
        widget=Day,
        help_text=_("Of the signature, or of the refusal."),
    )
    because = forms.CharField(
        label=_("Why it was declined"),
        required=False,
        max_length=300,
        help_text=_("A word that everyone reads beside the charter."),
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, data: Any = None, *, entity: Entity) -> None:
        initial = {
            "answer": answer_of(entity),
            "on": entity.signed_charter_on or entity.declined_charter_on,
            "because": entity.declined_charter_because,
        }
        super().__init__(data, initial=initial)
