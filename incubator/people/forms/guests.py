"""Adding someone whom the HR system does not know."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from incubator.lib.forms import Day
from incubator.people.models import Person, normal_staff_number


class GuestForm(forms.Form):
    """Its fields are `actions.hire`'s."""

    staff_number = forms.CharField(
        label=_("Staff number"),
        max_length=32,
        help_text=_("One that the HR system never gives, such as ELU07. This is what they sign in with."),
        error_messages={"required": _("Give a number to sign in with.")},
        widget=forms.TextInput({"class": "input--s", "autocomplete": "off"}),
    )
    given_name = forms.CharField(
        label=_("First name"),
        max_length=100,
        error_messages={"required": _("Give the first name.")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    family_name = forms.CharField(
        label=_("Last name"),
        max_length=100,
        error_messages={"required": _("Give the last name.")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("Only if they want messages there too."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        widget=Day,
        validators=[MaxValueValidator(date(2999, 12, 31))],
        help_text=_("Their access ends after it. For an elected member, the end of the term."),
        error_messages={"required": _("A guest needs a last day.")},
    )

    def clean_staff_number(self) -> str:
        number = normal_staff_number(self.cleaned_data["staff_number"])
        if Person.objects.filter(staff_number=number).exists():
            raise ValidationError(_("This staff number belongs to someone else already."), code="taken")
        return number
