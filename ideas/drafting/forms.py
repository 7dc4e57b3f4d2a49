"""The form of an idea, in four parts. Values are checked by `rules.clean`; these only show and say what went wrong."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.drafting import rules
from ideas.drafting.models import Draft, Idea
from ideas.drafting.wording import LABELS, MISSING
from incubator.lib.forms import ChoiceText

YES_NO = (("yes", _("Yes")), ("no", _("No")))
HINTS = {
    "title": _("Ten words at most."),
    "pitch": _("As you would say it to a colleague in the lift."),
    "problem": _(
        "Who is affected, how often, and what it costs in time, money or comfort. No personal data about others."
    ),
    "concerned": _("Residents, colleagues, another department: who would feel the difference?"),
    "proposal": _("What you would do first, and how one would see that it works. You can use lists."),
    "needs_euros": _("A guess is fine. 0 if it costs nothing; leave it empty if you do not know."),
    "needs_days": _("Days of work by colleagues, all together."),
    "needs_people": _("Skills or departments you would need help from."),
    "expected_effect": _("What would be better, for whom, and how much."),
    "in_mission": _("Both are welcome. It only changes who owns what comes of it."),
    "masked_until_selected": _(
        "You can change this until you submit. Your manager is not told by us, whichever you choose."
    ),
    "confidential": _("An invention can lose its protection when it is shown."),
}


def _text(rows: int = 0, **attrs: Any) -> forms.Widget:
    return forms.Textarea({"rows": rows, **attrs}) if rows else forms.TextInput(attrs)


def _number() -> forms.Widget:
    return forms.TextInput({"class": "input--s", "inputmode": "numeric", "autocomplete": "off"})


WIDGETS: dict[str, Any] = {
    "title": _text,
    "pitch": lambda: _text(3),
    "problem": lambda: _text(6),
    "concerned": lambda: _text(3),
    "proposal": lambda: _text(8),
    "needs_euros": _number,
    "needs_days": _number,
    "needs_people": lambda: _text(3),
    "expected_effect": lambda: _text(4),
    "in_mission": lambda: forms.RadioSelect(choices=YES_NO),
    "language": lambda: forms.RadioSelect(choices=(("fr", "Français"), ("en", "English"))),
    "masked_until_selected": lambda: forms.RadioSelect(
        choices=(
            ("no", _("To everyone who can read the idea")),
            (
                "yes",
                ChoiceText(
                    _("Only to the programme lead until selection"),
                    _("Your name appears once selection is decided. Your team always sees it."),
                ),
            ),
        )
    ),
    "confidential": lambda: forms.RadioSelect(
        choices=(
            ("no", _("Every employee can read it once it is submitted")),
            ("yes", _("Only those concerned can read it")),
        )
    ),
}


class Part:
    """One page of the form: its number, its title and its fields."""

    def __init__(self, number: int, title: Any, fields: Iterable[str]) -> None:
        self.number, self.title, self.fields = number, title, tuple(fields)


PARTS = (
    Part(1, _("The idea in one line"), ("title", "pitch", "language")),
    Part(2, _("What happens today, and your name"), ("problem", "concerned", "masked_until_selected")),
    Part(
        3,
        _("What you would try"),
        ("proposal", "expected_effect", "needs_euros", "needs_days", "needs_people"),
    ),
    Part(4, _("Your job, the call and the team"), ("in_mission", "confidential")),
)


def part_of(field: str) -> Part:
    """The part that holds a field."""
    return next(part for part in PARTS if field in part.fields)


def to_do(idea: Idea, missing: Iterable[rules.Missing]) -> list[dict[str, Any]]:
    """What is still to be filled in, each with the address of its field."""
    url = reverse("idea-edit", kwargs={"key": idea.key})
    return [
        {"label": MISSING[one.code], "url": f"{url}?part={part_of(one.field).number}#id_{one.field}"}
        for one in missing
    ]


class PartForm(forms.Form):
    """The fields of one part, with the draft's values or what was typed."""

    def __init__(self, part: Part, data: Mapping[str, Any] | None, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        for name in part.fields:
            # A plain field: Django's own checks would speak before the rules do.
            self.fields[name] = forms.Field(
                label=LABELS[name], help_text=HINTS.get(name, ""), required=False, widget=WIDGETS[name]()
            )
            optional = name in rules.NUMBERS or name == "needs_people"
            setattr(self.fields[name], "says_optional", optional)  # noqa: B010 - read by ui/field.html

    def refuse(self, fields: Mapping[str, Iterable[Any]]) -> None:
        """Show these sentences at their fields; what belongs to no field of this part comes first."""
        for name, sentences in fields.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


def values_of(idea: Idea, draft: Draft) -> dict[str, Any]:
    """What the fields show: texts as they are, answers as `yes`, `no` or nothing."""
    found = {name: getattr(draft, name) for name in rules.WRITTEN}
    found |= {name: getattr(idea, name) for name in rules.CHOICES}
    answers = {True: "yes", False: "no", None: ""}
    return {name: answers[value] if isinstance(value, bool) else value for name, value in found.items()}


class BeginForm(forms.Form):
    """Which call, and for whom."""

    call = forms.Field(label=_("Which call is it for?"), required=False)
    staff_number = forms.CharField(
        label=_("Staff number of the colleague you type for"),
        help_text=_("They confirm before anything is submitted. Leave it empty if the idea is yours."),
        required=False,
        widget=forms.TextInput({"class": "input--s", "autocomplete": "off"}),
        max_length=32,
    )

    def __init__(self, data: Mapping[str, Any] | None, calls: Iterable[tuple[str, Any]], chosen: str) -> None:
        super().__init__(data, initial={"call": chosen})
        self.fields["call"].widget = forms.RadioSelect(choices=list(calls))
        setattr(self.fields["call"], "says_optional", False)  # noqa: B010 - read by ui/field.html


class InviteForm(forms.Form):
    staff_number = forms.CharField(
        label=_("Staff number of your colleague"),
        help_text=_("Capitals and spaces do not matter. They are asked, and may say no without a reason."),
        max_length=32,
        widget=forms.TextInput({"class": "input--s", "autocomplete": "off"}),
        error_messages={"required": _("Write the staff number of your colleague.")},
    )
    role = forms.ChoiceField(
        label=_("As"),
        choices=(
            (
                "co_author",
                ChoiceText(_("Co-author"), _("Writes and submits with you, and shares the credit")),
            ),
            ("helper", ChoiceText(_("Helper"), _("Types for you; you confirm"))),
        ),
        widget=forms.RadioSelect,
        initial="co_author",
    )


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("Add a picture or a document"),
        help_text=_(
            "A picture of the place or the tool says a lot. Avoid faces. Up to 20 MB; we make pictures smaller "
            "and remove hidden names and data. JPEG, PNG, PDF, docx, xlsx, pptx, odt, ods, odp, txt or csv."
        ),
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("This file is empty."),
        },
    )
