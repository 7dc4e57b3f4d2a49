"""What may be written: pure rules, over any text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ideas.drafting import rules, wording
from ideas.drafting.models import Draft

texts = st.text(max_size=400)


CONTROLS = [chr(number) for number in (*range(9), *range(14, 32), 127)]


@given(texts)
def test_a_kept_text_is_stable_and_loses_nothing(typed):
    kept = rules.clean_text(typed, 2000)
    if set(CONTROLS) & set(typed):
        assert kept == rules.Problem("control")
        return
    assert rules.clean_text(kept, 2000) == kept
    lines = typed.replace("\r\n", "\n")
    for end in "\r\x0b\x0c":
        lines = lines.replace(end, "\n")
    assert kept == unicodedata.normalize("NFC", lines)


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_character_is_refused_with_its_reason(control):
    problem = rules.clean_text(f"avant{control}après", 2000)
    assert problem == rules.Problem("control")
    assert "invisible" in wording.problem("title", problem)


def test_line_ends_of_word_processors_are_line_ends():
    assert rules.clean_text("un\x0bdeux\x0ctrois", 2000) == "un\ndeux\ntrois"


@given(texts)
def test_a_title_is_one_line_within_its_limit(typed):
    kept = rules.clean_text(typed, 120, one_line=True)
    assert isinstance(kept, rules.Problem) or (len(kept) <= 120 and len(kept.splitlines()) <= 1)


@pytest.mark.parametrize(
    "typed",
    ["👩‍👩‍👧 équipe", "مرحبا \u202eabc", "=HYPERLINK(1)", "+33 6", "a\tb", "ligne\n\nligne", "\u200b"],
)
def test_emoji_right_to_left_formulas_and_marks_stay(typed):
    assert rules.clean_text(typed, 300) == unicodedata.normalize("NFC", typed)


def test_composing_is_measured_after():
    assert rules.clean_text("e\u0301" * 120, 120) == "é" * 120
    assert rules.clean_text("a" + "\u0301" * 100_000, 300) == rules.Problem("too_long", 300, 100_001)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("", None), ("0", 0), (" 1 500 € ", 1500), ("18\u202f400", 18400), ("1'000", 1000), (12, 12)],
)
def test_numbers_as_people_write_them(typed, kept):
    assert rules.clean_number(typed) == kept


@pytest.mark.parametrize("typed", ["-1", "1.5", "1e3", "٣", "dix", "1" * 13])
def test_other_numbers_are_refused(typed):
    assert rules.clean_number(typed) == rules.Problem("not_a_number")


def test_what_is_missing_is_told_field_by_field():
    assert [one.field for one in rules.missing(Draft())] == list(rules.REQUIRED)
    whole = Draft(**dict.fromkeys(rules.TEXTS, "texte"), in_mission=False)
    assert rules.missing(whole) == []
    whole.problem = " \n"
    assert rules.missing(whole) == [rules.Missing("problem", "missing.problem")]


fields = st.sampled_from(["problem", "proposal", "pitch"])
pages = st.sampled_from(["", "one", "two"])


@given(st.dictionaries(fields, st.sampled_from("abc")), st.integers(0, 4), pages, st.booleans())
def test_a_merge_keeps_each_text_or_shows_both(values, version, token, knows):
    current = {"problem": "a", "proposal": "b", "pitch": "c"}
    touched = {"problem": [3, "one"], "proposal": [2, "two"]}
    seen = {field: rules.mark("x") for field in current} if knows else {}
    merged = rules.merge(values, current, touched, rules.Page(version, token, seen))
    for field, mine in values.items():
        if mine == current[field]:
            assert field not in merged.changes | merged.meetings
            continue
        at, page = touched.get(field, (1, ""))
        assert (field in merged.changes) != (field in merged.meetings)
        if field in merged.changes:
            assert at <= version or page == token
        else:
            assert merged.meetings[field] == (mine, current[field])


@pytest.mark.parametrize("state", ["draft", "live", "held", "stopped", "withdrawn", "precedent"])
@pytest.mark.parametrize("holder", ["author", "team", "panel"])
@pytest.mark.parametrize("role", ["author", "co_author", "helper", "coach"])
def test_who_writes_when(state, holder, role):
    expected = role != "coach" and (state == "draft" or (state in ("live", "held") and holder == "author"))
    assert rules.may_write(state, holder, role) == expected
