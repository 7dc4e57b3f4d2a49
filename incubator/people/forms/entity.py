"""What an administrator sets for an entity."""

from django import forms
from django.utils.translation import gettext_lazy as _

from incubator.lib.forms import Day


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
