"""A real browser on a live server, with the policy the product sends."""

import asyncio
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import pytest

from bin.setup.environment import BROWSERS

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]  # fmt: skip


# What passed is long, and crosses to Python slowly.
VIOLATIONS = "options => axe.run(document, options).then(found => found.violations)"

_loop: list[asyncio.AbstractEventLoop] = []  # Playwright's, while there is one


def browser_path(names: Sequence[str] = BROWSERS) -> str | None:
    """The browser that CHROME names, else the first of these that the system has, else None."""
    if named := os.environ.get("CHROME"):
        return named
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Any]]:
    """`launch(names)`: the first of these browsers that the system has, started."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        _loop.append(asyncio.get_running_loop())
        started = []

        def launched(names: Sequence[str] = BROWSERS) -> Any:
            path = browser_path(names)
            assert path, "No browser: bin/test installs one, or set CHROME to the path of a Chromium."
            # Its own signal handlers would leave the browser behind when a worker of xdist is told to stop.
            unhandled = dict.fromkeys(("handle_sigint", "handle_sigterm", "handle_sighup"), False)
            started.append(playwright.chromium.launch(executable_path=path, args=ARGUMENTS, **unhandled))
            return started[-1]

        yield launched
        asyncio._set_running_loop(_loop.pop())
        for chromium in started:
            chromium.close()


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Any]) -> Any:
    return launch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Playwright's event loop counts as running in this thread from the first browser test to the last.

    In browser tests Django would take the test's own queries for asynchronous ones; in the others nobody could
    start a loop, such as the worker's. So the others have it put aside.
    """
    needs_browser = "browser" in getattr(item, "fixturenames", ())
    asyncio._set_running_loop(_loop[0] if needs_browser and _loop else None)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true" if needs_browser else ""
    return (yield)


def worth_failing(message: Any) -> bool:
    # A page that answers 422 or 409 on purpose makes the browser say so in its console.
    return message.type == "error" and "the server responded with a status of 4" not in message.text


@pytest.fixture(scope="session")
def idle(launch: Callable[..., Any]) -> dict[tuple[Any, ...], list[Any]]:
    """Browser contexts that no test uses now, by how they were made: their caches hold styles and fonts already."""
    return defaultdict(list)


@pytest.fixture
def open_page(
    browser: Any, idle: dict[tuple[Any, ...], list[Any]], live_server: Any
) -> Iterator[Callable[..., Any]]:
    """Opens pages:
    `open_page(person=None, *, path=None, width=1280, height=800, scripts=True, language="fr-FR", dark=False,
    clock=False)`

    A page of its own browser context (cookies of its own), signed in as `person` if given; with `clock`, what it
    reads is moved by `page.clock`. Any script error, console error or broken Content-Security-Policy on it fails the
    test at its end.
    """
    lent, errors = [], []

    def opened(
        person: Any = None,
        *,
        path: str | None = None,
        width: int = 1280,
        height: int = 800,
        scripts: bool = True,
        language: str = "fr-FR",
        dark: bool = False,
        clock: bool = False,
    ) -> Any:
        made = (browser, live_server.url, scripts, language, dark)
        context = idle[made].pop() if idle[made] and not clock else _context(*made)
        if clock:
            context.clock.install()
        lent.append((made, context, clock))
        if person is not None:
            context.add_cookies([_session_cookie(person, live_server.url)])
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: errors.append(f"{page.url}: {said.text}") if worth_failing(said) else None,
        )
        if path is not None:
            page.goto(path)
        return page

    yield opened
    for made, context, clock in lent:
        if clock:
            context.close()
            continue
        for page in context.pages:
            page.close()
        context.clear_cookies()  # all that a page of the product keeps in a browser
        idle[made].append(context)
    assert not errors, "\n".join(errors)


def _context(browser: Any, url: str, scripts: bool, language: str, dark: bool) -> Any:
    context = browser.new_context(
        base_url=url,
        java_script_enabled=scripts,
        locale=language,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(30_000)
    return context


def _session_cookie(person: Any, url: str) -> dict[str, str]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture
def assert_accessible() -> Callable[..., None]:
    """`assert_accessible(page)`: no violation of axe's WCAG 2.2 A and AA rules on the page as it stands.

    `rules`: only these, by axe's names; `without`: all but these.
    """
    from axe_playwright_python.base import AXE_SCRIPT, AxeResults

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def check(page: Any, rules: Sequence[str] = (), without: Sequence[str] = ()) -> None:
        only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": tags}
        options = {
            "runOnly": only,
            "resultTypes": ["violations"],
            "rules": {name: {"enabled": False} for name in without},
            "preload": False,  # of styles from elsewhere: the policy lets none in
        }
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        violations = page.evaluate(VIOLATIONS, options)
        assert not violations, f"{page.url}\n{AxeResults({'violations': violations}).generate_report()}"

    return check
