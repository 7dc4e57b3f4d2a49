"""A question to an expert: asked, answered, or closed without an answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from incubator.lib.forms import Day
from workflows.gates.forms.shown import Shown, text


class QuestionForm(Shown):
    """Whom to ask, what, and by when."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["expert"] = forms.CharField(
            label=_("Staff number of the expert"),
            max_length=40,
            widget=forms.TextInput({"list": "experts", "autocomplete": "off"}),
        )
        self.fields["question"] = text(
            _("Your question"),
            hint=_("The panel and whoever decides read it with the answer. The decision brief annexes both."),
            required=True,
        )
        self.fields["due_on"] = forms.DateField(label=_("Answer by"), widget=Day)


class AnswerForm(Shown):
    """The answer to one question, told apart by its key."""

    def __init__(self, *args: Any, key: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields[f"answer_{key}"] = text(
            _("Your answer"),
            hint=_(
                "With your name, for the panel and whoever decides; for the team once it is decided. The decision brief"
                " annexes it without your name."
            ),
            rows=5,
            required=True,
        )

    @property
    def line(self) -> Any:
        return next(iter(self))


class CloseForm(Shown):
    """Why one question is closed without an answer."""

    def __init__(self, *args: Any, key: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields[f"reason_{key}"] = forms.CharField(
            label=_("Why it is closed without an answer"), max_length=300
        )

    @property
    def line(self) -> Any:
        return next(iter(self))
