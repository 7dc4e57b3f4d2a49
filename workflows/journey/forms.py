"""The short forms of the author's acts. Actions check; these only ask."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incubator.lib.forms import ChoiceText
from incubator.people.choosing import Colleague
from workflows.journey import wording


class Submitting(forms.Form):
    """Nothing to fill in: the confirmation itself is the author's."""


class Route(forms.Form):
    """Which way the idea goes. Only the routes open to it can be chosen; the page says why another is not."""

    route = forms.ChoiceField(
        label=_("Which way should it go?"), widget=forms.RadioSelect, initial="standard"
    )
    service = forms.CharField(
        label=_("Local route: which service can do it?"),
        help_text=_("Its name or its code. Its head answers, unless that is your own manager."),
        required=False,
        max_length=200,
        widget=forms.TextInput({"list": "services", "autocomplete": "off"}),
    )

    def __init__(self, data: Any, routes: Sequence[tuple[str, str]], due: Mapping[str, int]) -> None:
        """`routes`: each route with the code of why it is closed, or ''; `due`: working days of its first answer."""
        super().__init__(data)
        open_ones = [route for route, code in routes if not code]
        field = self.fields["route"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (route, ChoiceText(wording.ROUTE_NAMES[route], wording.about_route(route, due[route])))
            for route in open_ones
        ]
        self.why_closed = [wording.why_closed(route, code) for route, code in routes if code]
        if "local" not in open_ones:
            del self.fields["service"]


class SendingUp(forms.Form):
    reasons = forms.CharField(
        label=_("Why should the programme look at it?"),
        help_text=_("The programme lead reads this beside the answer of the service."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2_000,
    )


class Doing(forms.Form):
    """A photo and a line."""

    line = forms.CharField(
        label=_("What was done, in one line"), max_length=300, help_text=_("Everyone employed can read it.")
    )
    file = forms.FileField(
        label=_("A photo of it"),
        help_text=_("Avoid faces. We make it smaller and remove hidden names and data."),
        error_messages={"required": _("Choose a file first."), "empty": _("This file is empty.")},
    )


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


class Learning(forms.Form):
    text = forms.CharField(
        label=_("What can others learn from it?"),
        help_text=_("Everyone who reads the idea reads it. Your name shows only if the team’s names do."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2_000,
    )


class Handing(forms.Form):
    on = forms.DateField(
        label=_("Handed over on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class Unmerging(forms.Form):
    reasons = forms.CharField(
        label=_("Why do the two go their own ways?"),
        help_text=_("Both teams read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
    )


class Waking(forms.Form):
    condition_met = forms.CharField(
        label=_("How is the condition met?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000
    )


class AskAuthor(forms.Form):
    person = Colleague(
        label=_("Who takes this idea over?"),
        help_text=_("First and last name, or staff number. They are asked, and may say no."),
        error_messages={"required": _("Name someone.")},
    )


def add_refusal(form: forms.Form, fields: dict[str, list[Any]]) -> None:
    """Show an action's refusal on the fields it names; what the form does not have stands above it."""
    for name, sentences in fields.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, str(sentence))
