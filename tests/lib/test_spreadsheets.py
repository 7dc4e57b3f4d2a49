"""No text of a person becomes a formula where a table is opened."""

import pytest

from incubator.lib.spreadsheets import as_text


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+33 6",
        "-2",
        "@SUM",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0=1",
        "\x1f=1",
        "\x00=1",
        "\t",
        "\uff1d1",
        "\uff20A",
        "\u200b=1",
        "\ufeff=1",
    ],
)
def test_what_could_be_a_formula_begins_with_an_apostrophe(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Un vélo", "1 = 1", "'=1", 12, "n°-3"])
def test_anything_else_stays_as_it_is(cell: object) -> None:
    assert as_text(cell) == str(cell)
