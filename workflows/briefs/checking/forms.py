"""What the check asks for: a file, or the address printed on a brief."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incubator.lib.seals.process import LARGEST


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("The brief, as a PDF file"),
        help_text=_("20 MB at most. It is read once and kept nowhere."),
        error_messages={"required": _("Choose a file first."), "empty": _("This file is empty.")},
        widget=forms.FileInput({"accept": ".pdf,application/pdf"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                _("This file is larger than 20 MB. A decision brief has far less: is it the right one?")
            )
        return file


class AddressForm(forms.Form):
    address = forms.CharField(
        label=_("Or the address printed on its last page"),
        help_text=_(
            "It ends with 22 characters: letters, digits, - and _. The QR code beside it leads there too."
        ),
        max_length=300,
        error_messages={"required": _("Type the address first.")},
    )

    def token(self) -> str:
        """The last part of what was typed."""
        return str(self.cleaned_data["address"]).strip().rstrip("/").rpartition("/")[2]
