"""What a terminal says of the demonstration's seal: anyone may have its key."""

from pathlib import Path
from typing import Any

import pytest

from incubator.lib import clock, files
from incubator.lib.seals import demo
from incubator.lib.seals.configuration import SealSettings, of_the_demo
from tests.briefs.checked import made, terminal
from workflows.briefs.checking import lists

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_briefs")]


@pytest.fixture
def shown(settings: Any, tmp_path: Path) -> Path:
    """A brief of a demonstration whose certificate lies in this installation's folder."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.SEAL = of_the_demo(tmp_path)
    demo.make(tmp_path / "seal", settings.SEAL.passphrase, city="Port-Aubert")
    brief = tmp_path / "releve.pdf"
    brief.write_bytes(files.read(made().sha256))
    return brief


@pytest.fixture
def listed(shown: Path, settings: Any) -> Path:
    """The signed list of this month, with that brief."""
    from incubator.lib.seals.sealing import sign_detached

    listed = shown.parent / "list.json"
    listed.write_bytes(lists.made_for(f"{clock.today():%Y-%m}"))
    signature = sign_detached(listed.read_bytes(), key=settings.SEAL, at=clock.now())
    Path(f"{listed}.p7s").write_bytes(signature)
    return listed


def asked(brief: Path, *arguments: str) -> tuple[int, str]:
    done = terminal(*arguments, str(brief), TRAVEE_VAR=str(brief.parent))
    return done.returncode, done.stdout + done.stderr


def test_what_the_demonstration_sealed_and_signed_is_well_only_for_whoever_asks_for_that(
    shown: Path, listed: Path, a_key: SealSettings
) -> None:
    code, said = asked(shown)
    assert (code, "no certificate to check with" in said) == (2, True)
    code, said = asked(shown, "--demo", "--list", str(listed))
    assert (code, "file of the demonstration" in said, "worked out again" in said) == (0, True, True)
    assert ("signed by the demonstration" in said, "not in the list" in said) == (True, False)
    root = str(shown.parent / "seal" / "demo-root.pem")
    code, said = asked(shown, "--certificate", root)
    assert (code, "proves nothing" in said) == (1, True)
    code, said = asked(shown, "--certificate", a_key.certificates)
    assert (code, "calls itself “Port-Aubert – Travée (demonstration)”" in said) == (1, True)
    done = terminal("--certificate", root, "--list", str(listed))
    assert (done.returncode, "proves nothing" in done.stdout) == (1, True)
