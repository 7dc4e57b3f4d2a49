"""The form of a call, for programme leads."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from ideas.calls import rules
from ideas.calls.models import Call, Programme
from incubator.lib.forms import ChoiceText, Day
from incubator.people.models import Department

NAMES = (("", _("As each gate says")), ("yes", _("Masked")), ("no", _("Shown")))
# The first and last days of all have no instant in every time zone.
DAYS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31)))
MOST_DEPARTMENTS = 200
ANSWERS: dict[str, bool | None] = {"": None, "yes": True, "no": False}


def _words(label: Any, rows: int = 0) -> forms.CharField:
    widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, widget=widget, required=False, max_length=4000 if rows else 200)


def _number(label: Any, help_text: Any = "", *, most: int = 30_000) -> forms.IntegerField:
    widget = forms.TextInput({"class": "input--s", "inputmode": "numeric"})
    return forms.IntegerField(
        label=label, help_text=help_text, required=False, min_value=0, max_value=most, widget=widget
    )


class CallForm(forms.Form):
    """`programmes`: where the person may publish; none when a call is being changed."""

    title_fr = _words(_("Title in French"))
    title_en = _words(_("Title in English"))
    question_fr = _words(_("Question in French"), 3)
    question_en = _words(_("Question in English"), 3)
    always_open = forms.BooleanField(
        label=_("Always open"),
        help_text=_("The programme’s box for any idea, without dates; a programme has one."),
        required=False,
    )
    opens_on = forms.DateField(label=_("First day"), required=False, widget=Day, validators=DAYS)
    closes_on = forms.DateField(
        label=_("Last day, until midnight"), required=False, widget=Day, validators=DAYS
    )
    departments = forms.CharField(
        label=_("Departments asked"),
        help_text=_("One code or name per line; those below are asked too. Leave it empty to ask everyone."),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        max_length=40_000,
    )
    places = _number(_("Places"), _("How many ideas can be selected; empty for no limit."))
    envelope_euros = _number(_("Envelope, in euros"), most=2_000_000_000)
    envelope_agent_days = _number(_("Envelope, in working days"))
    authors_hidden = forms.ChoiceField(
        label=_("Names of the authors, until selection"),
        choices=NAMES,
        required=False,
        widget=forms.RadioSelect,
    )
    voters_hidden = forms.ChoiceField(
        label=_("Names of the voters"), choices=NAMES, required=False, widget=forms.RadioSelect
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, programmes: Iterable[Programme] = (), **more: Any
    ) -> None:
        super().__init__(data, **more)
        choices = [(one.key, ChoiceText(one.name_fr, one.entity.name)) for one in programmes]
        if choices:
            self.fields["programme"] = forms.ChoiceField(
                label=_("Programme"), choices=choices, widget=forms.RadioSelect, initial=choices[0][0]
            )
            self.order_fields(["programme"])
        else:
            del self.fields["always_open"]

    def refuse(self, fields: Mapping[str, Iterable[Any]]) -> None:
        """Show these sentences at their fields; dates are asked by day here."""
        shown = {"opens_at": "opens_on", "closes_at": "closes_on"}
        for name, sentences in fields.items():
            field = shown.get(name, name)
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)

    def settings(self, zone: str) -> dict[str, Any]:
        """The fields of `rules.FIELDS`; days become instants in the entity's zone, the last one at its end."""
        found = self.cleaned_data
        kept = {name: found[name] for name in (*rules.TEXTS, *rules.LIMITS)}
        kept |= {name: ANSWERS[found[name]] for name in rules.NAMES}
        if found.get("always_open"):
            return kept
        return kept | {
            "opens_at": _instant(found["opens_on"], time(0, 0), zone),
            "closes_at": _instant(found["closes_on"], time(23, 59, 59), zone),
        }


def _instant(day: date | None, at: time, zone: str) -> datetime | None:
    return datetime.combine(day, at, ZoneInfo(zone)) if day else None


def initial_of(call: Call) -> dict[str, Any]:
    """What the form shows of a call."""
    zone = ZoneInfo(call.programme.entity.time_zone)
    answers = {value: name for name, value in ANSWERS.items()}
    shown: dict[str, Any] = {name: getattr(call, name) for name in (*rules.TEXTS, *rules.LIMITS)}
    shown |= {name: answers[getattr(call, name)] for name in rules.NAMES}
    shown["opens_on"] = call.opens_at and call.opens_at.astimezone(zone).date()
    shown["closes_on"] = call.closes_at and call.closes_at.astimezone(zone).date()
    asked = call.departments.select_related("entity").order_by("code", "pk")
    shown["departments"] = "\n".join(_line_of(one, call.programme) for one in asked)
    return shown


def departments_named(
    typed: str, programme: Programme, asked: Collection[Department] = ()
) -> tuple[list[Department], list[Any]]:
    """The departments of these lines, by code or name, and sentences about the lines that cannot be taken.

    Known are those of the programme’s entity today, and those that the call has `asked` already, which may be closed
    since or of another entity.
    """
    lines = list(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))
    most = max(MOST_DEPARTMENTS, len(asked))
    if len(lines) > most:
        return [], [_("At most %(number)s departments can be named one by one.") % {"number": most}]
    current = Department.objects.filter(entity=programme.entity, closed_on=None)
    known = {one.pk: one for one in (*current, *asked)}.values()
    found: dict[int, Department] = {}
    unknown: list[str] = []
    several: list[str] = []
    called = _called(known, programme)
    for line in lines:
        typed_as = (line, *[line.casefold()] * 3)
        meant = next((names[name] for names, name in zip(called, typed_as, strict=True) if name in names), [])
        found |= {one.pk: one for one in meant[:1]}
        if len(meant) != 1:
            (several if meant else unknown).append(line)
    refused = []
    if unknown:
        refused.append(_("No department is called: %(names)s") % {"names": ", ".join(unknown[:5])})
    if several:
        sentence = _("More than one department is called: %(names)s. Give the code instead.")
        refused.append(sentence % {"names": ", ".join(several[:5])})
    return list(found.values()), refused


def _called(known: Iterable[Department], programme: Programme) -> list[dict[str, list[Department]]]:
    """By name, the surest first: the line of the form to the letter; then in any case that line, the code, the name."""
    called: list[dict[str, list[Department]]] = [{}, {}, {}, {}]
    for one in known:
        line = _line_of(one, programme)
        own = (line, line.casefold(), one.code.casefold(), one.name.casefold())
        for names, name in zip(called, own, strict=True):
            names.setdefault(name, []).append(one)
    return called


def _line_of(department: Department, programme: Programme) -> str:
    """As the form shows it: codes are each entity’s own."""
    if department.entity_id == programme.entity_id:
        return department.code
    return f"{department.code} ({department.entity.name})"
