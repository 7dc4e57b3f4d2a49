"""What every page shows: the city, the tabs of the person's role, the account, the language switch.

`lib` stands below all rooms and may not import them: rooms say in `AppConfig.ready`
what only they know, through `register_tabs`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class TabFacts:
    """What a room knows about a person's tabs.

    `counts`: tab key → things that wait (0 shows nothing).
    `without`: keys of tabs this person has no use for.
    `thumb`: the four keys shown on a phone, first come first served; empty for the default four.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    without: Collection[str] = ()
    thumb: Sequence[str] = ()


@dataclass(frozen=True)
class Tab:
    """One entry of the main navigation; `desk` hides it from the phone's thumb bar."""

    key: str
    url: str
    label: Any
    icon: str
    count: int
    current: bool
    desk: bool


# key, url name, label, icon
TABS = (
    ("my-work", "my-work", _("My work"), "tray"),
    ("submit", "idea-new", pgettext_lazy("navigation", "Submit"), "plus"),
    ("ideas", "portfolio", pgettext_lazy("navigation", "Ideas"), "list"),
    ("reviews", "reviews", pgettext_lazy("navigation", "Reviews"), "gate"),
    ("metrics", "metrics", pgettext_lazy("navigation", "Metrics"), "chart"),
    ("process", "process", pgettext_lazy("navigation", "Process"), "map"),
)
# Each language by its own name, whatever language the page speaks.
LANGUAGE_NAMES = (("fr", "Français"), ("en", "English"))
KIOSK_SECONDS = 120
APPEARANCE_COOKIE = "appearance"
APPEARANCES = ("light", "dark")
THUMB = ("my-work", "submit", "ideas", "reviews")

AskTabs = Callable[[Any], TabFacts]
_askers: list[AskTabs] = []


def register_tabs(ask: AskTabs) -> AskTabs:
    """Called from `AppConfig.ready`: `ask(person)` is run once per page that shows the bar."""
    if ask not in _askers:
        _askers.append(ask)
    return ask


def tabs_for(person: Any, path: str) -> list[Tab]:
    """The tabs of a signed-in person; a tab whose url name does not exist is left out."""
    known = [ask(person) for ask in _askers]
    counts = {key: count for facts in known for key, count in facts.counts.items()}
    without = {key for facts in known for key in facts.without}
    thumb = next((facts.thumb for facts in known if facts.thumb), THUMB)
    found = []
    for key, name, label, icon in TABS:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        if key not in without:
            found.append((key, url, label, icon))
    current = max(
        (url for _key, url, _label, _icon in found if _covers(url, path)),
        key=len,
        default=None,
    )
    return [
        Tab(key, url, label, icon, counts.get(key, 0), url == current, key not in thumb)
        for key, url, label, icon in found
    ]


def _covers(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))


def page(request: HttpRequest) -> dict[str, Any]:
    """Template context processor: `page` with what the shell shows (see its keys)."""
    person = getattr(request, "user", None)
    signed_in = person is not None and bool(person.is_authenticated)
    session = getattr(request, "session", {})
    appearance = request.COOKIES.get(APPEARANCE_COOKIE, "")
    languages = [{"code": code, "name": name} for code, name in LANGUAGE_NAMES if code != get_language()]
    return {
        "page": {
            "city": settings.CITY_NAME,
            "signed_in": signed_in,
            "person": person if signed_in else None,
            "tabs": SimpleLazyObject(lambda: tabs_for(person, request.path) if signed_in else []),
            "kiosk": bool(session.get("kiosk")),
            "kiosk_seconds": KIOSK_SECONDS,
            "languages": languages,
            "appearance": appearance if appearance in APPEARANCES else "",
            "theme_url": reverse("theme") if settings.CITY_THEME else "",
            "path": request.path,
            "here": request.get_full_path(),
        }
    }
