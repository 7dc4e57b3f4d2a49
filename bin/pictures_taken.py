"""Takes docs/pictures from this folder's demo city: the running one, or one started for it and stopped after."""

import argparse
import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from incubator import postgres

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PORT = "8765"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/pictures", description=__doc__)
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    address = parser.parse_args().address.rstrip("/")
    with _served(address) as served:
        os.environ.setdefault("DATABASE_URL", postgres.start())
        os.environ |= {"DJANGO_SETTINGS_MODULE": "incubator.settings", "TRAVEE_ENV": "demo"}
        import django

        django.setup()
        taken = _take(served)
    print("\n".join(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB" for path in taken))
    return 0


@contextlib.contextmanager
def _served(address: str) -> Iterator[str]:
    """The address of a demo: the one given when it answers, else that of one started here and stopped after."""
    if _answers(address):
        yield address
        return
    demo = subprocess.Popen(["bin/demo"], cwd=ROOT, env={**os.environ, "PORT": PORT})
    try:
        while not _answers(f"http://127.0.0.1:{PORT}"):
            if demo.poll() is not None:
                raise SystemExit("The demo did not start; what went wrong is above.")
            time.sleep(0.5)
        yield f"http://127.0.0.1:{PORT}"
    finally:
        demo.terminate()
        demo.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/sign-in", timeout=5):  # noqa: S310 - as its user typed it
            return True
    except OSError:
        return False


def _take(address: str) -> list[Path]:
    from playwright.sync_api import sync_playwright

    from tests.platform.browser import ARGUMENTS, browser_path

    author, idea = _subject()
    # Read before the browser starts: its event loop makes Django refuse queries in this thread.
    busiest = _cookie(_busiest(), address), _cookie(author, address)
    shots = [
        ("my-work", "/", busiest[0], {"width": 390, "height": 844}, 2),
        ("idea", f"/ideas/{idea.key}", busiest[1], {"width": 1280, "height": 900}, 1),
    ]
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        taken = [_shot(browser, address, *shot) for shot in shots]
        browser.close()
    return taken


def _shot(
    browser: Any, address: str, name: str, path: str, cookie: Any, size: dict[str, int], scale: int
) -> Path:
    context = browser.new_context(
        viewport=size, device_scale_factor=scale, locale="fr-FR", reduced_motion="reduce"
    )
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(address + path)
    page.evaluate("document.fonts.ready.then(() => true)")
    target = PICTURES / f"{name}.png"
    page.screenshot(path=target)
    context.close()
    _shrink(target)
    return target


def _shrink(target: Path) -> None:
    """A palette of 128 colours is enough for flat colours and text, and a third of the size."""
    from PIL import Image

    with Image.open(target) as picture:
        small = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small.save(target, optimize=True)


def _subject() -> tuple[Any, Any]:
    """The author and the idea to show: in time, the one in pilot with the longest history, else the furthest on."""
    from django.db.models import Case, Count, Value, When

    from ideas.drafting.models import TeamMember
    from incubator.lib import clock

    order = Case(
        When(idea__stage="pilot", then=Value(0)), When(idea__stage="evaluation", then=Value(1)), default=2
    )
    member = (
        TeamMember.objects.filter(role="author", left_at=None, idea__state="live")
        .alias(
            late=Case(When(idea__due_at__lt=clock.now(), then=Value(1)), default=0),
            order=order,
            decided=Count("idea__rounds"),
        )
        .order_by("late", "order", "-decided", "pk")
        .select_related("person", "idea")
        .first()
    )
    if member is None:
        raise SystemExit("The demo city has no idea to show: bin/demo --reset fills it.")
    return member.person, member.idea


def _busiest() -> Any:
    """Whoever has nothing late and the most things waiting."""
    from django.db.models import Count, Q

    from incubator.lib import clock
    from incubator.people.models import Person

    mine = Q(work_items__closed_at=None)
    waiting = Count("work_items", filter=mine & Q(work_items__due_at__gt=clock.now()), distinct=True)
    late = Count("work_items", filter=mine & Q(work_items__due_at__lte=clock.now()), distinct=True)
    return (
        Person.objects.filter(is_active=True)
        .annotate(waiting=waiting, late=late, own=Count("memberships", distinct=True))
        .filter(waiting__gt=0)
        .order_by("late", "-waiting", "-own", "pk")
        .first()
    )


def _cookie(person: Any, address: str) -> dict[str, str]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": address}


if __name__ == "__main__":
    sys.exit(main())
