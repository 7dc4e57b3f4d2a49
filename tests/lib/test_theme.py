"""A city's colours are refused when somebody could not read them; ours are readable too."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from incubator.lib import theme

BASE = (Path(__file__).resolve().parents[2] / "static" / "css" / "base.css").read_text()


def test_known_ratios() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert theme.contrast("#0a5566", "#0a5566") == 1


@pytest.mark.parametrize(
    ("colours", "fault"),
    [
        ({"light": {"brand": "#8fd0dd"}}, "brand on surface has 1.7:1"),
        ({"light": {"turn": "#00ff00"}}, "not for a city to choose: turn"),
        ({"light": {"brand": "red"}}, "is not a colour"),
        ({"sepia": {}}, "light and dark"),
        ({"light": {"brand": "#zzzzzz"}}, "is not a colour"),
    ],
)
def test_refused_with_the_reason(colours: Any, fault: str) -> None:
    assert any(fault in one for one in theme.faults(colours))


def test_a_good_theme_is_served(client: Client, settings: Any) -> None:
    settings.CITY_THEME = {"light": {"brand": "#5a2d82"}, "dark": {"brand": "#d5b8ee"}}
    assert theme.check_theme() == []
    css = client.get("/theme/city.css").content.decode()
    assert ":root{--brand:#5a2d82;}" in css
    assert css.count("--brand:#d5b8ee") == 2


@pytest.mark.django_db
def test_pages_name_it_only_when_there_is_one(client: Client, settings: Any) -> None:
    assert "theme/city.css" not in client.get("/help").content.decode()
    settings.CITY_THEME = {"light": {"brand": "#5a2d82"}}
    assert "theme/city.css" in client.get("/help").content.decode()


def tokens(block: str) -> dict[str, str]:
    def long(colour: str) -> str:
        return "#" + "".join(c * 2 for c in colour[1:]) if len(colour) == 4 else colour

    return {name: long(value) for name, value in re.findall(r"--([\w-]+): (#\w{3,6});", block)}


def blocks() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    light = re.search(r":root \{(.*?)\n  \}", BASE, re.S)
    system = re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\n    \}', BASE, re.S)
    chosen = re.search(r':root\[data-theme="dark"\] \{(.*?)\n    \}', BASE, re.S)
    assert light
    assert system
    assert chosen
    return tokens(light[1]), tokens(system[1]), tokens(chosen[1])


def test_chosen_dark_is_the_systems_dark() -> None:
    _light, system, chosen = blocks()
    assert system == chosen


def test_the_defaults_here_are_those_of_the_stylesheet() -> None:
    light, dark, _chosen = blocks()
    for mode, found in (("light", light), ("dark", dark)):
        assert theme.DEFAULTS[mode] == {name: found[name] for name in theme.DEFAULTS[mode]}


@pytest.mark.parametrize("mode", [0, 1])
def test_our_own_pairs_can_be_read(mode: int) -> None:
    found = blocks()[mode]
    pairs = [
        *theme.PAIRS,
        ("ink", "surface"), ("ink", "ground"), ("ink-2", "surface"), ("ink-2", "ground"), ("ink-2", "sunk"),
        ("on-turn", "turn"), ("ok", "ok-wash"), ("stop", "stop-wash"), ("stop", "surface"), ("on-stop", "stop"),
        ("ink", "turn-wash"), ("ink", "brand-wash"),
    ]  # fmt: skip
    for text, ground in pairs:
        assert theme.contrast(found[text], found[ground]) >= 4.5, (text, ground)
    for edge in ("surface", "ground"):
        assert theme.contrast(found["edge"], found[edge]) >= 3, edge
