"""Giving a seat by hand; and what an owner says of a condition."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from workflows.gates.forms.shown import Shown, text


class SeatForm(Shown):
    """Someone by staff number; a reason when the organisation shows them close to the idea."""

    def __init__(self, *args: Any, ask_chair: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["person"] = forms.CharField(
            label=_("Staff number"),
            help_text=_("Links are checked at once; you read only the result."),
            max_length=40,
        )
        if ask_chair:
            self.fields["chair"] = forms.BooleanField(label=_("Chairs the panel"), required=False)
        self.fields["conflict_reason"] = forms.CharField(
            label=_("Why this person all the same"),
            help_text=_("Only if the person is close to the idea. It is recorded."),
            required=False,
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 2}),
        )


class ChangeForm(Shown):
    """A seat goes to someone else: why, and to whom, if that is not left to the pool."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reason"] = text(
            _("Why the seat goes to someone else"), hint=_("A line; it is recorded."), rows=2, required=True
        )
        self.fields["person"] = forms.CharField(
            label=_("Staff number of the substitute"),
            help_text=_("Leave it empty, and the least busy person who can sit is called."),
            required=False,
            max_length=40,
        )
        self.fields["conflict_reason"] = forms.CharField(
            label=_("Why this person all the same"),
            help_text=_("Only if the person is close to the idea. It is recorded."),
            required=False,
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 2}),
        )


class NoteForm(Shown):
    """How a condition is met."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["note"] = text(
            _("How it is met"),
            hint=_("A line or two; a programme lead reads it and confirms."),
            required=True,
        )
