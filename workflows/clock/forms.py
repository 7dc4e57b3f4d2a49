from django import forms
from django.utils.translation import gettext_lazy as _


class AskedForm(forms.Form):
    line = forms.CharField(
        label=_("A line for whoever has the work, if you like"),
        help_text=_(
            "It is sent with the question. Name nobody: whoever reads it may not know who proposed the idea."
        ),
        required=False,
        max_length=300,
    )
