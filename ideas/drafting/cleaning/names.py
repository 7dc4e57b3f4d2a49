"""File names that are safe to show, store and send."""

import re
import unicodedata

LONGEST = 120
# Separators and what Windows refuses; controls; marks that reverse the reading order ("fdp.exe" shown as "exe.pdf").
_UNSAFE = re.compile('[\\\\/:*?"<>|\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]')


def clean_name(typed: str, extension: str) -> str:
    """The last part of `typed`, without unsafe characters, ending in `.extension`; never empty.

    Whatever extensions were typed are replaced: the content decides.
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", typed.encode(errors="ignore").decode()))[-1]
    stem = last[: -len(typed_extension(last)) - 1] if typed_extension(last) else last
    stem = " ".join(_UNSAFE.sub(" ", stem).split()).strip(". ")
    return f"{stem[:LONGEST].rstrip('. ') or 'document'}.{extension}"


def typed_extension(name: str) -> str:
    """The extension in small letters without its dot; empty when there is none."""
    found = re.search(r"\.([A-Za-z0-9]{1,8})$", name)
    return found[1].lower() if found else ""
