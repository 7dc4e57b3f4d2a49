"""A city's own colours: a few variables, refused when their contrast would shut people out.

`CITY_THEME` in the settings holds `{"light": {"brand": "#0a5566", …}, "dark": {…}}`. The colours of
meaning (turn, ok, stop) are not the city's to choose.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.checks import CheckMessage, Error, register
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

LEAST_CONTRAST = 4.5
NAMES = ("brand", "brand-deep", "brand-wash", "on-brand", "bar", "post", "bar-ink", "bar-ink-2")
# Text, ground: what is written on what. The default fills what a city leaves out.
PAIRS = (
    ("brand", "surface"),
    ("brand", "ground"),
    ("on-brand", "brand"),
    ("on-brand", "brand-deep"),
    ("brand-deep", "brand-wash"),
    ("bar-ink", "bar"),
    ("bar-ink-2", "bar"),
)
DEFAULTS: dict[str, dict[str, str]] = {
    "light": {
        "brand": "#0a5566",
        "brand-deep": "#073e4b",
        "brand-wash": "#dcebee",
        "on-brand": "#ffffff",
        "bar": "#0b2a33",
        "post": "#0b2a33",
        "bar-ink": "#ffffff",
        "bar-ink-2": "#b9ced4",
        "surface": "#ffffff",
        "ground": "#edefee",
    },
    "dark": {
        "brand": "#7fcbd8",
        "brand-deep": "#a9e0e9",
        "brand-wash": "#14363f",
        "on-brand": "#05222a",
        "bar": "#08191f",
        "post": "#3b525c",
        "bar-ink": "#f2f7f8",
        "bar-ink-2": "#a8bfc6",
        "surface": "#16252c",
        "ground": "#0e191e",
    },
}


def _channels(colour: str) -> tuple[float, float, float]:
    if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"{colour!r} is not a colour such as #0a5566.")
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two `#rrggbb` colours, 1 to 21. Raises ValueError for anything else."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def faults(theme: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Why a theme is refused: unknown names, what is no colour, pairs under 4.5:1 with their ratio."""
    for mode, colours in theme.items():
        if mode not in DEFAULTS:
            yield f"{mode}: a theme has the parts light and dark"
            continue
        unknown = sorted(set(colours) - set(NAMES))
        if unknown:
            yield f"{mode}: not for a city to choose: {', '.join(unknown)}"
        whole = {**DEFAULTS[mode], **colours}
        for text, ground in PAIRS:
            try:
                ratio = contrast(whole[text], whole[ground])
            except ValueError as error:
                yield f"{mode}: {error}"
                continue
            if ratio < LEAST_CONTRAST:
                yield f"{mode}: {text} on {ground} has {ratio:.1f}:1, at least {LEAST_CONTRAST}:1 is needed"


def stylesheet(theme: Mapping[str, Mapping[str, str]]) -> str:
    """The theme as CSS in the layer of tokens, for the system's choice and the person's own."""

    def block(mode: str) -> str:
        return "".join(f"--{name}:{theme[mode][name]};" for name in NAMES if name in theme.get(mode, {}))

    light, dark = block("light"), block("dark")
    return (
        f"@layer tokens{{:root{{{light}}}"
        f'@media screen and (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dark}}}}}'
        f'@media screen{{:root[data-theme="dark"]{{{dark}}}}}}}\n'
    )


@register()
def check_theme(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """A theme that fails is an error at start, not a page that somebody cannot read."""
    return [Error(f"CITY_THEME, {fault}", id="lib.E001") for fault in faults(settings.CITY_THEME)]


@login_not_required
@require_safe
@cache_control(max_age=3600, public=True)
def city_css(request: HttpRequest) -> HttpResponse:
    return HttpResponse(stylesheet(settings.CITY_THEME), content_type="text/css; charset=utf-8")
