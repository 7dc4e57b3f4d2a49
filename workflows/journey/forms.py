"""The short forms of the author's acts. Actions check; these only ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incubator.lib.forms import ChoiceText


class Submitting(forms.Form):
    """Nothing to fill in: the confirmation itself is the author's."""


class Grounds(forms.Form):
    grounds = forms.CharField(
        label=_("What should be looked at again?"),
        help_text=_("In your own words. No legal form is needed."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=10_000,
    )


class Answer(forms.Form):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[
            (
                "overturned",
                ChoiceText(_("Overturn"), _("The idea goes back to this gate, with a new consultation.")),
            ),
            ("upheld", ChoiceText(_("Uphold"), _("The stop is final. The reasons stay with the idea."))),
        ],
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        help_text=_("The author reads them first."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=10_000,
    )


class Waking(forms.Form):
    condition_met = forms.CharField(
        label=_("How is the condition met?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000
    )


def add_refusal(form: forms.Form, fields: dict[str, list[Any]]) -> None:
    """Show an action's refusal on the fields it names; what the form does not have stands above it."""
    for name, sentences in fields.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, str(sentence))
