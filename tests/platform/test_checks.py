"""Each checker of bin/check notices what it is for."""

from pathlib import Path

import polib
import pytest

from bin.checks import __main__ as check
from bin.checks import messages, places, sizes, templates, terms, translations


def keys(found: list[messages.Message]) -> list[tuple[str | None, str, str | None]]:
    return [(message.context, message.text, message.plural) for message in found]


# --- texts to translate ---


def test_texts_are_found_in_python() -> None:
    source = """
a = _("Plain")
b = gettext_lazy("Two "
                 "lines")
c = ngettext("one", "many", n)
d = pgettext("verb", "Hold")
e = translation.npgettext("ctx", "one %(n)s", "%(n)s things", n)
f = gettext(word)
"""
    assert keys(list(messages.in_python(source, "x.py"))) == [
        (None, "Plain", None),
        (None, "Two lines", None),
        (None, "one", "many"),
        ("verb", "Hold", None),
        ("ctx", "one %(n)s", "%(n)s things"),
    ]


@pytest.mark.parametrize("call", ['_(f"Hello {name}")', '_("Hello " + name)', '_("Hello %s" % name)'])
def test_a_text_made_while_running_is_refused(call: str) -> None:
    with pytest.raises(messages.NotLiteral, match=r"x\.py:1"):
        list(messages.in_python(call, "x.py"))


def test_texts_are_found_in_templates() -> None:
    source = """{% load i18n %}
  <a title="{% translate "It’s" %}">{% translate 'Hold' context "verb" as x %}
     {% blocktranslate trimmed count c=list|length with n=a context "ctx" %}
        One {{ n }} thing
      {% plural %}
        {{ c }} things
     {% endblocktranslate %}
   {% include "x.html" with label=_("Label") other="no" %} {{ x|default:_("Nothing") }}
{% comment %}{% translate "not me" %}{% endcomment %}"""
    assert keys(list(messages.in_template(source, "x.html"))) == [
        (None, "It’s", None),
        ("verb", "Hold", None),
        ("ctx", "One %(n)s thing", "%(c)s things"),
        (None, "Label", None),
        (None, "Nothing", None),
    ]


# --- translations ---

GOOD = """
msgid "Look: %(n)s"
msgstr "Voyez\u00a0: %(n)s"

msgid "one idea"
msgid_plural "%(n)s ideas"
msgstr[0] "une idée"
msgstr[1] "%(n)s idées"
"""
WANTED = [
    messages.Message(None, "Look: %(n)s", None, "a.py:1"),
    messages.Message(None, "one idea", "%(n)s ideas", "a.py:2"),
]


def translation_faults(tmp_path: Path, text: str) -> list[str]:
    catalogue = tmp_path / "room.po"
    catalogue.write_text(text, encoding="utf-8")
    return translations.faults(WANTED, [catalogue])


def test_complete_french_has_no_fault(tmp_path: Path) -> None:
    assert translation_faults(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Voyez\u00a0: %(n)s", "", "a.py:1: “Look: %(n)s” has no French"),
        ("%(n)s idées", "", "a.py:2: “one idea” has no French"),
        ('msgid "Look', '#, fuzzy\nmsgid "Look', "room.po: “Look: %(n)s” is fuzzy"),
        ('msgid "Look: %(n)s"', 'msgctxt "verb"\nmsgid "Look: %(n)s"', "a.py:1: “Look: %(n)s” has no French"),
        ("\u00a0: %(n)s", "\u00a0: %(m)s", "a.py:1: “Look: %(n)s”: the French has %(m)s, the English %(n)s"),
        (
            "\u00a0:",
            " :",
            "a.py:1: “Look: %(n)s”: French with a plain space where French wants a non-breaking one",
        ),
        ("\u00a0:", ":", "a.py:1: “Look: %(n)s”: French with no non-breaking space"),
        ("Voyez", "Voyez l'idée", "a.py:1: “Look: %(n)s”: French with a straight apostrophe"),
        (
            '_plural "%(n)s ideas"',
            '_plural "%(n)s notions"',
            "a.py:2: “one idea”: its plural is not the catalogue's",
        ),
        ("msgid_plural", 'msgstr "x"\n\nmsgid "y"\nmsgid_plural', "“y” is translated but said nowhere"),
        (GOOD, GOOD + '\n#~ msgid "Old"\n#~ msgstr "Vieux"\n', "room.po: “Old” is obsolete: delete it"),
    ],
)
def test_each_fault_of_a_catalogue_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert fault in translation_faults(tmp_path, GOOD.replace(old, new))


