"""Every address and every form, with what no person types: a page answers, never a 500.

Forms are found by looking at the pages as the people of a small city who have something to do there.
"""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter

from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea
from incubator.people.models import Person
from tests.factories import AbsenceFactory, PersonFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows.evaluation import actions as evaluation
from workflows.gates.models import Seat
from workflows.pilots import actions as pilots
from workflows.pilots.models import Incident, Pilot
from workflows.sponsorship import actions as sponsorship
from workflows.sponsorship import time_actions
from workflows.sponsorship.models import Pledge, TimeRelease

pytestmark = pytest.mark.django_db

Run = Callable[..., list[str]]
# As bytes on the wire: a NUL, half a character of UTF-16, what is no UTF-8, more digits than any column holds.
NUL, NOT_UTF8, DIGITS = b"a\x00b", b"\xed\xa0\x80\xff\xfe", b"9" * 20
LONG = b"w" * 100_000


class Form(NamedTuple):
    person: Person
    url: str
    method: str
    fields: tuple[tuple[str, str], ...]


class Forms(HTMLParser):
    """The forms of a page, each with its fields and what stands in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), given.get("method", "get").lower(), {}))
        elif tag in ("input", "select", "textarea", "button") and self.found and given.get("name"):
            self.found[-1][2].setdefault(given["name"], given.get("value", ""))


def addresses(found: Any = None) -> Iterator[URLPattern]:
    for one in (found or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one)
        else:
            yield one


class City:
    """Ideas at every kind of station, and those who have something to do there."""

    def __init__(self, run_jobs: Run) -> None:
        self.cast = cast = Cast()
        self.draft = play.draft(cast)
        self.asked = PersonFactory(employed=True)
        drafting.invite(idea=self.draft, by=act(cast.author), person=self.asked)
        at_g0, at_g1, sponsored, in_pilot, ending = [play.submit(cast) for _ in range(5)]
        self.at_g0 = at_g0
        run_jobs()
        for idea in (at_g1, sponsored, in_pilot, ending):
            play.pass_g0(idea, cast)
        run_jobs()
        for idea in (sponsored, in_pilot, ending):
            play.vote_all(idea)
            play.decide(idea, cast.dga)
        self._ask(sponsored)
        for idea in (in_pilot, ending):
            play.sponsored(idea, cast)
        run_jobs()
        for idea in (in_pilot, ending):
            play.vote_all(idea)
            play.decide(idea, cast.dga, answers={"told": "yes"})
        pilot = Pilot.objects.get(idea=in_pilot)
        pilots.report_incident(pilot=pilot, text="Une chute sans gravité.", by=act(cast.author))
        play.piloted(ending, cast)
        run_jobs()
        play.agree(ending, cast)
        evaluation.name_evaluator(idea=ending, evaluator=cast.evaluator, by=act(cast.lead))
        run_jobs()
        AbsenceFactory(person=cast.author)
        self.seat = Seat.objects.filter(round__idea=at_g1, state="open").order_by("pk")[0]
        self.ideas = [self.draft, at_g0, at_g1, sponsored, in_pilot, ending]
        self.administrator = PersonFactory(employed=True, role=["administrator", "hr_desk", "hr_analyst"])

    def _ask(self, idea: Idea) -> None:
        author = act(self.cast.author)
        sponsorship.ask_sponsor(idea=idea, sponsor=self.cast.sponsor, by=author)
        member = idea.team.get(person=self.cast.author)
        time_actions.ask_time(member=member, days_a_month=2, by=author)

    def pages(self) -> Iterator[tuple[Person, str]]:
        """Who opens which page to do something there."""
        cast, (draft, at_g0, _at_g1, sponsored, in_pilot, ending) = self.cast, self.ideas
        seat = self.seat
        lead_seat = Seat.objects.get(round__idea=at_g0, state="open")
        pledge, release = Pledge.objects.get(state="asked"), TimeRelease.objects.get(state="asked")
        incident = Incident.objects.get()
        for name in ("account", "my-work", "messages", "portfolio", "idea-new", "sign-out", "metrics"):
            yield cast.author, reverse(name)
        for name in ("idea-edit", "idea-team", "idea-files", "idea-versions", "idea-submit"):
            yield cast.author, reverse(name, args=[draft.key])
        yield self.asked, reverse("idea-invitation", args=[draft.key])
        yield cast.author, reverse("idea-withdraw", args=[at_g0.key])
        yield lead_seat.person, reverse("decide", args=[lead_seat.round.key])
        yield seat.person, reverse("reviews")
        yield seat.person, reverse("review", args=[seat.key])
        yield cast.lead, reverse("seats", args=[seat.round.key])
        yield cast.dga, reverse("decide", args=[seat.round.key])
        yield cast.author, reverse("sponsorship", args=[sponsored.key])
        yield cast.author, reverse("plan-edit", args=[sponsored.key])
        yield cast.sponsor, reverse("pledge", args=[pledge.key])
        yield cast.manager, reverse("time-opinion", args=[release.key])
        yield cast.finance, reverse("budget", args=[ending.key, "G4"])
        for name in ("check-in", "incident", "pilot-end"):
            yield cast.author, reverse(name, args=[in_pilot.key])
        yield cast.author, reverse("incident-close", args=[in_pilot.key, incident.pk])
        yield cast.lead, reverse("evaluation", args=[ending.key])
        yield cast.evaluator, reverse("evaluation", args=[ending.key])
        yield cast.lead, reverse("call-new")
        yield cast.lead, reverse("call-edit", args=[cast.call.key])
        for name in ("roles", "mandates", "desk"):
            yield self.administrator, f"{reverse(name)}?q={cast.author.family_name}"
        yield self.administrator, reverse("metrics")


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def forms_of(city: City) -> list[Form]:
    found: dict[tuple[str, str, tuple[str, ...]], Form] = {}
    for person, url in city.pages():
        page = client_of(person).get(url)
        assert page.status_code == 200, url
        for action, method, fields in Forms(page.text).found:
            to = urlsplit(urljoin(url, action)).path
            name = get_resolver().resolve(to).url_name or ""
            form = Form(person, to, method, tuple(fields.items()))
            found.setdefault((name, method, tuple(fields)), form)
    return list(found.values())


def attack(client: Client, method: str, url: str, fields: dict[str, bytes]) -> str:
    """What went wrong, or ""; nothing of it stays."""
    sent = urlencode(list(fields.items()))
    try:
        with transaction.atomic():
            if method == "post":
                answer = client.post(url, sent, content_type="application/x-www-form-urlencoded")
            else:
                answer = client.get(f"{url}?{sent}")
            transaction.set_rollback(True)
    except Exception as error:
        return f"{method} {url} {sorted(fields)}: {type(error).__name__} {str(error)[:80]}"
    return f"{method} {url}: {answer.status_code}" if answer.status_code >= 500 else ""


def test_every_form_answers_whatever_stands_in_it(run_jobs: Run, quick_briefs: list[str]) -> None:
    forms = forms_of(City(run_jobs))
    assert len({form.url for form in forms}) > 30
    wrong = []
    for form in forms:
        client, given = client_of(form.person), {name: value.encode() for name, value in form.fields}
        mixed = {name: (NUL, DIGITS)[place % 2] for place, name in enumerate(given)}
        wrong.append(attack(client, form.method, form.url, mixed))
        # One alone, so that no other field's refusal comes first.
        name = list(given)[len(given) // 2]
        wrong.append(attack(client, form.method, form.url, given | {name: LONG + NOT_UTF8}))
    assert sorted(filter(None, wrong)) == []


ASKED = (
    "q",
    "after",
    "before",
    "next",
    "part",
    "from",
    "to",
    "call",
    "period",
    "page",
    "sort",
    "state",
    "write",
)
A_UUID = "00000000-0000-4000-8000-00000000abcd"
KEYS = (A_UUID, "%00%ED%A0%80")


def names() -> list[URLPattern]:
    return [pattern for pattern in addresses() if pattern.name]


@pytest.mark.parametrize("value", [NUL, NOT_UTF8, DIGITS, LONG[:6_000]])
def test_every_address_answers_whatever_is_asked_of_it(value: bytes) -> None:
    wrong = []
    client = client_of(PersonFactory(role=["administrator", "hr_desk", "programme_lead"]))
    for pattern in names():
        if not pattern.pattern.converters:
            for method in ("get", "post"):
                wrong.append(attack(client, method, reverse(pattern.name), dict.fromkeys(ASKED, value)))
    assert sorted(filter(None, wrong)) == []


def with_keys(key: str) -> list[URLPattern]:
    """The addresses with a key; of those that take UUIDs alone one is enough for what is none: none leads to a view."""
    found = [pattern for pattern in names() if pattern.pattern.converters]
    if key == A_UUID:
        return found
    of_uuids = [one for one in found if {*map(type, one.pattern.converters.values())} == {UUIDConverter}]
    return [one for one in found if one not in of_uuids] + of_uuids[:1]


@pytest.mark.parametrize("key", KEYS)
def test_no_key_in_an_address_breaks_a_page(key: str) -> None:
    wrong = []
    client = client_of(PersonFactory(role=["administrator", "hr_desk", "programme_lead"]))
    for pattern in with_keys(key):
        url = "/" + re.sub("<[^>]*>", key, str(pattern.pattern))
        for method in ("get", "post"):
            wrong.append(attack(client, method, url, {"request_key": NUL}))
    assert sorted(filter(None, wrong)) == []


# An escape in a quoted cookie gives the very character: `"\\000"` is a NUL.
COOKIES = (
    'NAME="abcdefgh\\000ijklmnop"',
    'NAME="abcdefgh\\355\\240\\200"',
    "NAME=" + "9" * 20,
    "NAME=" + "x" * 20_000,
    "NAME=abcdefgh\xff\xfe",
    "NAME",
    "=",
    "NAME=%00",
    "NAME=a-" + "b" * 600,
)


@pytest.mark.parametrize("url", ["sign-in", "my-work"])
@pytest.mark.parametrize("cookie", COOKIES)
def test_no_cookie_breaks_a_page(url: str, cookie: str) -> None:
    for name in ("sessionid", "csrftoken", "django_language", "messages", "appearance", "shared_screen"):
        for method in ("get", "post"):
            client = Client(enforce_csrf_checks=method == "post")
            client.cookies.clear()
            assert not attack_with(
                client, method, reverse(url), {"HTTP_COOKIE": cookie.replace("NAME", name)}
            )


HEADERS = ("ACCEPT_LANGUAGE", "REFERER", "HX_REQUEST", "HX_CURRENT_URL", "HX_TARGET", "HX_PROMPT", "ORIGIN")


@pytest.mark.parametrize("url", ["sign-in", "portfolio", None])
@pytest.mark.parametrize(
    "value", ["\x00", "\xed\xa0\x80", "x" * 20_000, "a-" + "b" * 600, "http://[::1", "//\\"]
)
def test_no_header_breaks_a_page(url: str | None, value: str) -> None:
    path = reverse(url) if url else "/nowhere"
    client = client_of(PersonFactory())
    for name in HEADERS:
        for method in ("get", "post"):
            header = {f"HTTP_{name}": value, "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": "true"}
            assert not attack_with(client, method, path, header)


@pytest.mark.parametrize("url", ["set-language", "set-appearance", "sign-in"])
def test_no_choice_of_language_or_next_page_breaks(url: str) -> None:
    for value in ("fr-" + "x" * 600, "x" * 600, "\x00", "http://[::1", "//\\", "9" * 5_000):
        for client in (Client(), client_of(PersonFactory())):
            sent = {"language": value, "appearance": value, "next": value}
            assert not attack(client, "post", reverse(url), {name: v.encode() for name, v in sent.items()})


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=\xe9",
        "application/x-www-form-urlencoded; charset=utf-16",
    ],
)
def test_no_kind_of_body_breaks_a_form(kind: str) -> None:
    answer = Client().post(reverse("sign-in"), b"--x\r\n\x00", content_type=kind)
    assert answer.status_code in (400, 422)


def attack_with(client: Client, method: str, url: str, headers: dict[str, str]) -> str:
    try:
        with transaction.atomic():
            answer = getattr(client, method)(url, **headers)
            transaction.set_rollback(True)
    except Exception as error:
        return f"{method} {url} {str(headers)[:80]}: {type(error).__name__} {str(error)[:80]}"
    return f"{method} {url}: {answer.status_code}" if answer.status_code >= 500 else ""
