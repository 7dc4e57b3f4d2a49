"""Sign-in is slowed down by network address: many tries, a short wait, and a sentence that says how long."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incubator.lib import clock
from incubator.people import addresses, rules
from incubator.people.models import Person, SignInAddress
from tests.factories import PASSWORD, PersonFactory

pytestmark = pytest.mark.django_db
FEW = 3


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "ADDRESS_TRIES", FEW)


def attempt(person: Person | None = None, secret: str = PASSWORD, **headers: str):
    number = person.staff_number if person else "999999"
    client = Client(headers={"accept-language": "en"})
    return client.post(reverse("sign-in"), {"staff_number": number, "secret": secret}, **headers)


def test_after_many_wrong_tries_an_address_waits_and_is_told_how_long() -> None:
    person = PersonFactory()
    for _ in range(FEW):
        assert attempt(secret="wrong").status_code == 422
    for _ in range(3):
        answer = attempt(person)
        assert answer.status_code == 429
        assert "Wait 2 minutes" in answer.text
        assert person.staff_number in answer.text
        assert 0 < int(answer["Retry-After"]) <= 120
    assert attempt(person, REMOTE_ADDR="10.1.2.3").status_code == 302
    with clock.moved(clock.now() + timedelta(minutes=2, seconds=1)):
        assert attempt(person).status_code == 302
        assert attempt(secret="wrong").status_code == 422
    person.refresh_from_db()
    assert person.failed_sign_ins == 0


def test_a_code_is_guessed_no_faster() -> None:
    sent = {"staff_number": "999999", "code": "ABCDE-FGHJK"}
    answers = [Client().post(reverse("sign-in-code"), sent).status_code for _ in range(FEW + 1)]
    assert answers == [422] * FEW + [429]
    assert attempt(PersonFactory()).status_code == 429


def test_a_depot_that_signs_in_all_morning_never_waits() -> None:
    for _ in range(3 * FEW):
        assert attempt(PersonFactory()).status_code == 302


def test_a_right_secret_of_ones_own_does_not_wipe_out_the_guesses_at_others() -> None:
    person = PersonFactory()
    for _ in range(FEW):
        attempt(secret="wrong")
        if SignInAddress.objects.get().tries < FEW:
            assert attempt(person).status_code == 302
    assert attempt(secret="wrong").status_code == 429


def test_wrong_tries_of_another_hour_count_no_more() -> None:
    for _ in range(FEW):
        attempt(secret="wrong")
    with clock.moved(clock.now() + rules.ADDRESS_WITHIN + timedelta(seconds=1)):
        assert attempt(secret="wrong").status_code == 422
    with clock.moved(clock.now() + timedelta(days=1)):
        addresses.forget_old()
    assert not SignInAddress.objects.exists()


def test_behind_a_proxy_the_address_is_what_the_proxy_adds(settings) -> None:
    settings.PROXY_CLIENT_HEADER = "X-Forwarded-For"
    person = PersonFactory()
    for forged in range(FEW + 1):
        attempt(secret="wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{forged}, 10.9.9.9")
    assert attempt(person, HTTP_X_FORWARDED_FOR="10.7.7.7, 10.9.9.9").status_code == 429
    assert attempt(person, HTTP_X_FORWARDED_FOR="10.9.9.9, 10.7.7.7").status_code == 302
    for nothing in ("", "unknown", "\x00", "x" * 9_000):
        assert attempt(person, HTTP_X_FORWARDED_FOR=nothing).status_code == 302
    assert "10.9.9.9" not in str(list(SignInAddress.objects.values()))


def test_in_production_a_proxy_that_says_nothing_is_not_everyone(settings) -> None:
    settings.PRODUCTION = True
    for _ in range(FEW + 2):
        assert attempt(secret="wrong").status_code == 422


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        (" 10.1.2.3 ", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("2001:db8:1:2:9::9", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("10.1.2.3:80", ""),
    ],
)
def test_what_counts_as_one_address(address: str, counted: str) -> None:
    assert rules.network(address) == counted
