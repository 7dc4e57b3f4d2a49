"""The form renderer of the design: `{{ form.title.as_field_group }}` gives label, hint, error and control."""

from typing import Any

from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    RadioSelect,
    Widget,
)


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
        return attrs


class Renderer(TemplatesSetting):
    """FORM_RENDERER of the project."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
    bound_field_class = Field
