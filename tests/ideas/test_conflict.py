"""Two people in one text: whatever is chosen and however often they meet, no text is lost."""

import pytest
from django.urls import reverse
from lxml import html

from ideas.drafting import actions, queries
from incubator.people.actors import Actor
from tests.factories import CallFactory, IdeaFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return PersonFactory(employed=True, language="en")


@pytest.fixture
def idea(author):
    CallFactory()
    return IdeaFactory(author=author, title="Cargo bikes", pitch="Six of them.")


class Window:
    """The author's browser, without script: it sends each form as it stands on the page, with what is typed."""

    def __init__(self, client, idea, author, part):
        client.force_login(author)
        self.client, self.url = client, reverse("idea-edit", kwargs={"key": idea.key})
        self.answer = client.get(f"{self.url}?part={part}")

    def shown(self):
        """What the form would send, with what stands elsewhere on the page and belongs to it."""
        page = html.fromstring(self.answer.content)
        inside = "//form[@id='draft']//*[self::input or self::textarea] | //input[@form='draft']"
        named = [one for one in page.xpath(inside) if one.get("name")]
        on = [one for one in named if one.get("type") != "radio" or one.get("checked") is not None]
        # The line end after <textarea> is not part of its text.
        return {one.name: (one.value or "").removeprefix("\n") for one in on}

    def save(self, **typed):
        self.answer = self.client.post(self.url, self.shown() | typed)
        return self.answer.status_code

    def settle(self, **typed):
        return self.save(resolve="1", **typed)


@pytest.fixture
def elsewhere(idea, author):
    """Someone else of the team writes, having seen everything so far."""

    def write(**changes):
        version = queries.draft_of(idea).version
        actions.autosave(idea=idea, by=Actor(person=author), version=version, changes=changes)

    return write


@pytest.fixture
def met(client, idea, author, elsewhere):
    window = Window(client, idea, author, 2)
    elsewhere(problem="theirs")
    assert window.save(problem="mine", concerned="mine too") == 409
    return window


@pytest.mark.parametrize(
    ("choice", "statuses", "kept"),
    [
        ("mine", [409, 302], "mine"),
        ("theirs", [302], "theirs, longer"),
        ("both", [409, 302], "theirs, longer\n\nmine"),
    ],
)
def test_a_choice_between_texts_that_moved_on_is_asked_again_and_loses_neither(
    met, idea, elsewhere, choice, statuses, kept
):
    elsewhere(problem="theirs, longer")
    for status in statuses:
        assert met.shown()["problem"] == "mine"
        assert met.shown()["concerned"] == "mine too"
        assert met.settle(keep_problem=choice) == status
    draft = queries.draft_of(idea)
    assert (draft.problem, draft.concerned) == (kept, "mine too")


def test_what_was_chosen_for_one_text_stays_chosen_when_only_another_moves_on(
    client, idea, author, elsewhere
):
    window = Window(client, idea, author, 2)
    elsewhere(problem="their problem", concerned="they")
    assert window.save(problem="my problem", concerned="I") == 409
    elsewhere(concerned="all of them")
    assert window.settle(keep_problem="both", keep_concerned="both") == 409
    assert window.settle() == 302
    draft = queries.draft_of(idea)
    assert draft.problem == "their problem\n\nmy problem"
    assert draft.concerned == "all of them\n\nI"


def test_what_is_typed_after_the_question_is_saved_with_the_choice(met, idea):
    assert met.settle(keep_problem="mine", problem="mine, longer", concerned="and much more") == 302
    draft = queries.draft_of(idea)
    assert (draft.problem, draft.concerned) == ("mine, longer", "and much more")


def test_a_text_first_typed_after_the_question_is_not_saved_over_one_that_nobody_showed(
    client, idea, author, elsewhere
):
    window = Window(client, idea, author, 2)
    elsewhere(problem="their problem", concerned="they")
    assert window.save(problem="my problem") == 409
    assert window.settle(keep_problem="mine", concerned="I") == 409
    assert queries.draft_of(idea).concerned == "they"
    assert window.settle(keep_concerned="both") == 302
    draft = queries.draft_of(idea)
    assert (draft.problem, draft.concerned) == ("my problem", "they\n\nI")


def test_a_saved_text_that_was_kept_is_not_ones_own_afterwards(client, idea, author, elsewhere):
    window = Window(client, idea, author, 2)
    elsewhere(problem="their problem", concerned="they")
    assert window.save(problem="my problem", concerned="I") == 409
    elsewhere(concerned="all of them")
    assert window.settle(keep_problem="theirs", keep_concerned="mine") == 409
    assert window.shown()["problem"] == "their problem"
    elsewhere(problem="their problem, longer")
    assert window.settle(keep_concerned="mine") == 302
    draft = queries.draft_of(idea)
    assert (draft.problem, draft.concerned) == ("their problem, longer", "I")


def test_two_texts_too_long_together_are_both_on_the_page_to_be_shortened(client, idea, author, elsewhere):
    window = Window(client, idea, author, 1)
    mine, theirs = "m" * 200, "t" * 200
    elsewhere(pitch=theirs)
    assert window.save(pitch=mine) == 409
    assert window.settle(keep_pitch="both") == 422
    assert "403 characters" in window.answer.content.decode()
    shown = window.shown()
    assert (shown["title"], shown["pitch"], shown["language"]) == (
        "Cargo bikes",
        f"{theirs} / {mine}",
        idea.language,
    )
    assert window.save(pitch=f"{theirs} / m") == 302
    draft = queries.draft_of(idea)
    assert (draft.title, draft.pitch) == ("Cargo bikes", f"{theirs} / m")


def test_a_text_too_long_for_its_spaces_alone_is_kept_beside_one_that_moves_on(
    client, idea, author, elsewhere
):
    window = Window(client, idea, author, 1)
    elsewhere(title="Theirs")
    assert window.save(title="Mine") == 409
    elsewhere(title="Theirs, longer")
    assert window.settle(title="Mine" + " " * 130, keep_title="both") == 409
    assert window.settle(keep_title="both") == 302
    assert queries.draft_of(idea).title == "Theirs, longer / Mine"


def test_a_stale_page_saved_again_puts_back_nothing_that_was_not_changed_on_it(
    client, idea, author, elsewhere
):
    window = Window(client, idea, author, 2)
    elsewhere(problem="theirs", concerned="they")
    assert window.save(problem="mine") == 409
    assert window.save(problem="theirs") == 302
    assert queries.draft_of(idea).concerned == "they"


def test_the_form_below_a_choice_does_not_save_over_the_other_text_unasked(met, idea):
    assert met.save(problem="mine, longer") == 409
    assert queries.draft_of(idea).problem == "theirs"
    assert met.settle(keep_problem="both") == 302
    assert queries.draft_of(idea).problem == "theirs\n\nmine, longer"
