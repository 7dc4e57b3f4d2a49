"""`fixtures/defaults.json`: the one source of numbers, weights and words."""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language


@lru_cache(maxsize=1)
def defaults() -> dict[str, Any]:
    """The whole file, read once; nobody writes into it."""
    loaded: dict[str, Any] = json.loads((settings.ROOT / "fixtures" / "defaults.json").read_text("utf-8"))
    return loaded


def in_language(worded: dict[str, Any]) -> str:
    """The words of the language in force, of `{"en": …, "fr": …}`."""
    return str(worded["fr" if (get_language() or "fr").startswith("fr") else "en"])
