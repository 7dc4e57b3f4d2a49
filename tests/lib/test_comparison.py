"""Two versions, piece by piece: nothing is lost on either side."""

from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from incubator.lib.comparison import Piece, pieces


@given(st.text(max_size=200), st.text(max_size=200))
def test_pieces_join_to_both_texts(old: str, new: str) -> None:
    found = pieces(old, new)
    assert "".join(piece.text for piece in found if piece.kind != "ins") == old
    assert "".join(piece.text for piece in found if piece.kind != "del") == new


def test_words_are_compared_not_letters() -> None:
    assert pieces("six bikes", "six cargo bikes") == [
        Piece("same", "six "),
        Piece("ins", "cargo "),
        Piece("same", "bikes"),
    ]


def test_long_texts_are_compared_in_time() -> None:
    started = perf_counter()
    old = "\n".join(f"line {number} of many" for number in range(3000))
    found = pieces(old, old.replace("line 7 ", "row 7 "))
    assert perf_counter() - started < 5
    assert [piece.text for piece in found if piece.kind != "same"] == ["line", "row"]