def test_straight_quotes_in_the_english_are_named(tmp_path: Path) -> None:
    catalogue = tmp_path / "room.po"
    catalogue.write_text('msgid "Don\'t"\nmsgstr "Non"\n', encoding="utf-8")
    wanted = [messages.Message(None, "Don't", None, "a.py:1")]
    assert translations.faults(wanted, [catalogue]) == ["a.py:1: “Don't”: a straight apostrophe"]


# --- terms ---

TERMS = terms.read("english,french,never_english,never_french\ngate,jalon,rejected,rejeté|gate\n")


@pytest.mark.parametrize(
    ("english", "french", "faults"),
    [
        ("The next gate", "Le prochain jalon", 0),
        ("The gates", "Les jalons", 0),
        ("Aggregate", "Agrégat", 0),
        ("The next gate", "La prochaine porte", 1),
        ("It was rejected", "Sans suite", 1),
        ("It ended", "Elle est rejetée", 0),  # only the words listed: the real base lists each form
        ("It ended", "Projet rejeté", 1),
        ("The next gate", "Le prochain gate", 2),
    ],
)
def test_terms_hold(english: str, french: str, faults: int) -> None:
    assert len(list(terms.faults(TERMS, [("room.po:1", english, french)]))) == faults


def test_the_projects_own_terms_forbid_what_the_domain_forbids() -> None:
    own = terms.read(terms.TERMS.read_text(encoding="utf-8"))
    for english, french in [
        ("x", "Idée rejetée"),
        ("Idea rejected", ""),
        ("x", "décharge"),
        ("x", "un feedback"),
    ]:
        assert list(terms.faults(own, [("", english, french)])), (english, french)


def test_a_message_may_be_set_free_and_plurals_are_read_one_by_one() -> None:
    free = polib.POEntry(msgid="gate", msgstr="porte", tcomment="terms: free, the garden's")
    plural = polib.POEntry(
        msgid="one gate", msgid_plural="gates", msgstr_plural={0: "un jalon", 1: "des portes"}
    )
    assert list(terms.of_catalogues([free], "x.po")) == []
    assert len(list(terms.faults(TERMS, terms.of_catalogues([plural], "x.po")))) == 1


def test_texts_of_the_defaults_are_read() -> None:
    pairs = list(terms.of_defaults({"a": [{"key": "k", "en": "gate", "fr": "porte"}]}, "d.json"))
    assert pairs == [("d.json:a", "gate", "porte")]


# --- templates, places, sizes, steps ---


def test_dead_and_missing_templates_are_named() -> None:
    names, patterns = templates.names_in_python(
        'render("a/page.html"); x = f"mail/{kind}.txt"; y = f"{name}.html"'
    )
    files = ["a/page.html", "a/dead.html", "mail/decided.txt", "404.html", "django/forms/field.html"]
    assert templates.dead(files, names, patterns) == ["a/dead.html"]
    assert templates.missing(files, {"a/page.html", "a/gone.html", "django/forms/attrs.html"}) == [
        "a/gone.html"
    ]


def test_pages_whose_forms_share_a_key_are_named() -> None:
    texts = {
        "a/two.html": "{{ request_key }} {{ request_key }}",
        "a/looped.html": "{% for one in all %}{{ request_key }}{% endfor %}",
        "a/page.html": '{{ request_key }}{% include "a/part.html" %}',
        "a/part.html": "{% for one in all %}{% endfor %}{{ request_key }}",
        "a/each.html": '{{ request_key }}{% request_key %}{% include "a/other.html" %}',
        "a/other.html": "{% for one in all %}{% request_key %}{% endfor %}",
    }
    assert templates.shared_keys(texts) == ["a/looped.html", "a/page.html", "a/two.html"]


def test_machine_folders_and_registries_are_named() -> None:
    text = "fine\nsee /work/shared/x\npip --index-url x\nhttps://pypi.org/simple\n"
    assert places.named(text) == [(2, "/work/"), (3, "--index-url"), (4, "pypi.org")]


def test_functions_are_measured() -> None:
    assert sizes.functions(
        "def a():\n    pass\n\nclass B:\n    def c(self):\n        x = 1\n        return x\n"
    ) == [
        (2, "a"),
        (3, "c"),
    ]


def test_a_failing_step_fails_the_whole_and_shows_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = check.Step("good", [check.PYTHON, "-c", "print('quiet')"])
    bad = check.Step("bad", [check.PYTHON, "-c", "print('the reason'); raise SystemExit(3)"])
    monkeypatch.setattr(check, "STEPS", [good, bad])
    assert check.main([]) == 1
    said = capsys.readouterr().out
    assert "the reason" in said
    assert "quiet" not in said
    assert said.splitlines()[-1] == "failed: bad"
    assert check.main(["good"]) == 0
    assert check.main(["nonsense"]) == 2
