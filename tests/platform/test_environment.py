"""The set-up of bin/*: what it skips, what it says when it cannot go on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bin.setup import environment


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with both locks and an empty environment; nothing can be installed."""
    (tmp_path / ".venv").mkdir()
    for lock in environment.LOCKS:
        (tmp_path / lock).write_text(f"{lock} one")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "install_packages", lambda *packages: False)
    return tmp_path


@pytest.fixture(autouse=True)
def system(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What /etc/os-release says, whatever these tests run on: Debian, until a test changes it."""
    said = {"ID": "debian"}
    monkeypatch.setattr(environment.platform, "freedesktop_os_release", lambda: said)
    return said


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The locks that pip was asked to install."""
    asked: list[str] = []

    def pip(*command: object, **options: object) -> bool:
        assert "--require-hashes" in command
        asked.append(Path(str(command[-1])).name)
        return True

    monkeypatch.setattr(environment, "run", pip)
    return asked


def test_a_lock_is_installed_once_and_again_when_it_changes(checkout: Path, installed: list[str]) -> None:
    environment.ensure_packages("requirements.txt")
    environment.ensure_packages("requirements.txt")
    assert installed == ["requirements.txt"]
    (checkout / "requirements.txt").write_text("two")
    environment.ensure_packages("requirements.txt")
    assert installed == ["requirements.txt"] * 2


def test_the_development_lock_is_enough_for_the_product_but_not_the_other_way(
    checkout: Path, installed: list[str]
) -> None:
    environment.ensure_packages("requirements.txt")
    environment.ensure_packages("requirements-dev.txt")
    environment.ensure_packages("requirements.txt")
    assert installed == ["requirements.txt", "requirements-dev.txt"]


def test_a_broken_installation_is_not_remembered(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "run", lambda *command, **options: False)
    with pytest.raises(environment.Missing, match=r"requirements\.txt could not be installed"):
        environment.ensure_packages("requirements.txt")
    assert not list((checkout / ".venv").glob("*.installed"))


def _no_program(name: str) -> None:
    return None


@pytest.mark.parametrize(
    ("ensure", "line"),
    [
        (environment.ensure_pango, "PDF briefs need Pango: apt install libpango-1.0-0"),
        (environment.ensure_browser, "The tests need a browser: install chromium"),
        (environment.ensure_seals, "The proofs of seals need poppler-utils and softhsm2: install them"),
    ],
)
def test_what_cannot_be_installed_is_one_clear_line(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, ensure: Callable[[], None], line: str
) -> None:
    monkeypatch.delenv("CHROME", raising=False)
    monkeypatch.setattr(environment.shutil, "which", _no_program)
    monkeypatch.setattr(environment, "_loads", lambda library: False)
    monkeypatch.setattr(environment.sys, "platform", "linux")
    with pytest.raises(environment.Missing) as missing:
        ensure()
    assert str(missing.value).startswith(line)
    assert "\n" not in str(missing.value)


@pytest.mark.parametrize("known", [True, False])
def test_what_only_makes_documents_faster_is_installed_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(environment, "install_packages", lambda *packages: asked.extend(packages))
    monkeypatch.setattr(environment, "_loads", lambda library: library != environment.SUBSET)
    monkeypatch.setattr(environment, "_is_known", lambda package: known)
    monkeypatch.setattr(environment.sys, "platform", "linux")
    environment.ensure_pango()
    assert asked == (["libharfbuzz-subset0"] if known else [])


def test_a_system_without_the_shell_gets_the_whole_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def install(package: str) -> bool:
        asked.append(package)
        return package == "chromium"

    monkeypatch.delenv("CHROME", raising=False)
    monkeypatch.setattr(environment.sys, "platform", "linux")
    monkeypatch.setattr(environment, "install_packages", install)
    monkeypatch.setattr(environment.shutil, "which", lambda name: name if name in asked[1:] else None)
    environment.ensure_browser()
    assert asked == ["chromium-headless-shell", "chromium"]


@pytest.mark.parametrize(
    "ubuntu", [{"ID": "ubuntu", "ID_LIKE": "debian"}, {"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}]
)
@pytest.mark.parametrize("browsers", [environment.BROWSERS, environment.WHOLE_BROWSERS])
def test_ubuntu_has_no_browser_to_install_and_one_line_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, system: dict[str, str], ubuntu: dict[str, str], browsers: tuple[str, ...]
) -> None:
    def install(*packages: str) -> bool:
        raise AssertionError(f"{packages} are not there to install")

    system |= ubuntu
    monkeypatch.delenv("CHROME", raising=False)
    monkeypatch.setattr(environment.sys, "platform", "linux")
    monkeypatch.setattr(environment, "install_packages", install)
    monkeypatch.setattr(environment.shutil, "which", _no_program)
    with pytest.raises(environment.Missing) as missing:
        environment.ensure_browser(browsers)
    line = str(missing.value)
    assert line.startswith("The tests need a browser: install google-chrome-stable (Google’s deb")
    assert "set CHROME to the path" in line
    assert "apt install chromium" not in line
    assert "\n" not in line


def test_chrome_is_enough_on_ubuntu(monkeypatch: pytest.MonkeyPatch, system: dict[str, str]) -> None:
    system["ID"] = "ubuntu"
    monkeypatch.delenv("CHROME", raising=False)
    monkeypatch.setattr(
        environment.shutil, "which", lambda name: name if name == "google-chrome-stable" else None
    )
    environment.ensure_browser()
    environment.ensure_browser(environment.WHOLE_BROWSERS)


def test_a_system_that_does_not_say_its_name_is_no_ubuntu(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> dict[str, str]:
        raise OSError("no os-release")

    assert not environment.is_ubuntu()
    monkeypatch.setattr(environment.platform, "freedesktop_os_release", silent)
    assert not environment.is_ubuntu()


def test_the_shell_does_not_do_where_a_whole_browser_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROME", raising=False)
    monkeypatch.setattr(environment.sys, "platform", "darwin")
    monkeypatch.setattr(
        environment.shutil, "which", lambda name: name if name == "chromium-headless-shell" else None
    )
    environment.ensure_browser()
    with pytest.raises(environment.Missing, match="install chromium"):
        environment.ensure_browser(environment.WHOLE_BROWSERS)


def test_what_the_proofs_of_seals_lack_is_installed_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"pdfsig"}

    def install(*packages: str) -> bool:
        assert packages == ("softhsm2",)
        there.add("softhsm2-util")
        return True

    monkeypatch.setattr(environment, "install_packages", install)
    monkeypatch.setattr(environment.shutil, "which", lambda name: name if name in there else None)
    environment.ensure_seals()
    environment.ensure_seals()
    assert there == {"pdfsig", "softhsm2-util"}


def test_a_wrong_path_in_chrome_is_said(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROME", "/nowhere/chromium")
    with pytest.raises(environment.Missing, match="CHROME=/nowhere/chromium"):
        environment.ensure_browser()


def test_a_python_without_venv_is_said(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "PYTHON", checkout / "none")
    monkeypatch.setattr(environment.sys, "executable", "/bin/false")
    with pytest.raises(environment.Missing, match=r"install python3\.\d+-venv"):
        environment.ensure_venv()
