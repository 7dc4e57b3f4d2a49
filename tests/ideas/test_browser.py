"""Drafting in a real browser: it saves itself, two windows lose nothing, and every page is accessible."""

import pytest
from django.urls import reverse

from ideas.drafting import actions, queries
from incubator.people.actors import Actor
from tests.factories import CallFactory, IdeaFactory, PersonFactory
from tests.platform.following import follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def author():
    return PersonFactory(employed=True, role="programme_lead")


@pytest.fixture
def idea(author):
    CallFactory()
    return IdeaFactory(author=author)


def address(name, idea):
    return reverse(name, kwargs={"key": idea.key})


def test_a_draft_saves_itself_and_two_windows_lose_nothing(open_page, idea, author):
    path = address("idea-edit", idea) + "?part=2"
    first, second = (open_page(author, path=path) for _window in range(2))
    # Either cause will do, leaving the field or a rest after the last key: a busy machine may rest by itself.
    with first.expect_response(lambda answer: "autosave" in answer.url) as saved:
        first.fill("#id_problem", "Écrit dans la première fenêtre")
        first.locator("#id_concerned").focus()
    assert saved.value.status == 200
    with second.expect_response(lambda answer: "autosave" in answer.url) as met:
        second.fill("#id_problem", "Écrit dans la seconde")
        second.locator("#id_concerned").focus()
    assert met.value.status == 409
    second.get_by_label("Garder les deux, l’un après l’autre").check()
    follow(second.get_by_role("button", name="Enregistrer mon choix"))
    assert second.url.endswith("/edit?part=2")
    assert queries.draft_of(idea).problem == "Écrit dans la première fenêtre\n\nÉcrit dans la seconde"


def test_whoever_goes_on_typing_after_a_conflict_keeps_the_focus_and_every_word(open_page, idea, author):
    path = address("idea-edit", idea) + "?part=1"
    page = open_page(author, path=path, language="en-GB")
    changes = {"title": "Their title", "pitch": "Their pitch"}
    actions.autosave(idea=idea, by=Actor(person=author), version=1, changes=changes)
    with page.expect_response(lambda answer: "autosave" in answer.url) as met:
        page.fill("#id_title", "My title")
        page.keyboard.press("Tab")
    assert met.value.status == 409
    page.get_by_role("heading", name="Changed in the meantime").wait_for()
    assert page.locator("#saved").inner_text().startswith("Changed in the meantime")
    assert not page.locator("button[name=go][hidden]").is_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("My pitch, as I say it")
    assert page.input_value("#id_pitch") == "My pitch, as I say it"
    for status in (409, 302):  # The pitch meets theirs only now: it is asked too.
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            follow(page.get_by_role("button", name="Save my choice"))
        assert answered.value.status == status
        assert page.input_value("#id_pitch").endswith("My pitch, as I say it")
    draft = queries.draft_of(idea)
    assert draft.title == "Their title / My title"
    assert draft.pitch == "Their pitch / My pitch, as I say it"


def test_a_page_that_asks_to_choose_saves_nothing_by_itself(open_page, idea, author):
    page = open_page(author, path=address("idea-edit", idea) + "?part=2")
    actions.autosave(idea=idea, by=Actor(person=author), version=1, changes={"problem": "Écrit ailleurs"})
    send = "document.querySelector('form[data-autosave]').requestSubmit()"
    page.fill("#id_problem", "Écrit ici")
    page.evaluate(send)
    page.get_by_role("heading", name="Modifié entre-temps").wait_for()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.fill("#id_problem", "Écrit ici, plus long")
    page.locator("#id_concerned").focus()
    page.wait_for_timeout(300)
    assert not asked
    with page.expect_navigation() as asked_again:
        page.evaluate(send)
    assert asked_again.value.status == 409
    assert queries.draft_of(idea).problem == "Écrit ailleurs"


def test_a_draft_is_written_without_script_at_320_pixels(open_page, author):
    CallFactory()
    page = open_page(author, path=reverse("idea-new"), width=320, scripts=False)
    follow(page.get_by_role("button", name="Commencer"))
    page.fill("#id_title", "Un vélo")
    follow(page.get_by_role("button", name="Enregistrer et continuer"))
    assert page.url.endswith("?part=2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_parts_of_a_draft_are_accessible(open_page, assert_accessible, idea, author):
    width = 320
    by = Actor(person=author)
    actions.save_version(idea=idea, by=by)
    actions.autosave(idea=idea, by=by, version=1, changes={"problem": "Deuxième version"})
    actions.save_version(idea=idea, by=by)
    actions.invite(idea=idea, by=by, person=PersonFactory(employed=True))
    paths = [address("idea-edit", idea) + f"?part={part}" for part in (1, 2, 3, 4)]
    paths += [address(name, idea) for name in ("idea-team", "idea-versions")]
    page = open_page(author, path=paths[0], width=width)
    for path in paths:
        page.goto(path)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
