"""Forms of the plan and the pilot. The plan's indicators are rows that can be added and removed without script."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from incubator.lib.fields import Number, WholeNumber
from incubator.lib.forms import ChoiceText, Day
from workflows.pilots import rules, sentences
from workflows.pilots.actions import PlanValues
from workflows.pilots.models import CheckIn, Indicator, PilotPlan

ROWS_AT_FIRST = 2
WORDS = ("name", "unit", "direction", "baseline", "target")


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class PlanForm(forms.Form):
    """The plan without its indicators; an incomplete plan can be saved."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    where = forms.CharField(label=_("Where it is tried"), required=False, max_length=200)
    months = WholeNumber(label=_("For how many months"))
    minimum_readings = WholeNumber(
        label=_("Readings of each indicator, at least"), help_text=_("The end cannot be decided with fewer.")
    )
    stop_rule = forms.CharField(
        label=_("Stop rule"),
        help_text=_("What would make you stop early."),
        required=False,
        widget=_text(3),
        max_length=rules.LONGEST_TEXT,
    )
    users_told_how = forms.CharField(
        label=_("How users are told"),
        help_text=_("Before it starts, and when it ends."),
        required=False,
        widget=_text(3),
        max_length=rules.LONGEST_TEXT,
    )


def _said(**more: Any) -> dict[str, Any]:
    return {"required": sentences.INDICATOR_ERRORS["missing"]} | more


class IndicatorForm(forms.Form):
    """One line; an empty line is left out."""

    name = forms.CharField(label=_("What is measured"), max_length=200, error_messages=_said())
    unit = forms.CharField(
        label=_("Unit"),
        max_length=40,
        widget=forms.TextInput({"class": "input--s"}),
        error_messages=_said(),
    )
    direction = forms.ChoiceField(
        label=_("Which way is better"),
        choices=[
            (Indicator.Direction.UP, _("More is better")),
            (Indicator.Direction.DOWN, _("Less is better")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": sentences.INDICATOR_ERRORS["choice"]},
    )
    baseline = Number(label=_("Baseline: how it is today"), error_messages=_said())
    target = Number(label=_("Target"), error_messages=_said())

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, prefix: str, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(
            data, prefix=prefix, initial=initial, empty_permitted=True, use_required_attribute=False
        )

    @property
    def is_empty(self) -> bool:
        # The direction alone says nothing: a radio cannot be emptied.
        typed = (self.data.get(self.add_prefix(name), "") for name in WORDS if name != "direction")
        return not any(str(word).strip() for word in typed)

    def has_changed(self) -> bool:
        return not self.is_empty

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.is_empty and not self.errors:
            for name, code in rules.indicator_errors(self.values()).items():
                self.add_error(name, sentences.INDICATOR_ERRORS[code])
        return given

    def values(self) -> rules.IndicatorValues:
        return rules.IndicatorValues(*(self.cleaned_data[name] for name in WORDS))


class PlanEditor:
    """The plan's form and its rows together: what was typed, or what is saved."""

    def __init__(
        self, plan: PilotPlan | None, typed: Mapping[str, Any] | None = None, *, months: int = rules.MONTHS
    ) -> None:
        """`months`: how long a pilot lasts when nothing is saved yet."""
        self.typed = typed
        if typed is None:
            self.form = PlanForm(initial=_plan_initial(plan, months))
            saved = [_indicator_initial(one) for one in plan.indicators.all()] if plan else []
            blank: list[dict[str, Any]] = [{}] * max(ROWS_AT_FIRST - len(saved), 0)
            self.rows = [
                IndicatorForm(initial=row, prefix=f"i{place}") for place, row in enumerate([*saved, *blank])
            ]
        else:
            self.form = PlanForm(typed)
            self.rows = [IndicatorForm(typed, prefix=f"i{place}") for place in range(_count(typed))]

    def is_valid(self) -> bool:
        # Each is asked, so that all errors show at once.
        return all([self.form.is_valid(), *(row.is_valid() for row in self.rows)])

    def values(self) -> PlanValues:
        typed = self.form.cleaned_data
        return PlanValues(
            where=typed["where"].strip(),
            months=typed["months"],
            minimum_readings=typed["minimum_readings"],
            stop_rule=typed["stop_rule"],
            users_told_how=typed["users_told_how"],
            indicators=[row.values() for row in self.rows if not row.is_empty],
        )


def rearranged(typed: Mapping[str, Any], remove: int | None) -> PlanEditor:
    """The editor with one row more (up to the most) or without row `remove`; nothing is saved or judged."""
    rows = [_row(typed, place) for place in range(_count(typed)) if place != remove]
    if remove is None and len(rows) < rules.MOST_INDICATORS:
        rows.append({})
    editor = PlanEditor(None)
    editor.form = PlanForm(initial={name: typed.get(name, "") for name in PlanForm.base_fields})
    editor.rows = [IndicatorForm(initial=row, prefix=f"i{place}") for place, row in enumerate(rows)]
    return editor


def _count(typed: Mapping[str, Any]) -> int:
    number = str(typed.get("rows", ""))
    # One more than may be saved, so that a forged number is refused and costs nothing.
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return 0
    return min(int(number), rules.MOST_INDICATORS + 1)


def _row(typed: Mapping[str, Any], place: int) -> dict[str, Any]:
    return {name: typed.get(f"i{place}-{name}", "") for name in WORDS}


def _plan_initial(plan: PilotPlan | None, months: int) -> dict[str, Any]:
    if plan is None:
        return {"version": 0, "months": months, "minimum_readings": 2}
    return {name: getattr(plan, name) for name in PlanForm.base_fields}


def _indicator_initial(one: Indicator) -> dict[str, Any]:
    return {name: getattr(one, name) for name in WORDS}


class CheckInForm(forms.Form):
    """How it goes on a day, with a reading per indicator of the sealed plan."""

    on = forms.DateField(label=_("Day"), widget=Day)
    pace = forms.ChoiceField(
        label=_("How it goes"),
        widget=forms.RadioSelect,
        choices=[
            (CheckIn.Pace.ON_TRACK, ChoiceText(_("On track"))),
            (CheckIn.Pace.SLOWER, ChoiceText(_("Slower than planned"))),
            (CheckIn.Pace.IN_TROUBLE, ChoiceText(_("In trouble"), _("Say below what the trouble is."))),
        ],
    )
    note = forms.CharField(
        label=_("What happened since the last time"),
        required=False,
        widget=_text(3),
        max_length=rules.LONGEST_TEXT,
        help_text=_("Read by everyone who reads the idea. No personal data about others."),
    )

    def __init__(self, indicators: list[Indicator], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicators = indicators
        for one in indicators:
            self.fields[f"r-{one.key}"] = Number(
                label=f"{one.name} ({one.unit})",
                required=False,
                help_text=_("Baseline %(baseline)s, target %(target)s.")
                % {"baseline": _shown(one.baseline), "target": _shown(one.target)},
            )

    def readings(self) -> dict[UUID, Decimal]:
        found = {one.key: self.cleaned_data[f"r-{one.key}"] for one in self.indicators}
        return {key: value for key, value in found.items() if value is not None}


def _shown(value: Decimal) -> str:
    return str(Number().prepare_value(value))


class TextForm(forms.Form):
    """One text with a name of its own."""

    def __init__(self, name: str, label: Any, help_text: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[name] = forms.CharField(
            label=label, help_text=help_text, widget=_text(4), max_length=rules.LONGEST_TEXT
        )
