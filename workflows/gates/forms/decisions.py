"""The decision: what a mandated person writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from ideas.access import access
from ideas.drafting.models import Idea
from ideas.drafting.rules import numbered
from incubator.lib import clock
from incubator.lib.forms import ChoiceText, Day
from incubator.lib.refusals import Invalid
from incubator.lib.row_numbers import row_number
from incubator.people.models import Department, Person, normal_staff_number
from incubator.people.queries import department_named
from workflows.gates import wording
from workflows.gates.actions import Choice
from workflows.gates.forms.shown import Judgement, Shown, text
from workflows.gates.forms.typed import Typed
from workflows.gates.forms.votes import add_must_meets, judgement_fields, judgements, must_meets_of
from workflows.gates.rules import GO_ON, REDIRECTS, Permitted, reason_keys

WITH_CONDITIONS = tuple(outcome for outcome in GO_ON if outcome != "go")


@dataclass(frozen=True)
class Written:
    """A posted decision; `refusal` is set when something cannot be kept as typed."""

    choice: Choice
    must_meets: dict[str, dict[str, str]]
    content_version: int
    refusal: Invalid | None = None


Owner = Callable[[], Person | None]


def written_of(data: QueryDict, *, idea: Idea, reader: Person, default_owner: Owner) -> Written:
    """Read a posted decision on `idea` by `reader`. Owners of conditions are found by staff number; without one,
    `default_owner()`. The idea a merge leads into is found by its number, a service by its name or code."""
    typed = Typed(data)
    outcome = typed.text("outcome", 20)
    version = typed.text("content_version", 9)
    redirect_to = typed.text("redirect_to", 20) if outcome == "redirect" else ""
    choice = Choice(
        outcome=outcome,
        reasons=typed.text("reasons"),
        criterion_reasons={key: typed.text(name, 2000) for key, name in typed.named("reason_")},
        departure_reason=typed.text("departure_reason"),
        # Other outcomes take no conditions; what the panel proposed may still stand in the form.
        conditions=_conditions(typed, default_owner) if outcome in WITH_CONDITIONS else (),
        gaps=typed.lines("gaps"),
        learning=typed.text("learning"),
        hold_until=typed.day("hold_until"),
        hold_condition=typed.text("hold_condition"),
        answers={key: typed.text(name, 20) for key, name in typed.named("answer_")},
        target=_target(typed, reader) if outcome == "merge" else None,
        redirect_to=redirect_to,
        service=_service(typed, idea) if redirect_to == "service" else None,
    )
    refusal = None
    try:
        typed.check()
    except Invalid as found:
        refusal = found
    return Written(
        choice=choice,
        must_meets=must_meets_of(typed),
        content_version=int(version) if version.isascii() and version.isdigit() else 0,
        refusal=refusal,
    )


def _target(typed: Typed, reader: Person) -> Idea | None:
    """The idea of this number, as pages and briefs write it (`2026-0012`, or short `12`), if `reader` may read it."""
    said = typed.text("target", 20)
    if not said:
        return None
    number = numbered(said) if "-" in said else row_number(said)
    found = Idea.objects.select_related("programme__entity").filter(number=number).first() if number else None
    if found is not None and "-" in said and said[:4] != found.reference[:4]:
        found = None  # another year: a slip of the pen, and nobody merges by one
    if found is None or not access().may_read(reader, found):
        typed.problems["target"] = _(
            "No idea that you may read has this number. It stands on the idea’s page."
        )
        return None
    return found


def _service(typed: Typed, idea: Idea) -> Department | None:
    said = typed.text("redirect_service", 200)
    found = department_named(idea.programme.entity, said)
    if said and found is None:
        typed.problems["redirect_service"] = _("No service has this name or code. Look at its spelling.")
    return found


def _conditions(typed: Typed, default_owner: Owner) -> list[tuple[str, Person, Any]]:
    rows = [
        (
            row,
            typed.text(f"condition_{row}_text", 500),
            normal_staff_number(typed.text(f"condition_{row}_owner", 40)),
            typed.day(f"condition_{row}_due"),
        )
        for row in range(typed.rows("condition", "text"))
    ]
    wanted = {number for _row, said, number, _due in rows if said and number}
    owners = (
        {one.staff_number: one for one in Person.objects.filter(staff_number__in=wanted, is_active=True)}
        if wanted
        else {}
    )
    author = default_owner() if any(said and not number for _row, said, number, _due in rows) else None
    found = []
    for row, said, number, due_on in rows:
        if not said:
            if number or due_on:
                typed.problems.setdefault(f"condition_{row}_text", _("Say what has to be done."))
            continue
        owner = owners.get(number) if number else author
        if owner is None:
            typed.problems.setdefault(
                f"condition_{row}_owner",
                _("No colleague has this staff number.") if number else _("Give the owner’s staff number."),
            )
        if due_on is None or due_on <= clock.today():
            typed.problems.setdefault(f"condition_{row}_due", _("Choose a day after today."))
        elif owner is not None:
            found.append((said, owner, due_on))
    return found


class DecisionForm(Shown):
    """The decision for the frozen rules of a round. `answering`: the decider answers G0's must-meets as well."""

    stands_for = {"conditions": "condition_0_text"}

    def __init__(
        self,
        *args: Any,
        gate: str,
        rules: dict[str, Any],
        permitted: Sequence[Permitted],
        answering: bool = False,
        rows: int = 1,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.rules, self.rows, self.answering = rules, max(rows, 1), answering
        self.outcomes = [item.outcome for item in permitted]
        self.keys = reason_keys(rules)
        if self.found.get("criterion_reasons") and self.keys:
            self.stands_for = {**self.stands_for, "criterion_reasons": f"reason_{self.keys[0]}"}
        fields = self.fields
        fields["content_version"] = forms.CharField(widget=forms.HiddenInput, required=False)
        if answering:
            add_must_meets(self, rules)
        elif not rules.get("seats"):
            self._add_answers()
        fields["outcome"] = forms.ChoiceField(
            label=_("What do you decide?"),
            help_text=_("Only outcomes that are open now are listed."),
            widget=forms.RadioSelect,
            choices=[(item.outcome, _outcome(gate, item, rules, answering)) for item in permitted],
        )
        fields["reasons"] = text(
            _("Reasons, in two or three sentences"),
            hint=_("The author reads this first. It is published with your name and capacity."),
            rows=4,
            required=True,
        )
        fields["departure_reason"] = text(
            _("Why you depart from the opinion"),
            hint=_("Marked as a departure, and printed in the decision brief."),
        )
        self._add_ties()
        self._add_conditions()
        fields["gaps"] = text(
            _("What has to be completed"), hint=_("One thing a line. The team answers each of them.")
        )
        fields["hold_until"] = forms.DateField(label=_("On hold until"), required=False, widget=Day)
        fields["hold_condition"] = forms.CharField(
            label=_("Or until this is met"), required=False, max_length=500
        )
        fields["learning"] = text(
            _("What others can learn from it"),
            hint=_("It goes on the learning sheet, which everyone may read."),
        )
        self._add_elsewhere()

    def _add_elsewhere(self) -> None:
        fields = self.fields
        fields["target"] = forms.CharField(
            label=_("Number of the other idea"),
            help_text=_("It stands on that idea’s page. It is under way or on hold, in the same programme."),
            required=False,
            max_length=20,
            widget=forms.TextInput({"class": "input--s", "inputmode": "numeric", "autocomplete": "off"}),
        )
        fields["redirect_to"] = forms.ChoiceField(
            label=_("Whom is it handed to?"),
            help_text=_(
                "Only the author, the leads, you and the auditor read this. The reasons are read by everyone: do not"
                " name it there."
            ),
            required=False,
            widget=forms.RadioSelect,
            choices=[(one, wording.REDIRECTS[one]) for one in REDIRECTS],
        )
        fields["redirect_service"] = forms.CharField(
            label=_("Which service?"),
            help_text=_("Its name or its code, if it is a service."),
            required=False,
            max_length=200,
        )

    def _add_answers(self) -> None:
        for rule in judgements(self.rules):
            self.fields[f"answer_{rule['key']}"] = field = forms.ChoiceField(
                label=wording.said(rule), help_text=wording.hint(rule), widget=Judgement
            )
            field.widget.choices = list(wording.ANSWERS.items())

    def _add_ties(self) -> None:
        for key in self.keys:
            self.fields[f"reason_{key}"] = text(wording.tied_label(key, self.rules), rows=2)

    def _add_conditions(self) -> None:
        for row in range(self.rows):
            numbered = {"number": row + 1}
            self.fields[f"condition_{row}_text"] = forms.CharField(
                label=_("Condition %(number)s") % numbered, required=False, max_length=500
            )
            self.fields[f"condition_{row}_owner"] = forms.CharField(
                label=_("Owner’s staff number (condition %(number)s)") % numbered,
                required=False,
                max_length=40,
                help_text=_("Left empty: the author."),
            )
            self.fields[f"condition_{row}_due"] = forms.DateField(
                label=_("To be met by (condition %(number)s)") % numbered, required=False, widget=Day
            )

    @property
    def takes_conditions(self) -> bool:
        return any(outcome in WITH_CONDITIONS for outcome in self.outcomes)

    @property
    def learns(self) -> bool:
        """Whether a stop here owes a learning sheet: not the answer of a service."""
        return "stop" in self.outcomes and self.rules.get("gate") != "L"

    @property
    def must_meets(self) -> list[tuple[BoundField, BoundField]]:
        return judgement_fields(self) if self.answering else []

    @property
    def answers(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith("answer_")]

    @property
    def ties(self) -> list[BoundField]:
        return [self[f"reason_{key}"] for key in self.keys]

    @property
    def condition_rows(self) -> list[tuple[BoundField, BoundField, BoundField]]:
        return [
            (self[f"condition_{row}_text"], self[f"condition_{row}_owner"], self[f"condition_{row}_due"])
            for row in range(self.rows)
        ]


def _outcome(gate: str, item: Permitted, rules: Mapping[str, Any], answering: bool) -> ChoiceText:
    tag, kind = "", ""
    if rules.get("seats") and not answering:
        tag, kind = (_("Departs from the opinion"), "") if item.departs else (_("Follows the opinion"), "ok")
    return ChoiceText(
        wording.outcome_of(gate, item.outcome), wording.consequence(gate, item.outcome, rules), tag, kind
    )
