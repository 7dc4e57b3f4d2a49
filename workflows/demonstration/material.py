"""What is written in `fixtures/demo/`: names, departments, ideas and the sentences people use."""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings

FOLDER = settings.ROOT / "fixtures" / "demo"


@lru_cache
def read(name: str) -> Any:
    """The parsed content of `fixtures/demo/<name>.json`."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
