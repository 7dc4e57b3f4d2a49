"""Search: any word, both languages, no accents, any input."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ideas.drafting.models import Idea, IdeaContent
from ideas.search import rules
from ideas.search.queries import close_to, search
from tests.factories import IdeaFactory

pytestmark = pytest.mark.django_db


def idea(title, problem="", language="fr"):
    made = IdeaFactory(live=True, title=title, pitch="", language=language)
    IdeaContent.objects.filter(idea=made).update(
        problem=problem, language=language, concerned="", proposal="", expected_effect=""
    )
    return made


def found(text, language="fr"):
    return [one.title for one in search(Idea.objects.all(), text, language)]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("ecole", "Rénover l’école"),
        ("ÉCOLES", "Rénover l’école"),
        ("l'école", "Rénover l’école"),
        ("oeuvres", "Prêter des œuvres"),
        ("velos", "Un vélo partagé"),
        ("runs", "Running shoes"),
        ("été", "Fermer plus tôt en été"),
        ("inconnu vélo", "Un vélo partagé"),
    ],
)
def test_stems_accents_and_any_word(typed, title):
    for name in ("Rénover l’école", "Prêter des œuvres", "Un vélo partagé", "Fermer plus tôt en été"):
        idea(name)
    idea("Running shoes", language="en")
    assert found(typed) == [title]


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("vélo", "vélos"),
        ("numéro", "numéros"),
        ("menu", "menus"),
        ("abri", "abris"),
        ("métro", "métros"),
        ("radio", "radios"),
        ("école", "écoles"),
        ("pneu", "pneus"),
        ("trou", "trous"),
        ("jeu", "jeux"),
        ("lieu", "lieux"),
        ("bateau", "bateaux"),
        ("tuyau", "tuyaux"),
        ("bijou", "bijoux"),
        ("journal", "journaux"),
        ("travail", "travaux"),
        ("festival", "festivals"),
        ("détail", "détails"),
    ],
)
def test_one_or_several_are_found_alike(one, many):
    for title in (one, many):
        idea(title)
    idea("Rien de tel")
    for typed in (one, many):
        assert set(found(typed)) == {one, many}, typed


@pytest.mark.parametrize("word", ["bus", "eau", "temps", "prix", "gaz", "deux", "12", "s", "日本"])
def test_a_word_is_looked_for_as_it_is_typed_too(word):
    assert word in rules.forms(word)


def test_small_words_find_nothing_by_themselves_beside_others():
    idea("Le four de la cantine")
    idea("Un vélo")
    assert found("un four à la cantine") == ["Le four de la cantine"]


def test_a_query_of_small_words_only_is_taken_as_it_is():
    assert rules.words("le la", "fr") == ["le", "la"]


def test_a_title_counts_more_than_a_problem():
    idea("Des bancs", problem="On attend le bus debout, sans vélo.")
    idea("Un vélo pour tous")
    assert found("vélo") == ["Un vélo pour tous", "Des bancs"]


def test_nothing_typed_leaves_the_list_and_no_word_finds_nothing():
    idea("Un vélo")
    assert found("  ") == ["Un vélo"]
    assert found("'\"&|!():*<->") == []


def test_a_draft_that_was_never_kept_is_not_found():
    IdeaFactory(title="Un vélo secret")
    assert found("secret") == []


def test_close_ideas_share_words():
    idea("Un vélo partagé")
    idea("Des bancs")
    draft = IdeaFactory(title="Vélos", pitch="")
    assert [one.title for one in close_to(Idea.objects.all(), draft)] == ["Un vélo partagé"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80), st.sampled_from(["fr", "en"]))
def test_any_input_is_safe(typed, language):
    list(search(Idea.objects.all(), typed, language))


@pytest.mark.parametrize(
    "typed",
    ["a" * 10_000, "mot " * 10_000, "\x00", "\ud800", "'; drop table ideas_idea; --", "a & b | !c <-> d:*"],
)
def test_long_and_hostile_input_is_safe(typed):
    list(search(Idea.objects.all(), typed, "fr"))


def test_search_is_one_query(django_assert_num_queries):
    for number in range(3):
        idea(f"Un vélo {number}")
    with django_assert_num_queries(1):
        assert len(found("vélo")) == 3
