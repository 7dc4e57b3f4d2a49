"""Numbers that people measure: how they are written, how big they may be, when a target is reached. Pure."""

from decimal import Decimal

BIGGEST = Decimal(99_999_999_999)


def plain_number(value: Decimal) -> str:
    """`12.5` for 12.500, `0` for -0, never an exponent."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def is_measurable(value: Decimal) -> bool:
    """A finite number of at most eleven digits and three decimals."""
    return value.is_finite() and abs(value) <= BIGGEST and value == value.quantize(Decimal("0.001"))


def is_reached(direction: str, target: Decimal, value: Decimal) -> bool:
    """Whether a value is at the target or beyond it, in the indicator's direction (`up` or `down`)."""
    return value >= target if direction == "up" else value <= target
