"""Forms of evaluation."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.choosing import Colleague
from incubator.lib.fields import Number, WholeNumber
from incubator.lib.forms import ChoiceText
from incubator.lib.words import figure
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
            (Evaluation.Advice.STOP, ChoiceText(_("Stop"), _("With what was learned."))),
        ],
    )
    run_owner = Colleague(
        label=_("Who would run it"),
        required=False,
        help_text=_("First and last name, or staff number. Needed to scale up or transfer."),
    )


class BenefitsForm(forms.Form):
    """Today's value of each indicator, or why there is none; `lines` as `queries.promised` gives them."""

    def __init__(self, lines: Sequence[Mapping[str, Any]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = len(lines)
        for place, line in enumerate(lines):
            said = {name: line[name] for name in ("indicator", "unit")}
            was = {
                name: figure(line[name]) for name in ("baseline", "target", "last") if line[name] is not None
            }
            help_text = _("Baseline %(baseline)s, target %(target)s, at the end of the pilot %(last)s.")
            self._add(
                f"value-{place}",
                Number(
                    label=_("Today: %(indicator)s (%(unit)s)") % said,
                    required=False,
                    help_text=help_text % ({"last": "–"} | was),
                ),
            )
            self._add(
                f"why-{place}",
                forms.CharField(
                    label=_("If not measured, why: %(indicator)s") % said,
                    required=False,
                    max_length=rules.LONGEST_WHY,
                ),
            )
        self.fields["note"] = forms.CharField(
            label=_("What it brings, in your own words"),
            help_text=_("Read by everyone who reads the idea. No personal data about others."),
            required=not lines,
            widget=forms.Textarea({"rows": 4}),
            max_length=rules.LONGEST_NOTE,
        )

    def _add(self, name: str, field: forms.Field) -> None:
        # One of the two is needed: neither is optional.
        field.says_optional = False  # type: ignore[attr-defined]
        self.fields[name] = field

    def measured(self) -> list[rules.Measured]:
        typed = self.cleaned_data
        return [rules.Measured(typed[f"value-{place}"], typed[f"why-{place}"]) for place in range(self.count)]
