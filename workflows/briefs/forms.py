"""What is typed to have a brief corrected."""

from django import forms
from django.utils.translation import gettext_lazy as _


class Correction(forms.Form):
    reason = forms.CharField(
        label=_("What was wrong?"),
        help_text=_(
            "One sentence. It is printed on the new brief, which everyone who reads the idea can read."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
    )
