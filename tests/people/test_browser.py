"""The door, the account and the desk in a real browser: with and without scripts, narrow and wide."""

import re

import pytest
from django.urls import reverse

from incubator.people import actions
from incubator.people.actors import Actor
from tests import factories
from tests.platform.following import follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def scrolls_sideways(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_the_first_sign_in_without_scripts(open_page) -> None:
    desk = Actor(person=factories.PersonFactory(role="hr_desk"))
    person = factories.PersonFactory(never_signed_in=True, employed=True)
    issued = actions.issue_code(person=person, by=desk)
    page = open_page(path=reverse("sign-in"), scripts=False, width=320)
    follow(page.locator(f"a[href='{reverse('sign-in-code')}']"))
    page.fill("#id_staff_number", f" {person.staff_number} ")
    page.fill("#id_code", issued.text.lower())
    follow(page.locator("main form:not(.language) .btn").first)
    page.fill("#id_secret", "123456")
    page.fill("#id_again", "123456")
    follow(page.locator("main form:not(.language) .btn").first)
    assert "123456" in page.inner_text("main"), "the refusal says what is too simple"
    page.fill("#id_secret", "les-quais-4-vents")
    page.fill("#id_again", "les-quais-4-vents")
    follow(page.locator("main form:not(.language) .btn").first)
    page.wait_for_url(re.compile(f"{reverse('my-work')}$"))


def test_a_shared_screen_signs_out_after_two_minutes_without_a_touch(open_page) -> None:
    person = factories.PersonFactory(employed=True)
    page = open_page(path=reverse("sign-in") + "?next=" + reverse("account"), clock=True)
    page.fill("#id_staff_number", person.staff_number)
    page.fill("#id_secret", factories.PASSWORD)
    page.check("#id_shared_screen")
    follow(page.locator("main form:not(.language) .btn").first)
    page.wait_for_url(f"**{reverse('account')}")
    page.clock.run_for(70_000)
    assert page.is_visible("#idle")
    with page.expect_request(f"**{reverse('stay')}") as asked:
        page.mouse.click(5, 5)
    assert asked.value.response().status == 204, "a touch moves the end on, on the server too"
    page.wait_for_selector("#idle", state="hidden")
    page.clock.run_for(125_000)
    page.wait_for_url(f"**{reverse('sign-in')}")
    page.goto(reverse("account"))
    assert reverse("sign-in") in page.url
    assert page.is_checked("#id_shared_screen")


def test_every_answer_of_a_form_is_accessible_and_fits(open_page, assert_accessible) -> None:
    """The pages themselves are looked at in tests/journeys/test_every_page.py."""
    width, language = 320, "fr-FR"
    person = factories.PersonFactory(employed=True, role=["hr_desk", "administrator"])
    other = factories.PersonFactory(
        employed=True, family_name="Le Gœff-Delacroix", given_name="Marie-Élisabeth"
    )
    factories.AbsenceFactory(person=person, deputy=other)
    factories.RoleGrantFactory(person=other, role="staff_representative")
    factories.MandateFactory(holder=other)
    for path, field in (("sign-in", "#id_secret"), ("sign-in-code", "#id_code")):
        page = open_page(path=reverse(path), width=width, language=language)
        page.fill("#id_staff_number", "1")
        page.fill(field, "1")
        follow(page.locator("main form:not(.language) .btn").first)
        page.locator(".note--stop").wait_for()
        assert_accessible(page)
        assert not scrolls_sideways(page), path
    page = open_page(person, path=reverse("account"), width=width, language=language)
    for path in ("account", "change-secret", "desk", "roles", "mandates", "sign-out"):
        page.goto(reverse(path) + ("?q=goeff" if path == "desk" else ""))
        assert_accessible(page)
        assert not scrolls_sideways(page), path
    page.goto(reverse("issue-code", args=[other.key]))
    assert_accessible(page)
    follow(page.locator("main form:not(.language) .btn").first)
    page.wait_for_selector("dl.facts")
    assert_accessible(page)
    assert not scrolls_sideways(page)
