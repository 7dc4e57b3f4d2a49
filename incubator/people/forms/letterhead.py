"""The head of an entity's documents."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incubator.people.models import Entity


class LetterheadForm(forms.Form):
    """One entity's; several stand on one page, so each has its own prefix."""

    address = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=600,
        help_text=_("As documents print it, one line after the other."),
        widget=forms.Textarea({"rows": 4}),
    )
    colour = forms.CharField(
        label=_("Colour"),
        required=False,
        max_length=7,
        help_text=_("Six digits, such as #0a5566. White words stand on it, so it has to be dark enough."),
        widget=forms.TextInput({"class": "input--s", "autocomplete": "off"}),
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG or JPEG, up to 2 MB. It is made smaller, and what hides in the file is left out."),
        error_messages={"empty": _("This file is empty.")},
    )
    without_logo = forms.BooleanField(label=_("Print no logo"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, entity: Entity) -> None:
        initial = {"address": entity.letterhead, "colour": entity.colour}
        super().__init__(data, files, prefix=entity.key, initial=initial)
        self.entity = entity
        if entity.logo_id is None:
            del self.fields["without_logo"]

    def given(self) -> dict[str, Any]:
        """What was typed and sent, as the action takes it."""
        sent = self.cleaned_data["logo"]
        return {
            "address": self.cleaned_data["address"],
            "colour": self.cleaned_data["colour"],
            "logo": sent.read() if sent else None,
            "without_logo": bool(self.cleaned_data.get("without_logo")) and not sent,
        }
