"""Which words are masked: whole words, however they are written; a rule without database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ideas.drafting.masking.rules import Known, masked, masked_all, suggestions, tidy
from incubator.lib.masks import MASK, spoken, worded


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Anne Durand propose", "▇▇▇ propose"),
        ("ANNE DURAND, agente", "▇▇▇, agente"),
        ("Ânne  Dùrand", "▇▇▇"),
        ("Anne\u00a0Durand", "▇▇▇"),
        ("Anne-Durand et Anne\nDurand", "▇▇▇ et ▇▇▇"),
        ("**Anne** _Durand_ !", "**▇▇▇_ !"),
        ("Du\u00adrand, Durand\u0301", "▇▇▇, ▇▇▇"),
        ("_Durand_ (Durand)", "_▇▇▇_ (▇▇▇)"),
        ("Durandal et l’année", "Durandal et l’année"),
        ("d’Anne Durand", "d’▇▇▇"),
        ("a.durand@ville.fr", "▇▇▇"),
        ("matricule zq-47", "matricule ▇▇▇"),
        ("ZQ470", "ZQ470"),
        ("", ""),
    ],
)
def test_a_passage_is_found_however_it_is_written(text: str, read: str) -> None:
    passages = ["Durand", "Anne Durand", "a.durand@ville.fr", "ZQ 47"]
    assert masked(text, passages) == read


def test_nothing_marked_leaves_the_text_and_so_does_what_holds_no_letter() -> None:
    assert masked("Un vélo.", []) == "Un vélo."
    assert masked("Un vélo...", ["...", "  "]) == "Un vélo..."


def test_data_is_masked_in_depth_and_codes_and_dates_stay() -> None:
    data = {"a": ["Durand", 3, None], "b": {"c": "de Durand"}}
    assert masked_all(data, ["durand"]) == {"a": [MASK, 3, None], "b": {"c": f"de {MASK}"}}


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=8), max_size=4))
def test_what_is_masked_once_is_masked(text: str, passages: list[str]) -> None:
    once = masked(text, passages)
    assert masked(once, passages) == once


@given(
    st.text(alphabet="abé ", max_size=20),
    st.text(alphabet="abcdefgh", min_size=2, max_size=8),
    st.text(" .,_*("),
)
def test_no_whole_word_is_left(before: str, word: str, between: str) -> None:
    text = f"{before} {between}{word.upper()} {before}"
    left = masked(text, [word]).replace(MASK, " ").lower().replace("_", " ").replace("*", " ")
    assert word not in left.replace(".", " ").replace(",", " ").replace("(", " ").split()


def test_what_is_found_of_a_team_is_suggested_and_nothing_else() -> None:
    anne = Known("Anne", "Durand", "100200", "adurand@ville.fr", ("Voirie nord", "VN"))
    texts = ["Anne Durand, de la voirie nord, joint plan.pdf.", "Écrire à adurand."]
    found = suggestions([anne], ["plan.pdf", "autre.txt"], texts)
    assert found == ["Anne Durand", "Durand", "Anne", "adurand", "Voirie nord", "plan.pdf", "plan"]


def test_passages_are_read_one_a_line_each_once() -> None:
    assert tidy(" Anne  Durand \n\nanne durand\nVoirie") == ["Anne Durand", "Voirie"]


def test_a_mask_is_said_to_a_screen_reader_and_stays_out_of_what_is_sent_back() -> None:
    page = (
        f"<title>{MASK}</title><p aria-label='{MASK}'>de {MASK}</p>"
        f'<textarea>{MASK}</textarea><input value="{MASK}">'
    )
    said = spoken(page)
    assert said.count('aria-hidden="true"') == 1
    assert f"<textarea>{MASK}</textarea>" in said
    assert f'value="{MASK}"' in said
    assert MASK not in said.partition("</title>")[0]
    assert spoken("<p>rien</p>") == "<p>rien</p>"
    assert worded(f"Avis sur {MASK}") in ("Avis sur [masked]", "Avis sur [masqué]")
