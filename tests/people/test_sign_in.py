"""Sign-in by staff number: what opens, what stays shut, and that the refusals tell nothing apart."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from incubator.lib import clock
from incubator.people import sign_in
from incubator.people.models import Person
from tests import factories

pytestmark = pytest.mark.django_db
WRONG = {"secret": "not-the-one-7"}


def attempt(client: Client, person: Person | None = None, **typed: str):
    number = person.staff_number if person else "999999"
    return client.post(
        reverse("sign-in"), {"staff_number": number, "secret": factories.PASSWORD} | typed, follow=False
    )


def signed_in(client: Client) -> bool:
    return client.get(reverse("stay")).status_code == 204


@pytest.mark.parametrize("typed", ["ab 12-x", " AB12-X ", "a b 1 2 - x"])
def test_case_and_spaces_of_the_number_are_forgiven(client: Client, typed: str) -> None:
    factories.PersonFactory(staff_number="AB12-X")
    assert attempt(client, staff_number=typed).status_code == 302
    assert signed_in(client)


def test_it_leads_to_my_work_and_the_session_key_changes(client: Client) -> None:
    person = factories.PersonFactory()
    client.get(reverse("choose-secret"))
    session = client.session
    session["before"] = True
    session.save()
    before = session.session_key
    response = attempt(client, person)
    assert response["Location"] == reverse("my-work")
    assert client.session.session_key != before
    assert client.session.get_expiry_age() > 3600


REFUSED = {
    "unknown": {},
    "wrong secret": WRONG,
    "departed": {"departed": True},
    "inactive": {"is_active": False},
    "guest whose access is over": {"kind": "guest", "expires_on": clock.today() - timedelta(days=1)},
    "paused": {"locked": True},
    "never used a code": {"never_signed_in": True},
}


def test_every_refusal_reads_the_same_and_costs_one_hash(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes: list[str] = []

    def counted(real):
        return lambda *given: (hashes.append("one"), real(*given))[1]

    monkeypatch.setattr(sign_in, "make_password", counted(sign_in.make_password))
    monkeypatch.setattr(sign_in, "check_password", counted(sign_in.check_password))
    pages = set()
    for case, made in REFUSED.items():
        person = None if case == "unknown" else factories.PersonFactory(**({} if made is WRONG else made))
        hashes.clear()
        response = attempt(client, person, **(WRONG if made is WRONG else {}))
        assert response.status_code == 422, case
        assert len(hashes) == 1, case
        number = person.staff_number if person else "999999"
        page = response.content.decode().partition("<main")[2].replace(number, "…")
        pages.add(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page))
    assert len(pages) == 1
    assert not signed_in(client)


def test_what_was_typed_stays_but_the_secret_does_not(client: Client) -> None:
    page = attempt(client, staff_number="4242").content.decode()
    assert 'value="4242"' in page
    assert factories.PASSWORD not in page


@pytest.mark.parametrize("number", ["", "\x00", "9" * 64, "9" * 5000, "😀", "‮12"])
def test_odd_numbers_are_refused_plainly(client: Client, number: str) -> None:
    assert attempt(client, staff_number=number).status_code == 422


@pytest.mark.parametrize("secret", ["", "\x00\x00", "x" * 100_000, "😀" * 30])
def test_odd_secrets_are_refused_plainly(client: Client, secret: str) -> None:
    assert attempt(client, factories.PersonFactory(), secret=secret).status_code == 422


def test_five_wrong_tries_pause_then_longer_then_it_opens_again(client: Client) -> None:
    person = factories.PersonFactory()
    start = clock.now()

    def at(minutes: float, **typed: str) -> int:
        with clock.moved(start + timedelta(minutes=minutes)):
            return attempt(client, person, **typed).status_code

    for _ in range(5):
        assert at(0, **WRONG) == 422
    assert at(1) == 422, "the right one does not open while paused"
    for _ in range(5):
        assert at(16, **WRONG) == 422
    assert at(16 + 29) == 422, "the second pause takes 30 minutes"
    assert at(16 + 31) == 302
    person.refresh_from_db()
    assert (person.failed_sign_ins, person.locked_until) == (0, None)


def test_four_wrong_tries_are_forgotten_after_a_right_one(client: Client) -> None:
    person = factories.PersonFactory()
    for _ in range(2):
        for _ in range(4):
            assert attempt(client, person, **WRONG).status_code == 422
        assert attempt(client, person).status_code == 302
        client.logout()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
    ],
)
def test_next_never_leads_to_another_site(client: Client, target: str) -> None:
    person = factories.PersonFactory()
    response = client.post(
        reverse("sign-in"),
        {"staff_number": person.staff_number, "secret": factories.PASSWORD, "next": target},
    )
    assert response["Location"] == reverse("my-work")
    assert client.get(reverse("sign-in"), {"next": target})["Location"] == reverse("my-work")


def test_next_leads_back_to_the_page_asked_for(client: Client) -> None:
    asked = client.get(reverse("stay") + "?a=1")
    assert asked.status_code == 302
    page = client.get(asked["Location"])
    assert f'value="{reverse("stay")}?a=1"' in page.content.decode()
    response = attempt(client, factories.PersonFactory(), next="/ideas/?q=v%C3%A9lo")
    assert response["Location"] == "/ideas/?q=v%C3%A9lo"


def test_sign_out_ends_the_session_and_clears_the_browser(client: Client) -> None:
    attempt(client, factories.PersonFactory())
    assert client.get(reverse("sign-out")).status_code == 200
    assert signed_in(client), "a GET only asks"
    response = client.post(reverse("sign-out"))
    assert response["Location"] == reverse("sign-in")
    assert response["Clear-Site-Data"] == '"storage"'
    assert not signed_in(client)


def test_a_shared_screen_signs_out_by_itself(client: Client) -> None:
    attempt(client, factories.PersonFactory(), shared_screen="on")
    assert client.session["kiosk"]
    assert client.session.get_expiry_age() == 120
    assert client.cookies["sessionid"]["max-age"] == 120
    assert client.get(reverse("stay")).cookies["sessionid"]["max-age"] == 120, "each page moves the end on"
    assert 'data-kiosk="120"' in client.get(reverse("sign-out")).content.decode()
    response = client.post(reverse("sign-out"))
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    page = client.get(reverse("sign-in")).content.decode()
    assert page.count('autocomplete="off"') == 2, "the machine is known as shared"
    assert " checked" in page


def test_elsewhere_a_page_writes_no_session(client: Client, django_assert_num_queries) -> None:
    client.force_login(factories.PersonFactory())
    with django_assert_num_queries(2):
        client.get(reverse("stay"))


@pytest.mark.parametrize("change", [{"is_active": False, "departed_on": "2026-01-01"}, {"is_active": False}])
def test_a_session_ends_when_its_person_may_no_longer_sign_in(client: Client, change: dict) -> None:
    person = factories.PersonFactory()
    attempt(client, person)
    assert signed_in(client)
    Person.objects.filter(pk=person.pk).update(**change)
    assert not signed_in(client)


PUBLIC = {
    "sign-in", "sign-out", "sign-in-code", "choose-secret", "set-language", "set-appearance", "theme",
    "accessibility", "your-data", "charter", "help", "styleguide", "configuration-schema",
}  # fmt: skip


def test_every_other_page_asks_for_sign_in() -> None:
    def walk(patterns, found):
        for entry in patterns:
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, found)
            elif isinstance(entry, URLPattern) and not getattr(entry.callback, "login_required", True):
                found.add(entry.name)
        return found

    assert walk(get_resolver().url_patterns, set()) <= PUBLIC | {"verify", "verify-token", "brief-schema"}
