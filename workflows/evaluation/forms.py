"""Forms of evaluation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.choosing import Colleague
from incubator.lib.fields import WholeNumber
from incubator.lib.forms import ChoiceText
from workflows.evaluation import rules
from workflows.evaluation.models import Evaluation


class EvaluatorForm(forms.Form):
    evaluator = Colleague(label=_("Who evaluates?"))


class RunOwnerForm(forms.Form):
    run_owner = Colleague(label=_("Who would run it?"))


class DeliveryForm(forms.Form):
    findings = forms.CharField(
        label=_("What was found"),
        help_text=_("What worked, what did not, for whom. The readings stand beside it by themselves."),
        widget=forms.Textarea({"rows": 8}),
        max_length=rules.LONGEST_TEXT,
    )
    effect_on_staff = forms.CharField(
        label=_("Effect on staff"),
        help_text=_("What it changed in the work of those who took part. No names."),
        widget=forms.Textarea({"rows": 4}),
        max_length=rules.LONGEST_TEXT,
    )
    run_cost_euros_a_year = WholeNumber(
        label=_("Cost to run it, in euros a year"), help_text=_("0 if it costs nothing.")
    )
    advice = forms.ChoiceField(
        label=_("What you advise"),
        widget=forms.RadioSelect,
        choices=[
            (Evaluation.Advice.SCALE, ChoiceText(_("Scale up"), _("It becomes a service here."))),
            (
                Evaluation.Advice.EXTEND,
                ChoiceText(_("Extend the pilot"), _("Once, when too little is known.")),
            ),
            (Evaluation.Advice.TRANSFER, ChoiceText(_("Transfer"), _("Another service takes it up."))),
            (Evaluation.Advice.STOP, ChoiceText(_("Stop"), _("With what was learnt."))),
        ],
    )
    run_owner = Colleague(
        label=_("Who would run it"),
        required=False,
        help_text=_("First and last name, or staff number. Needed to scale up or transfer."),
    )
