"""Someone outside checks a brief they were given: no account, no script, a narrow phone."""

from pathlib import Path
from typing import Any

import pytest

from incubator.lib import files
from incubator.lib.seals.configuration import SealSettings
from tests.briefs.checked import made
from tests.briefs.seals import small_pdf, with_a_revision
from tests.platform.following import follow

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_briefs"),
]


def test_a_brief_is_checked_by_someone_outside(
    open_page: Any, assert_accessible: Any, city_seal: SealSettings, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    # The browser's own loop runs in this thread, and so would the seal's: the file is put in its place instead.
    settings.SEAL = SealSettings(certificates=city_seal.certificates)
    brief = made()
    page = open_page(path="/verify", width=320)
    for document, verdict in (
        (files.read(brief.sha256), "que la collectivité conserve"),
        (with_a_revision(small_pdf("Autre")), "n’a pas de sceau"),
    ):
        check(page, document, tmp_path)
        assert verdict in page.locator("h1").inner_text()
        assert_accessible(page)
    plain = open_page(path=f"/verify/{brief.token}", width=320, scripts=False)
    assert "est en vigueur" in plain.locator("h1").inner_text()
    check(plain, files.read(brief.sha256), tmp_path)
    assert "que la collectivité conserve" in plain.locator("h1").inner_text()
    plain.fill("[name=address]", f"https://ville.example/verify/{brief.token}")
    follow(plain.get_by_role("button", name="Aller à cette adresse"))
    assert plain.url.endswith(f"/verify/{brief.token}")


def check(page: Any, document: bytes, folder: Path) -> None:
    (folder / "releve.pdf").write_bytes(document)
    page.set_input_files("input[type=file]", str(folder / "releve.pdf"))
    follow(page.get_by_role("button", name="Vérifier ce fichier"))
