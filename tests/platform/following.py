"""From one page to the next in a real browser."""

from typing import Any


def follow(link: Any, key: str = "") -> None:
    """Click what leads to another page, or press this key in it, and be on that page, whole.

    A click alone comes back while the next page is still arriving: what one looks for then is not there yet, and
    what must not be there is not there either.
    """
    with link.page.expect_navigation():
        if key:
            link.press(key)
        else:
            link.click()
