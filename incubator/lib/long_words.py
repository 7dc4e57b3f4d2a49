"""Break opportunities in the long words of HTML, also where markup cuts a word into pieces.

Laying out a line that cannot be broken takes quadratic time: 20,000 letters took 8 seconds.
"""

import re

BREAK = "\u200b"
# Tags within which a line goes on. At any other, and at a space, one may end; at a non-breaking space it may not.
INLINE = r"</?(?:a|abbr|b|code|em|i|mark|q|s|small|span|strong|sub|sup|u)\b[^>]*>"
WORD_OR_TAG = re.compile(rf"(?:{INLINE}|[^ \t\n\r\f<])+|<[^>]*>")
UNITS = re.compile(r"(<[^>]*>)|&#?\w+;|.", re.DOTALL)  # an entity is one character


def breakable(html: str, *, longest: int, piece: int) -> str:
    """The same with U+200B after each `piece` characters of a word of more than `longest`; tags are left as they
    are."""

    def broken(found: re.Match[str]) -> str:
        if len(found[0]) <= longest:
            return found[0]
        units = list(UNITS.finditer(found[0].replace(BREAK, "")))
        if sum(unit[1] is None for unit in units) <= longest:
            return found[0]
        parts, count = [], 0
        for unit in units:
            if unit[1] is None:
                if count and count % piece == 0:
                    parts.append(BREAK)
                count += 1
            parts.append(unit[0])
        return "".join(parts)

    return WORD_OR_TAG.sub(broken, html)
