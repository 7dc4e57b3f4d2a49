"""Which passages to mask: what is found of the team, to be ticked, and any other words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.drafting.masking import rules


class MaskForm(forms.Form):
    suggested = forms.MultipleChoiceField(
        label=_("Found in the text"),
        help_text=_("Names, staff numbers, addresses, departments and file names of the team."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    passages = forms.CharField(
        label=_("Words or passages to mask"),
        help_text=_(
            "One on each line, as it stands in the text; capitals and accents do not matter. "
            "Take a line away, and its words show again."
        ),
        required=False,
        max_length=rules.MOST * (rules.LONGEST + 2),
        widget=forms.Textarea({"rows": 8, "autocomplete": "off"}),
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, marked: Sequence[str], suggested: Sequence[str]
    ) -> None:
        super().__init__(data, initial={"passages": "\n".join(marked)})
        field = self.fields["suggested"]
        assert isinstance(field, forms.MultipleChoiceField)
        # What was suggested when the page was opened may be marked by now: it is taken all the same.
        sent = data.getlist("suggested")[: rules.MOST] if data is not None else []  # type: ignore[attr-defined]
        field.choices = [(word, word) for word in dict.fromkeys([*suggested, *sent])]
        if not field.choices:
            del self.fields["suggested"]

    def wanted(self) -> list[str]:
        """All that is to be masked, of a valid form."""
        found = self.cleaned_data
        return rules.tidy("\n".join([found["passages"], *found.get("suggested", [])]))
