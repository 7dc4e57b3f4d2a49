"""A form that only shows: what was typed, and what the act found to mend."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from incubator.lib.forms import Scale
from workflows.gates import wording

NOT_APPLICABLE = "na"


class Shown(forms.Form):
    """`found`: field name → sentences; a name without a field stands above the form."""

    # The act says what lacks, in words and all at once; an abstention owes less than the browser would ask.
    use_required_attribute = False
    # Field that shows what the act says of another name.
    stands_for: Mapping[str, str] = {}

    def __init__(
        self, data: Any = None, *, found: Mapping[str, Sequence[Any]] | None = None, **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.found = found or {}

    def full_clean(self) -> None:
        self._errors = ErrorDict()
        if not self.is_bound:
            return
        self.cleaned_data: dict[str, Any] = {}
        for name, sentences in self.found.items():
            shown_at = self.stands_for.get(name, name)
            self.add_error(shown_at if shown_at in self.fields else None, list(sentences))


class Judgement(Scale):
    """A must-meet: yes, no, I cannot tell."""

    template_name = "ui/scale.html"

    def __init__(self) -> None:
        super().__init__(choices=list(wording.ANSWERS.items()))


class Score(Scale):
    """A criterion: 0 to 4 on a ruler with its worded levels, and “does not apply” below it."""

    template_name = "gates/score.html"


def text(label: Any, *, hint: Any = "", rows: int = 3, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )
