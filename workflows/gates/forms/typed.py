"""Reading a posted form: texts and days as the act takes them, or Invalid with the fields that cannot be kept."""

from collections.abc import Iterator
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from incubator.lib.refusals import Invalid

MOST_CHARACTERS = 10_000
MOST_ROWS = 20
YEARS = range(1900, 2200)  # beyond, a day cannot be told in every time zone


class Typed:
    """What a person typed. Read every field, then call `check`."""

    def __init__(self, data: QueryDict) -> None:
        self.data = data
        self.problems: dict[str, str] = {}

    def text(self, name: str, most: int = MOST_CHARACTERS) -> str:
        """The text without outer spaces, its line ends as one character."""
        text = self.data.get(name, "").replace("\r\n", "\n").replace("\r", "\n").strip()
        if "\x00" in text:
            self.problems[name] = _(
                "This text holds a character that cannot be kept. Type it again without it."
            )
            return ""
        if len(text) > most:
            self.problems[name] = _("%(most)s characters at most; this text has %(length)s.") % {
                "most": most,
                "length": len(text),
            }
            return text[:most]
        return text

    def day(self, name: str) -> date | None:
        """A day, or None when nothing was typed."""
        text = self.text(name, 40)
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.problems[name] = _("Give the day as year-month-day, such as 2027-03-31.")
            return None
        if day.year not in YEARS:
            self.problems[name] = _("This year is out of reach. Look at the day again.")
            return None
        return day

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in self.text(name).split("\n") if line.strip()]

    def named(self, prefix: str) -> Iterator[tuple[str, str]]:
        """The fields that start with `prefix`: (what follows it, the field's name)."""
        for name in self.data:
            if name.startswith(prefix) and len(name) > len(prefix) and "\x00" not in name:
                yield name[len(prefix) :], name

    def rows(self, prefix: str, last: str) -> int:
        """How many rows of `<prefix>_<number>_<last>` were sent, at most MOST_ROWS."""
        return next((n for n in range(MOST_ROWS) if f"{prefix}_{n}_{last}" not in self.data), MOST_ROWS)

    def check(self) -> None:
        """Raises Invalid when something cannot be kept as it was typed."""
        if self.problems:
            raise Invalid(
                _("Something you typed cannot be kept as it is."),
                code="typed",
                fields={name: [sentence] for name, sentence in self.problems.items()},
            )


def join(*refusals: Invalid | None) -> None:
    """Raise one Invalid with the fields of all that are given; nothing when none is."""
    found = [refusal for refusal in refusals if refusal is not None]
    if found:
        fields: dict[str, list[object]] = {}
        for refusal in reversed(found):
            fields |= refusal.fields
        raise Invalid(found[0].sentence, code=found[0].code, fields=fields)
