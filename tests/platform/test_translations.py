import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from incubator.lib import translations

PEOPLE = """
msgid "Sign in"
msgstr "Se connecter"

msgctxt "verb"
msgid "Hold"
msgstr "Ajourner"

msgid "%(n)d idea"
msgid_plural "%(n)d ideas"
msgstr[0] "%(n)d idée"
msgstr[1] "%(n)d idées"

#, fuzzy
msgid "Sign out"
msgstr "Peut-être"
"""
CALLS = """
msgid "Sign in"
msgstr "Se connecter"

msgid "Call"
msgstr "Appel à idées"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(translations, "CATALOGUES", tmp_path)
    monkeypatch.setattr(translations, "COMPILED", tmp_path / "LC_MESSAGES" / "django.mo")
    (tmp_path / "people.po").write_text(PEOPLE)
    (tmp_path / "calls.po").write_text(CALLS)
    return tmp_path


def test_rooms_are_merged_with_contexts_and_plurals(folder: Path) -> None:
    assert translations.compile_if_needed()
    with translations.COMPILED.open("rb") as file:
        french = gettext.GNUTranslations(file)
    assert french.gettext("Call") == "Appel à idées"
    assert french.pgettext("verb", "Hold") == "Ajourner"
    assert [french.ngettext("%(n)d idea", "%(n)d ideas", n) % {"n": n} for n in (0, 1, 2)] == [
        "0 idée", "1 idée", "2 idées",
    ]  # fmt: skip
    assert french.gettext("Sign out") == "Sign out", "a fuzzy translation is not shown"


def test_nothing_is_written_twice_and_a_removed_file_counts_as_a_change(folder: Path) -> None:
    assert translations.compile_if_needed()
    first = translations.COMPILED.read_bytes()
    assert not translations.compile_if_needed()
    (folder / "calls.po").unlink()
    assert translations.compile_if_needed()
    (folder / "calls.po").write_text(CALLS)
    assert translations.compile_if_needed()
    assert translations.COMPILED.read_bytes() == first


def test_two_rooms_may_not_say_it_differently(folder: Path) -> None:
    (folder / "calls.po").write_text(CALLS.replace("Se connecter", "S’identifier"))
    with pytest.raises(translations.TranslationError, match=r"“Sign in” .* calls\.po and people\.po"):
        translations.compile_if_needed()


@pytest.mark.parametrize(
    "broken",
    ['msgid "Call\nmsgstr "Appel"', 'msgid "Call"\nmsgstr "un "appel""', 'msgid "Call"\nmsgfoo "Appel"'],
)
def test_a_broken_file_is_named(folder: Path, broken: str) -> None:
    (folder / "calls.po").write_text(broken)
    with pytest.raises(translations.TranslationError, match=r"calls\.po"):
        translations.compile_if_needed()


# Where the tables are looked at, the city is about to be filled.
PREPARING = """
import sys
from pathlib import Path
from incubator import demo_prepare, settings
from incubator.lib import translations

translations.CATALOGUES = Path(sys.argv[1]) / "fr"
translations.COMPILED = translations.CATALOGUES / "LC_MESSAGES" / "django.mo"
settings.LOCALE_PATHS = [sys.argv[1]]

def say():
    from django.utils import translation
    with translation.override("fr"):
        print(translation.pgettext("brief", "Reasons"))
    sys.exit()

demo_prepare._tables_are_old = say
demo_prepare.main()
"""


def test_the_first_demo_of_a_fresh_clone_is_filled_in_french(tmp_path: Path) -> None:
    fresh = shutil.ignore_patterns("LC_MESSAGES")
    shutil.copytree(translations.CATALOGUES, tmp_path / "fr", ignore=fresh)
    environment = os.environ | {
        "TRAVEE_ENV": "demo",
        "DJANGO_SETTINGS_MODULE": "incubator.settings",
        "DATABASE_URL": "postgresql:///nobody",
    }
    command = [sys.executable, "-c", PREPARING, str(tmp_path)]
    done = subprocess.run(command, cwd=translations.ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout == "Motifs\n", done.stderr
