"""Every page: accessible, on a narrow phone, with large text; in the dark and in English too; by keyboard."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.exceptions import Resolver404

from incubator.people.models import Person
from tests.factories import PersonFactory
from tests.journey import cast as play
from tests.journey.cast import Cast
from tests.journeys.scenes import City, Visit
from tests.journeys.walk import OVERFLOW, PIN, Run, give_pins
from tests.platform.following import follow

NOT_SWEPT = {
    "styleguide": "tests/ui/test_styleguide.py looks at it",
    "theme": "a stylesheet",
    "stay": "answers 204, for the script of a shared screen",
    "own-data": "a JSON file",
    "metrics-csv": "a CSV file",
    "idea-file": "a download",
    "idea-done-photo": "a download",
    "session-calendar": "a calendar file",
    "document-file": "a PDF",
    "document-download": "a download",
    "brief-download": "a download",
    "session-document-download": "a download",
    "letterhead-logo": "a picture",
    "configuration-schema": "a JSON file",
    "brief-schema": "a JSON file",
    "configuration-export": "a JSON file",
    "configuration-in-force": "a JSON file",
}
COLOURS = ["color-contrast", "link-in-text-block"]
EXAMPLES = {"uuid": uuid.UUID(int=1), "int": 1, "string": "G2", "slug": "g2"}


@pytest.fixture
def visits(run_jobs: Run, quick_briefs: list[str], settings: Any) -> list[Visit]:
    settings.DEMO = True
    return City(run_jobs).visits()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_every_page_is_accessible_and_fits(
    visits: list[Visit], open_page: Callable[..., Any], assert_accessible: Callable[..., None]
) -> None:
    """Each address once; in the long proofs each visit, and its colours, for which axe takes as long as for all the
    rest: those of the style guide's parts are looked at elsewhere."""
    every_address_is_looked_at(visits)
    first = {name_of(visit.path) or visit.path: visit for visit in reversed(visits)}
    found = seen_in("fr", list(first.values()), open_page, partial(assert_accessible, without=COLOURS))
    assert not found, "\n\n".join(found)


@pytest.mark.prove
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_visit_of_a_page_in_every_look(
    visits: list[Visit],
    open_page: Callable[..., Any],
    assert_accessible: Callable[..., None],
    language: str,
) -> None:
    """In French all of axe's rules, with the colours of the dark; of English the lengths of its words are its own."""

    def dark(page: Any) -> None:
        page.emulate_media(color_scheme="dark")
        try:
            assert_accessible(page, rules=COLOURS)
        finally:
            page.emulate_media(color_scheme="light")  # for the next visit

    looks = [assert_accessible, dark] if language == "fr" else []
    found = seen_in(language, visits, open_page, *looks)
    assert not found, "\n\n".join(found)


def every_address_is_looked_at(visits: list[Visit]) -> None:
    """A page that is new is added to the scenes; what is no page, to the reasons."""
    swept = {name_of(visit.path) for visit in visits} - {""}
    assert not (missing := pages() - swept - set(NOT_SWEPT)), f"nobody looks at {sorted(missing)}"
    assert not (gone := set(NOT_SWEPT) - pages()), f"no such address: {sorted(gone)}"


def seen_in(
    language: str,
    visits: list[Visit],
    open_page: Callable[..., Any],
    *looks: Callable[..., None],
) -> list[str]:
    """What is wrong with these pages in this language."""
    Person.objects.update(language=language)
    found: list[str] = []
    readers: dict[Person | None, Any] = {}
    for visit in visits:
        page = readers.get(visit.person)
        if page is None or visit.code:
            page = readers[visit.person] = open_page(visit.person, language=language)
        page.set_viewport_size({"width": 1280, "height": 800})
        if problem := go(page, visit):
            found.append(problem)
        else:
            found += flaws(page, looks)
    return found


def go(page: Any, visit: Visit) -> str:
    """What keeps this page from being looked at; nothing, as a rule."""
    if visit.code:
        page.goto(reverse("sign-in-code"))
        page.fill("[name=staff_number]", visit.code[0])
        page.fill("[name=code]", visit.code[1])
        follow(page.locator("main form:not(.language) button.btn"))
    answer = page.goto(visit.path)
    if answer.status == visit.status and page.url.endswith(visit.path):
        return ""
    return f"{visit.path} answers {answer.status} and leads to {page.url}"


def flaws(page: Any, looks: Sequence[Callable[..., None]]) -> list[str]:
    """What axe finds, then large text, then a narrow phone."""
    found = []
    for judged in looks:
        try:
            judged(page)
        except AssertionError as error:
            found.append(str(error))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    if page.evaluate(OVERFLOW) > 0:
        found.append(f"{page.url}: text at 200 % scrolls sideways")
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 320, "height": 640})
    if page.evaluate(OVERFLOW) > 0:
        found.append(f"{page.url}: scrolls sideways at 320 px")
    return found


def name_of(path: str) -> str:
    try:
        return resolve(path.partition("?")[0]).url_name or ""
    except Resolver404:
        return ""


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def pages() -> set[str]:
    """The names of all addresses that answer something to a GET: an act's address answers 405."""
    client = Client()
    client.force_login(PersonFactory())
    found = set()
    for entry in patterns(get_resolver()):
        assert entry.name, f"{entry.pattern} has no name"
        example = {
            name: EXAMPLES[type(kind).__name__.removesuffix("Converter").lower()]
            for name, kind in entry.pattern.converters.items()
        }
        if client.get(reverse(entry.name, kwargs=example)).status_code != 405:
            found.add(entry.name)
    return found


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until the focus is there, and see that it shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle != 'none' || s.boxShadow != 'none'; }"
            )
            assert outline, f"the focus does not show on {selector}"
            return
    raise AssertionError(f"Tab never reaches {selector} on {page.url}")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_with_the_keyboard_alone(open_page: Callable[..., Any]) -> None:
    cast = Cast()
    play.draft(cast)
    give_pins()
    page = open_page(path="/sign-in")
    tab_to(page, "[name=staff_number]")
    page.keyboard.type(cast.author.staff_number)
    tab_to(page, "[name=secret]")
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.locator(".ideas").wait_for()
    tab_to(page, ".ideas h3 a")
    page.keyboard.press("Enter")
    page.locator("form[data-autosave]").first.wait_for()
    tab_to(page, ".tabs a[href='/'], .crumb a")
    with page.expect_navigation():
        page.keyboard.press("Enter")
