"""What people write cannot become script, and cannot stall a page."""

import re
from html.parser import HTMLParser
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator.lib.markdown import LONGEST_WORD, TAGS, markdown

ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}}
SNIPPETS = [
    "<script>alert(1)</script>",
    "[a](javascript:alert(1))",
    "[a](JaVa\tScript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "![a](https://x/y.png)",
    "<img src=x onerror=alert(1)>",
    "[a](data:text/html,<script>)",
    "[a](file:///etc/passwd)",
    "[a](vbscript:x)",
    "<a href='https://x' onclick='y'>z</a>",
    '[a](https://x" onmouseover="y)',
    "<svg/onload=alert(1)>",
    "<style>*{}</style>",
    "[x]: javascript:alert(1)\n[x]",
    "<javascript:alert(1)>",
    "<https://ok.example>",
    "```\n<script>\n```",
    "> " * 60,
    "|a|b|\n|-|-|\n|<b>|[c](mailto:a@b)|",
    "&lt;script&gt;",
    "\x00<scr\x00ipt>",
]


class Reader(HTMLParser):
    """Fails on any tag, attribute or scheme that is not wanted."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES.get(tag, set()), (tag, name)
            if name == "href":
                assert re.match(r"(https:|mailto:)", value or ""), value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def check(text: str) -> None:
    reader = Reader(convert_charrefs=False)
    reader.feed(markdown(text))
    reader.close()


@pytest.mark.parametrize("text", SNIPPETS)
def test_known_attacks_stay_text(text: str) -> None:
    check(text)


@given(st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=40)), max_size=6).map("".join))
def test_no_mixture_of_them_survives(text: str) -> None:
    check(text)


@given(st.text(alphabet="<>[]()!&;:/\"'`*_~|#-\\ \n\tjavascriptonloadhref=", max_size=200))
def test_no_soup_of_signs_survives(text: str) -> None:
    check(text)


def test_it_still_is_markdown() -> None:
    html = markdown("# T\n\n**b** [c](https://x.example)\n\n|a|\n|-|\n|1|\n\n- one\nline")
    for piece in (
        "<h3>T</h3>",
        "<strong>b</strong>",
        'href="https://x.example"',
        "<td>1</td>",
        "<li>one",
        "<br>",
    ):
        assert piece in html


def test_control_characters_are_dropped() -> None:
    assert markdown("a\x00b\x1bc\x7fd") == "<p>abcd</p>\n"


def test_long_words_may_break() -> None:
    softened = re.sub("</?p>|\n", "", markdown("x" * 200 + " short"))
    assert max(map(len, re.split("[\u200b ]", softened))) == LONGEST_WORD
    assert softened.replace("\u200b", "") == "x" * 200 + " short"
    assert "\u200b" in markdown("`" + "y" * 200 + "`")
    assert "\u200b" in markdown("*a_b*" * 40), "markup does not end a word"
    assert "\u200b" not in markdown(f"[a](https://x.example/{'z' * 100})")


def test_deep_nesting_and_length_are_quick() -> None:
    started = perf_counter()
    markdown("> " * 5000 + "x")
    markdown("[" * 5000)
    markdown("*a" * 5000)
    assert perf_counter() - started < 5
