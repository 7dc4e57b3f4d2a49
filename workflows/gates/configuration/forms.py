"""The forms of a configuration: one section of it, and a file to import."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from incubator.lib.reference import defaults
from workflows.gates.configuration.document import Document, completed
from workflows.gates.configuration.editing import shown, written
from workflows.gates.configuration.settings import Group, Setting, field_name, groups


class SectionForm(forms.Form):
    """The settings of one section. What is possible is said by the schema, at the field of its pointer."""

    use_required_attribute = False

    def __init__(self, data: Any, *, document: Document, section: str) -> None:
        document = completed(document, defaults())
        self.document, self.section = document, section
        self.groups = groups(document, section)
        settings = [setting for group in self.groups for setting in (*group.settings, *group.details)]
        super().__init__(data, initial={setting.name: shown(document, setting) for setting in settings})
        for setting in settings:
            field = _field(setting)
            field.says_optional = False  # type: ignore[attr-defined] # read by the form renderer
            self.fields[setting.name] = field

    def as_typed(self) -> Document:
        """The document with what was typed; the form is valid."""
        return written(self.document, self.cleaned_data, self.section)

    def refuse(self, fields: Mapping[str, Sequence[Any]]) -> None:
        """Show these sentences, by JSON pointer, at their fields."""
        for pointer, sentences in fields.items():
            name = field_name(pointer) if pointer else ""
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)

    def shown_groups(self) -> Iterator["ShownGroup"]:
        """The groups with their bound fields, for the template."""
        for group in self.groups:
            details = [self[setting.name] for setting in group.details]
            yield ShownGroup(
                group,
                [self[setting.name] for setting in group.settings],
                details,
                any(field.errors for field in details),
            )


@dataclass
class ShownGroup:
    """A group with its bound fields; `open`: something in the details has to be mended."""

    group: Group
    fields: list[BoundField]
    details: list[BoundField]
    open: bool


def _field(setting: Setting) -> forms.Field:
    about: dict[str, Any] = {"label": setting.label, "help_text": setting.hint, "required": False}
    figure = {"class": "input--s", "inputmode": "numeric"}
    match setting.kind:
        case "whole":
            return forms.IntegerField(**about, widget=forms.TextInput(figure))
        case "number":
            return forms.FloatField(
                **about, localize=True, widget=forms.TextInput(figure | {"inputmode": "decimal"})
            )
        case "one":
            return forms.ChoiceField(**about, choices=setting.choices, widget=forms.RadioSelect)
        case "some":
            return forms.MultipleChoiceField(
                **about, choices=setting.choices, widget=forms.CheckboxSelectMultiple
            )
        case "steps":
            return forms.TypedMultipleChoiceField(
                **about, choices=setting.choices, coerce=_step, widget=forms.CheckboxSelectMultiple
            )
        case "yes_no":
            return forms.BooleanField(**about)
        case kind:
            widget = forms.Textarea({"rows": 3}) if kind == "long" else forms.TextInput()
            return _Text(**about, widget=widget)


class _Text(forms.CharField):
    """A text with its line ends as one character: a browser sends two, and a document holds no carriage return."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _step(typed: str) -> str | int:
    """A reminder as the document has it: `half`, or whole days before (-) and after."""
    return typed if typed == "half" else int(typed)


class ImportForm(forms.Form):
    """A configuration as a JSON file."""

    file = forms.FileField(
        label=_("Configuration, as a JSON file"),
        help_text=_("It begins a draft: nothing changes before you publish it."),
        widget=forms.FileInput({"accept": ".json,application/json"}),
    )
