"""The form renderer: everything that belongs to a field is tied to it."""

from typing import Any

import pytest
from django import forms
from django.test import override_settings

from incubator.lib.forms import ChoiceText, Day, Scale, Votes


def field(made: forms.Field, data: dict[str, Any] | None = None, initial: Any = None) -> str:
    made.initial = initial
    form = type("One", (forms.Form,), {"one": made})(data)
    return str(form["one"].as_field_group())


def test_label_hint_and_error_belong_to_the_control() -> None:
    html = field(forms.CharField(label="Title", help_text="Ten words <b>at most</b>."), {})
    assert '<label for="id_one">Title</label>' in html
    assert 'id="id_one_helptext"' in html
    assert 'id="id_one_error"' in html
    assert 'aria-describedby="id_one_helptext id_one_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="input"' in html
    assert "&lt;b&gt;" in html


def test_classes_of_the_widget_stay() -> None:
    assert 'class="input input--s"' in field(forms.CharField(widget=forms.TextInput({"class": "input--s"})))


@override_settings(LANGUAGE_CODE="en")
def test_optional_is_said_and_a_lone_box_says_nothing() -> None:
    assert "(optional)" in field(forms.CharField(label="A", required=False))
    assert "(optional)" not in field(forms.BooleanField(label="A", required=False))
    assert "(optional)" not in field(forms.CharField(label="A"))


def test_choices_show_what_they_bring_about() -> None:
    choices = [("hold", ChoiceText("Hold", "Until <a> date", "Departs", "stop")), ("go", "Go on")]
    html = field(forms.ChoiceField(choices=choices, widget=forms.RadioSelect))
    assert "<small>Until &lt;a&gt; date</small>" in html
    assert '<span class="tag tag--stop">Departs</span>' in html
    assert html.count("<fieldset") == 1
    assert "<legend>" in html
    assert 'for="id_one_0"' in html
    assert 'for="id_one_1"' in html


@pytest.mark.parametrize("widget", [forms.RadioSelect, Votes, Scale])
def test_the_chosen_one_is_checked_and_values_are_escaped(widget: type[forms.RadioSelect]) -> None:
    choices = [("a", "A"), ('"b', "B")]
    html = field(forms.ChoiceField(choices=choices, widget=widget), initial='"b')
    assert html.count("checked") == 1
    assert 'value="&quot;b"' in html
    assert html.count('type="radio"') == 2


def test_a_scale_has_words_at_its_ends_and_for_each_level() -> None:
    scale = Scale(ends=("Never", "Daily"), guidance=["zero", "one"])
    html = field(forms.ChoiceField(choices=[("0", "0"), ("1", "1")], widget=scale))
    for word in ("Never", "Daily", "<dt>0</dt><dd>zero</dd>", "<dt>1</dt><dd>one</dd>"):
        assert word in html


def test_a_must_meet_is_a_scale_of_three() -> None:
    choices = [("yes", "Yes"), ("no", "No"), ("cannot_tell", "I cannot tell")]
    assert 'class="scale scale--3"' in field(forms.ChoiceField(choices=choices, widget=Scale()))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_days_travel_as_iso_in_every_language(language: str) -> None:
    from datetime import date

    from django.utils import translation

    with translation.override(language):
        html = field(forms.DateField(widget=Day), initial=date(2026, 12, 1))
        assert 'type="date"' in html
        assert 'value="2026-12-01"' in html
        assert forms.DateField(widget=Day).clean("2026-12-01") == date(2026, 12, 1)


def test_a_long_text_says_its_length_without_script() -> None:
    html = field(forms.CharField(max_length=1000, widget=forms.Textarea))
    assert 'data-count-of="id_one"' in html
    assert ">1\u00a0000 caractères au plus<" in html
