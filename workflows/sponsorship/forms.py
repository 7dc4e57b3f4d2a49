"""Forms of sponsorship: what a promise, a request for time, an answer and a budget line say."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ideas.choosing import Colleague
from incubator.lib.fields import Number, WholeNumber
from incubator.lib.forms import ChoiceText
from incubator.lib.words import working_days
from workflows.sponsorship import rules
from workflows.sponsorship.models import TimeRelease


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class SponsorForm(forms.Form):
    sponsor = Colleague(label=_("Whom do you ask?"))


class PromiseForm(forms.Form):
    days = WholeNumber(label=_("Days of work you promise"), help_text=_("All together, for the whole pilot."))
    euros = WholeNumber(label=_("Euros you promise"), help_text=_("0 if it costs nothing."))
    cover = forms.CharField(
        label=_("How the team’s work is covered"),
        help_text=_("Who does their work meanwhile, or what is put off."),
        widget=_text(4),
        max_length=rules.LONGEST_TEXT,
    )


class NoteForm(forms.Form):
    """A note that is welcome and never demanded."""

    note = forms.CharField(
        label=_("A word to the team"), required=False, widget=_text(3), max_length=rules.LONGEST_TEXT
    )


class TimeForm(forms.Form):
    days_a_month = Number(
        label=_("Days a month you ask for"),
        help_text=_("In half days. Your line manager gives an opinion on this time, and only on it."),
    )


class OpinionForm(forms.Form):
    opinion = forms.ChoiceField(
        label=_("Your opinion on this time"),
        widget=forms.RadioSelect,
        choices=[
            (TimeRelease.Opinion.FAVOURABLE, ChoiceText(_("Favourable"), _("The service can do without."))),
            (
                TimeRelease.Opinion.RESERVED,
                ChoiceText(_("With reservations"), _("Say below what would be difficult.")),
            ),
        ],
    )
    note = forms.CharField(
        label=_("What the director should know"),
        required=False,
        widget=_text(3),
        max_length=rules.LONGEST_TEXT,
        help_text=_("Read by the colleague, the director and the programme lead."),
    )


class AnswerForm(forms.Form):
    """A director signs, or refuses with a reason."""

    answer = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("The reason"),
        required=False,
        widget=_text(3),
        max_length=rules.LONGEST_TEXT,
        help_text=_("Needed if you refuse. The colleague reads it."),
    )

    def __init__(self, data: Any, *, arbitration: int) -> None:
        """`arbitration`: working days until a refusal is settled."""
        super().__init__(data)
        settled = gettext("A deputy director general then settles it in %(days)s.")
        field = self.fields["answer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("sign", ChoiceText(_("I sign: the time is released"))),
            ("refuse", ChoiceText(_("I refuse"), settled % {"days": working_days(arbitration)})),
        ]


class ArbitrationForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("What do you settle?"),
        widget=forms.RadioSelect,
        choices=[
            ("sign", ChoiceText(_("The time is released"), _("You sign in the director’s place."))),
            ("refuse", ChoiceText(_("The refusal stands"), _("The colleague may ask for another amount."))),
        ],
    )
    note = forms.CharField(
        label=_("The reason"),
        widget=_text(3),
        max_length=rules.LONGEST_TEXT,
        help_text=_("The colleague and the director read it."),
    )


class RouteForm(forms.Form):
    route = forms.CharField(
        label=_("The route"),
        max_length=rules.LONGEST_ROUTE,
        widget=_text(3),
        help_text=_("How what is promised may be bought, in a sentence: quotes, an order, a tender."),
    )


class BudgetForm(forms.Form):
    none_needed = forms.BooleanField(label=_("No budget line is needed"), required=False)
    euros = WholeNumber(label=_("Amount in euros"), required=False)
    reference = forms.CharField(
        label=_("Reference of the line"),
        required=False,
        max_length=120,
        widget=forms.TextInput({"class": "input--s"}),
    )

    def values(self) -> dict[str, Any]:
        """What `actions.confirm_budget` takes."""
        typed = self.cleaned_data
        return {
            "none_needed": typed["none_needed"],
            "euros": typed["euros"] or 0,
            "reference": typed["reference"].strip(),
        }
