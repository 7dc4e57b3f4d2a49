"""The proof by mutants notices a branch that no table reaches, and a rule that no table holds."""

from pathlib import Path

import pytest

from bin.checks import mutants

RULE = "def is_enough(votes: int) -> bool:\n    return votes >= 3\n"
BRANCHES = "def sign(number: int) -> str:\n    if number < 0:\n        return '-'\n    return '+'\n"
HEAD = "import pytest\nfrom workflows.room.rules import *\n\n\n"
TABLE = """@pytest.mark.parametrize(("votes", "enough"), [%s])
def test_it(votes, enough):
    assert is_enough(votes) is enough
"""


def examined(root: Path, rule: str, table: str) -> int:
    for name, text in (("workflows/room/rules.py", rule), ("tests/room/test_rules.py", HEAD + table)):
        path = root / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    (root / "tests/room/test_properties.py").write_text("raise SystemError('is never run')\n")
    return mutants.examine(root, ["workflows/room/rules.py"], ["tests/room"])


@pytest.mark.prove
def test_a_table_that_holds_its_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert examined(tmp_path, RULE, TABLE % "(2, False), (3, True)") == 0
    assert capsys.readouterr().out == "branches: 0 reached of 0\nmutants: 2 killed of 2\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tests", "workflows"]


@pytest.mark.prove
def test_a_mutant_that_lives_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert examined(tmp_path, RULE, TABLE % "(2, False), (4, True)") == 1
    said = capsys.readouterr().out
    assert "+    return votes > 3" in said
    assert said.endswith("mutants: 0 killed of 2\n")


def test_a_branch_that_no_table_reaches_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert examined(tmp_path, BRANCHES, "def test_it():\n    assert sign(1) == '+'\n") == 1
    said = capsys.readouterr().out
    assert said.startswith("branches: 1 reached of 2\n")
    assert "workflows/room/rules.py" in said


def test_tables_that_fail_prove_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert examined(tmp_path, RULE, TABLE % "(2, True)") == 1
    assert "1 failed" in capsys.readouterr().out


def test_every_rule_and_table_named_is_there() -> None:
    for name in (*mutants.RULES, *mutants.TABLES, mutants.CHECKER, *mutants.CHECKER_TABLES):
        assert (mutants.ROOT / name).exists(), name
