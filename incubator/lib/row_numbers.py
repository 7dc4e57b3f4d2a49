"""Numbers as people and addresses write them: of an idea, or of the row after which a list goes on."""

DIGITS = 18  # a key of the database has nineteen


def row_number(typed: str) -> int | None:
    """The number in plain digits; None for anything that cannot be one."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= DIGITS else None
