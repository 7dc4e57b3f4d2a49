"""What stands in the place of words that a reader may not read, and how it is said to whoever does not see it."""

import re

from django.utils.html import format_html
from django.utils.translation import gettext

MASK = "▇▇▇"
# Markup and what holds no markup: a block character there would be read aloud, or sent back by a form.
_APART = re.compile(
    r"(<(title|textarea|option|script|style)\b[^>]*>.*?</\2\s*>|<[^>]*>)", re.IGNORECASE | re.DOTALL
)


def worded(text: str) -> str:
    """The text with the mask as a word: for e-mails, calendars, PDF and titles, where nothing can be hidden."""
    return text.replace(MASK, f"[{gettext('masked')}]") if MASK in text else text


def spoken(page: str) -> str:
    """The HTML with each mask drawn for the eye and said as a word to a screen reader."""
    if MASK not in page:
        return page
    mask = format_html(
        '<span class="mask"><span aria-hidden="true">{}</span><span class="vh">{}</span></span>',
        MASK,
        gettext("masked"),
    )
    found = []
    end = 0
    for apart in _APART.finditer(page):
        found += [page[end : apart.start()].replace(MASK, mask), _as_it_is(apart)]
        end = apart.end()
    return "".join([*found, page[end:].replace(MASK, mask)])


def _as_it_is(apart: re.Match[str]) -> str:
    name = (apart[2] or "").lower()
    # What a form sends back stays as it was typed.
    is_typed = name == "textarea" or re.match(r"<(input|option)\b", apart[0], re.IGNORECASE)
    return apart[0] if is_typed else worded(apart[0])
