"""What the first page costs on a slow line: counted from the page itself, compressed as served."""

import gzip
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

WITHOUT_FONT, WITH_FONT_AND_SCRIPTS = 45_000, 80_000


def _size(name: str) -> int:
    found = finders.find(name)
    assert found, name
    with open(found, "rb") as file:
        content = file.read()
    return len(content) if name.endswith(".woff2") else len(gzip.compress(content, 9))


@pytest.mark.django_db
def test_first_load_stays_within_its_budget(client: Client, settings: Any) -> None:
    settings.DEMO = True
    page = client.get("/styleguide").content.decode()
    names = set(re.findall(r'(?:href|src)="/static/([^"#]+)', page))
    assert {"icons.svg", "app.js", "css/base.css"} <= names
    html = len(gzip.compress(page.encode(), 9))
    plain = html + sum(_size(name) for name in names if not name.endswith((".woff2", ".js")))
    whole = html + sum(_size(name) for name in names)
    assert plain <= WITHOUT_FONT
    assert whole <= WITH_FONT_AND_SCRIPTS


def test_our_own_script_stays_small() -> None:
    with open(str(finders.find("app.js")), "rb") as file:
        assert len(file.read()) < 6_000
