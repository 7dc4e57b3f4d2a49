"""Sign-in, code, secret."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incubator.people import rules


def _staff_number() -> forms.CharField:
    return forms.CharField(
        label=_("Staff number"),
        help_text=_("On your badge and your payslip."),
        max_length=64,
        error_messages={"required": _("Type your staff number.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "class": "input--s", "autocapitalize": "characters"}
        ),
    )


def _secret(label: Any, hint: Any, missing: Any, autocomplete: str) -> forms.CharField:
    # Not stripped: a space may be part of a password.
    return forms.CharField(
        label=label,
        help_text=hint,
        strip=False,
        max_length=1000,
        error_messages={"required": missing},
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, "class": "input--s"}),
    )


def _shared_screen() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("This is a shared screen"),
        help_text=_(
            "You are signed out after 2 minutes without a touch, and nothing stays on this machine. Your draft "
            "is kept."
        ),
        required=False,
    )


class OnThisMachine(forms.Form):
    """On a machine known as shared, the browser is told to offer and keep nothing."""

    def __init__(self, *args: Any, shared: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if shared:
            for field in self.fields.values():
                if "autocomplete" in field.widget.attrs:
                    field.widget.attrs["autocomplete"] = "off"
            if "shared_screen" in self.fields:
                self.fields["shared_screen"].initial = True


class SignInForm(OnThisMachine):
    staff_number = _staff_number()
    secret = _secret(
        _("PIN or password"),
        _("The one you chose the first time."),
        _("Type your PIN or password."),
        "current-password",
    )
    shared_screen = _shared_screen()


class CodeForm(OnThisMachine):
    staff_number = _staff_number()
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Ten characters, as printed on the slip. Capitals, spaces and the dash do not matter."),
        max_length=64,
        error_messages={"required": _("Type the code of your slip.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "class": "input--s",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class NewSecret(OnThisMachine):
    secret = _secret(
        _("New PIN or password"),
        _(
            "A PIN has at least 6 digits, a password at least 8 characters. Not your birthday, your name or your "
            "staff number."
        ),
        _("Choose a PIN or a password."),
        "new-password",
    )
    again = _secret(_("The same once more"), "", _("Type it a second time."), "new-password")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"secret", "again"} <= cleaned.keys() and rules.normal_secret(
            cleaned["secret"]
        ) != rules.normal_secret(cleaned["again"]):
            self.add_error("again", _("This is not the same as above. Type both again."))
        return cleaned


class ChooseSecretForm(NewSecret):
    shared_screen = _shared_screen()


class ChangeSecretForm(NewSecret):
    current = _secret(
        _("Present PIN or password"), "", _("Type your present PIN or password."), "current-password"
    )
    field_order = ("current", "secret", "again")
