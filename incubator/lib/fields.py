"""Numbers as people type them: a comma or a point, spaces between thousands, a euro sign."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from incubator.lib import words

TYPED = re.compile(r"[+\-\u2212]?\d+([.,]\d+)?")


class Number(forms.Field):
    """A decimal; shown again with the comma of the language. Raises ValidationError for anything else."""

    default_error_messages = {"invalid": _("Give a number, for instance 12 or 12.5.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.TextInput({"class": "input--s", "inputmode": "decimal", "autocomplete": "off"}),
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        text = re.sub(r"[\s\u00a0\u202f€]", "", str(value or ""))
        if not text:
            return None
        if not TYPED.fullmatch(text) or len(text) > 40:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return Decimal(text.replace("\u2212", "-").replace(",", "."))
        except InvalidOperation:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        text = f"{value:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace(".", ",") if words.in_french() else text


class WholeNumber(Number):
    """A whole number, given back as int."""

    default_error_messages = {"invalid": _("Give a whole number, for instance 12.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.TextInput({"class": "input--s", "inputmode": "numeric", "autocomplete": "off"}),
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> int | None:
        number = super().clean(value)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(number)
