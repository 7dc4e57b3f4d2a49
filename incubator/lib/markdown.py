"""What people write, as safe HTML for the page and the brief.

Two walls, each enough by itself (measured on 15 attacks): the parser knows no HTML and no
images, and the result is cleaned again by nh3.
"""

import re
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

from incubator.lib.long_words import breakable

TAGS = frozenset(
    [
        "p",
        "br",
        "em",
        "strong",
        "s",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
)
LONGEST_WORD = 60
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_HALVES = re.compile("[\ud800-\udfff]")  # of a pair: no text in UTF-8 holds one alone

_parser = (
    MarkdownIt("commonmark", {"html": False, "maxNesting": 20, "breaks": True})
    .enable(["table", "strikethrough"])
    .disable(["image"])
)


def plain(text: str) -> str:
    """The text without control characters or halves of characters, and with one kind of line end."""
    return _HALVES.sub("\ufffd", _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


@lru_cache(maxsize=512)
def markdown(text: str) -> SafeString:
    """Safe HTML of a commonmark text with tables; links only to https and mailto, headings from h3 down. A longer word
    may break every 60 characters.

    Never raises for any text.
    """
    tokens = _parser.parse(plain(text))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            # A person's "# Title" must not compete with the headings of the page.
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return SafeString(breakable(clean, longest=LONGEST_WORD, piece=LONGEST_WORD))
