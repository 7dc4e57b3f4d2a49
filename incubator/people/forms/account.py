"""What a person changes about oneself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incubator.lib.context import LANGUAGE_NAMES
from incubator.lib.forms import Day
from incubator.people.choosing import Colleague


class DetailsForm(forms.Form):
    prefix = "details"
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As my browser says")), *LANGUAGE_NAMES],
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("Messages go there too. Without one, everything is here and on paper."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


class AbsenceForm(forms.Form):
    prefix = "absence"
    starts_on = forms.DateField(
        label=_("First day"), widget=Day, error_messages={"required": _("Give the first day.")}
    )
    ends_on = forms.DateField(
        label=_("Last day"), widget=Day, error_messages={"required": _("Give the last day.")}
    )
    deputy = Colleague(
        label=_("Deputy"),
        required=False,
        help_text=_(
            "First and last name, or staff number. Holds your roles and seats on these days, with the conflicts of "
            "both of you."
        ),
    )


class ColleagueAbsenceForm(AbsenceForm):
    """The same, noted by the HR desk for someone else."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["deputy"].help_text = _(
            "First and last name, or staff number. Holds this person’s roles, seats and decisions on these days, with "
            "the conflicts of both. Left empty, nobody stands in."
        )


class LinkForm(forms.Form):
    prefix = "link"
    other = Colleague(
        label=_("Whose ideas would you rather not judge?"),
        error_messages={"required": _("Name someone.")},
    )
