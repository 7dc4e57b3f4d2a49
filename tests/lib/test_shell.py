"""Headers, language, appearance and tabs: what every page carries."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory

from incubator.lib import context
from incubator.lib.middleware import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.django_db
PAGES = ["/accessibilite", "/your-data", "/charter", "/help"]


@pytest.fixture
def person(settings: Any) -> Any:
    # `lib` knows nothing of how the city signs its people in.
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    return get_user_model().objects.create(staff_number="204118", given_name="Camille", family_name="Le Goff")


@pytest.mark.parametrize("address", [*PAGES, "/nowhere", "/static/icons.svg", "/static/css/base.css"])
def test_everything_carries_the_policy(client: Client, address: str) -> None:
    answer = client.get(address)
    answer.close()
    headers = answer.headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_pages_are_not_kept_on_a_shared_screen(client: Client) -> None:
    assert "no-store" in client.get("/help").headers["Cache-Control"]
    static = client.get("/static/css/base.css")
    static.close()
    assert "no-store" not in static.headers.get("Cache-Control", "")


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_page_holds_script_or_style(client: Client, address: str, language: str) -> None:
    text = client.get(address, headers={"Accept-Language": language}).content.decode()
    assert f'<html lang="{language}"' in text
    assert "style=" not in text
    assert "onclick" not in text
    assert text.count("<script") == text.count("<script src=")


def test_language_is_the_persons_then_the_cookies_then_the_browsers_then_french(
    client: Client, person: Any
) -> None:
    def language(**headers: str) -> str:
        return client.get("/help", headers=headers).headers["Content-Language"]

    assert language() == "fr"
    assert language(accept_language="de,en-GB;q=0.8") == "en"
    assert language(accept_language="xx-nonsense,*") == "fr"
    client.post("/language", {"language": "en", "next": "/help"})
    assert language(accept_language="fr") == "en"
    person.language = "fr"
    person.save()
    client.force_login(person)
    assert language(accept_language="en") == "fr"


def test_a_person_keeps_the_language_chosen(client: Client, person: Any) -> None:
    client.force_login(person)
    answer = client.post("/language", {"language": "en", "next": "/charter"})
    assert answer.headers["Location"] == "/charter"
    person.refresh_from_db()
    assert person.language == "en"
    assert "django_language" not in client.cookies


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""]
)
def test_a_switch_never_leads_outside(client: Client, target: str) -> None:
    assert client.post("/language", {"language": "xx", "next": target}).headers["Location"] == "/"
    assert client.post("/appearance", {"next": target}).headers["Location"] == "/"


def test_appearance_is_kept_and_given_back(client: Client) -> None:
    client.post("/appearance", {"appearance": "dark", "next": "/help"})
    assert '<html lang="fr" data-theme="dark">' in client.get("/help").content.decode()
    client.post("/appearance", {"appearance": '"><script>', "next": "/help"})
    assert "data-theme" not in client.get("/help").content.decode()


def test_switches_are_posts(client: Client) -> None:
    assert client.get("/language").status_code == 405
    assert client.get("/appearance").status_code == 405


def test_a_tab_without_an_address_is_left_out(person: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(
        context, "TABS", (("help", "help", "Help", "doc"), ("no", "no-such-name", "No", "doc"))
    )
    monkeypatch.setattr(context, "_askers", [])
    (tab,) = context.tabs_for(person, "/help/me")
    assert (tab.key, tab.current, tab.count, tab.desk) == ("help", True, 0, True)
    (other,) = context.tabs_for(person, "/helpless")
    assert not other.current


def test_rooms_say_what_waits_and_what_is_not_for_this_person(person: Any, monkeypatch: Any) -> None:
    tabs = (("help", "help", "Help", "doc"), ("charter", "charter", "Charter", "doc"))
    monkeypatch.setattr(context, "TABS", tabs)
    monkeypatch.setattr(context, "_askers", [])
    ask = context.register_tabs(
        lambda asked: context.TabFacts(
            counts={"help": len(asked.given_name)}, without=["charter"], thumb=["help"]
        )
    )
    context.register_tabs(ask)
    assert len(context._askers) == 1
    (tab,) = context.tabs_for(person, "/")
    assert (tab.key, tab.count, tab.desk) == ("help", 7, False)


def test_nothing_is_counted_for_a_part_of_a_page(person: Any, monkeypatch: Any) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(context, "_askers", [lambda one: asked.append(one) or context.TabFacts()])
    request = RequestFactory().get("/help")
    request.user = person
    tabs = context.page(request)["page"]["tabs"]
    assert asked == []
    list(tabs)
    assert asked == [person]


def test_a_shared_screen_says_so(client: Client) -> None:
    assert "data-kiosk" not in client.get("/help").content.decode()
    session = client.session
    session["kiosk"] = True
    session.save()
    text = client.get("/help").content.decode()
    assert 'data-kiosk="120"' in text
    assert 'id="idle"' in text
