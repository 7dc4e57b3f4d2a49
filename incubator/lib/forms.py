"""The form renderer of the design: `{{ form.title.as_field_group }}` gives label, hint, error and control."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    DateInput,
    MultiWidget,
    RadioSelect,
    Widget,
)

Words = Any  # str or a lazy translation


@dataclass(frozen=True)
class ChoiceText:
    """A choice's label with what choosing it brings about, and a short tag such as “follows the opinion”.

    Use it where a label stands: `choices=[("hold", ChoiceText(_("Hold"), _("Until a date or a condition")))]`.
    """

    label: Words
    consequence: Words = ""
    tag: Words = ""
    tag_kind: str = ""

    def __str__(self) -> str:
        return str(self.label)


class Votes(RadioSelect):
    """Three or four large choices side by side; the consequence of `ChoiceText` shows under each."""

    template_name = "ui/vote.html"


class Scale(RadioSelect):
    """A ruler of radios: 0 to 4, or the three words of a must-meet.

    `ends`: the words at the lowest and the highest level; `guidance`: one sentence per level.
    """

    template_name = "ui/scale.html"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        choices: Any = (),
        *,
        ends: tuple[Words, Words] | None = None,
        guidance: Sequence[Words] = (),
    ) -> None:
        super().__init__(attrs, choices)
        self.ends = ends
        self.guidance = guidance

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        levels = [level for _key, level in self.choices]
        context["widget"].update(
            {
                "ends": self.ends,
                "guidance": list(zip(levels, self.guidance, strict=False)),
                "count": len(levels),
            }
        )
        return context


class Day(DateInput):
    """The browser's own date control; it always sends and takes ISO dates, in every language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class Field(BoundField):
    """Adds `class="input"` to text-like controls; ids of hint and error are Django's own."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if not widget.is_hidden and not isinstance(
            widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple
        ):
            own = attrs.get("class") or widget.attrs.get("class") or ""
            attrs["class"] = f"input {own}".strip()
        if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
            # axe: aria-invalid is for a control, not for each box of a group; the fieldset's error says it.
            attrs.pop("aria-invalid", None)
        return attrs

    @property
    def first_control(self) -> str:
        """Id of the control an error leads to; of a group, its first."""
        if isinstance(self.field.widget, RadioSelect | CheckboxSelectMultiple | MultiWidget):
            return f"{self.auto_id}_0"
        return self.id_for_label or self.auto_id

    @property
    def says_optional(self) -> bool:
        """Whether the label says “optional”: a lone checkbox is optional by its nature.

        A form that checks for itself says so per field (`says_optional`), for its fields are never `required`.
        """
        said: bool | None = getattr(self.field, "says_optional", None)
        if said is not None:
            return said
        return not self.field.required and not isinstance(self.field.widget, CheckboxInput)

    @property
    def longest(self) -> int | None:
        """Most characters a text may have, when it is long enough to be worth a count."""
        most = getattr(self.field, "max_length", None)
        return most if most and self.widget_type == "textarea" else None


class Renderer(TemplatesSetting):
    """FORM_RENDERER of the project."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
    bound_field_class = Field
