"""The public record: replayed alone it gives what the full record gives, and nobody can be read in it."""

import copy
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from incubator.events.rules import sha256
from incubator.lib.masks import MASK
from tests.briefs import records
from tests.gates.rules.records import ABSTAIN, GO, IF, NOT, record, vote
from tests.gates.rules.test_properties import TABLES
from tests.gates.rules.test_properties import records as any_record
from workflows.briefs import public
from workflows.briefs.public import Origin, differences, public_record, replayed
from workflows.briefs.record import BriefRecord, Comparison, Letterhead, Opinion
from workflows.gates import rules

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "fixtures" / "schemas" / "public_record.json").read_text())
VALID = Draft202012Validator(SCHEMA)
CORRECTED = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
ORIGIN = Origin("ideas", 3, ("4b6d5f6e", 2), "dga", "", "ab" * 32, "5a" * 32)


def published(frozen: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """As it comes out of the file."""
    return json.loads(public.as_bytes(public_record(records.selection(**changes), frozen, ORIGIN)))


def assert_replays(frozen: dict[str, Any]) -> None:
    """For each outcome that could have been decided; where none could, nothing is ever published."""
    before = copy.deepcopy(frozen)
    found, choices = rules.opinion(frozen), rules.permitted(frozen)
    for choice in choices:
        record = published(frozen, outcome=choice.outcome, departs=choice.departs)
        again = replayed(record)
        assert again.opinion == found
        assert again.permitted == choices
        assert differences(record) == []
        assert not list(VALID.iter_errors(record))
    assert frozen == before


@given(any_record)
def test_the_public_record_replays_like_the_full_one(frozen: dict[str, Any]) -> None:
    assert_replays(frozen)


def compared(frozen: dict[str, Any], result: str) -> dict[str, Any]:
    found = {"session": "a", "result": result, "rank": 2, "places": 3, "held_on": "2026-11-02", "seats": []}
    return frozen | {"comparison": found}


seats = st.lists(
    st.builds(
        lambda choice, scores, answers: {
            "choice": choice,
            "scores": {} if choice == "abstain" else scores,
            "must_meets": {key: {"answer": answer, "reason": "Non."} for key, answer in answers.items()},
        },
        st.sampled_from(rules.CHOICES),
        st.fixed_dictionaries(
            {
                key: st.integers(0, 4).map(lambda level: {"level": level}) | st.just({"not_applicable": True})
                for key in ("value", "novelty")
            }
        ),
        st.dictionaries(st.just("safe"), st.sampled_from(rules.ANSWERS)),
    )
    | st.none(),
    min_size=1,
    max_size=9,
)


@given(seats, st.integers(0, 8), st.sampled_from(["", "selected", "waiting", "not_selected", None]))
def test_so_it_does_with_answers_of_each_seat_apart_and_in_a_session(
    given_: list[dict[str, Any] | None], chair: int, result: str | None
) -> None:
    frozen = record(*given_, chair=chair, gate="G1")
    assert_replays(frozen if result is None else compared(frozen, result))


def decidable(frozen: dict[str, Any]) -> bool:
    return bool(rules.permitted(frozen))


@pytest.mark.parametrize("frozen", [row for row in TABLES if decidable(row)])
def test_so_does_every_case_of_the_tables(frozen: dict[str, Any]) -> None:
    assert_replays(frozen)


def test_an_incomplete_opinion_is_never_published() -> None:
    with pytest.raises(ValueError, match="incomplete"):
        published(record(GO))


def test_the_chair_shows_only_where_the_result_took_something_from_that_vote() -> None:
    def casting(*votes: dict[str, Any], chair: int = 0, **changes: Any) -> dict[str, Any]:
        return published(record(*votes, chair=chair, **changes))["panel"]["casting_vote"]

    nothing = {"for_it": None, "go": None}
    assert casting(GO, GO, NOT) == nothing
    assert casting(IF, GO, GO, ABSTAIN) == nothing
    assert casting(GO, GO, NOT, NOT) == {"for_it": True, "go": None}
    assert casting(GO, GO, NOT, NOT, chair=2) == {"for_it": False, "go": None}
    assert casting(GO, IF, NOT, NOT) == {"for_it": True, "go": True}
    assert casting(GO, IF, ABSTAIN) == {"for_it": None, "go": True}
    assert casting(GO, IF, ABSTAIN, chair=2) == {"for_it": None, "go": False}
    low = [vote("go", 0), vote("go", 0), vote("not_now", 0), vote("not_now", 0)]
    assert casting(*low) == nothing, "below the threshold the chair decides nothing"
    unsafe = [vote("go", safe="no"), vote("go", safe="no"), NOT, vote("not_now", safe="no")]
    assert casting(*unsafe) == nothing


def test_which_seats_gave_which_answers_cannot_be_told() -> None:
    """Two panels whose members differ in everything but the sums have one and the same public record."""

    def one(choice: str, value: int, novelty: int) -> dict[str, Any]:
        scores = {"value": {"level": value}, "novelty": {"level": novelty}}
        return vote(choice) | {"scores": scores}

    first = record(one("go", 4, 1), one("go", 3, 2), one("not_now", 2, 4), elsewhere=0)
    second = record(one("not_now", 4, 2), one("go", 2, 1), one("go", 3, 4), elsewhere=2)
    said = [published(frozen) for frozen in (first, second)]
    assert said[0].pop("commitment") != said[1].pop("commitment")
    assert said[0] == said[1]


def test_nothing_of_a_seat_a_person_or_a_comment_is_in_it() -> None:
    named = record(GO, IF, NOT)
    for place, seat in enumerate(named["seats"]):
        seat |= {"seat": f"seat-{place}", "person": f"person-{place}", "cast_by": f"deputy-{place}"}
        seat["vote"] = seat["vote"] | {
            "to_panel_sha256": f"comment-{place}",
            "conditions": [{"text": f"condition-{place}", "due_on": "2027-01-01"}],
            "must_meets": {"safe": {"answer": "yes", "reason": f"because-{place}"}},
        }
    said = public.as_bytes(public_record(records.selection(), named, ORIGIN)).decode()
    for word in ("seat-", "person-", "deputy-", "comment-", "condition-", "because-", ORIGIN.salt):
        assert word not in said, word
    for printed in ("Marchetti", "Ferrand", "Kerval", "finances", "16:40", "15:40", "Jardins"):
        assert printed not in said, printed


def test_each_text_printed_has_its_fingerprint_and_its_place() -> None:
    found = dict(public.texts_of(records.selection()))
    assert found["reasons"].startswith("Le besoin est réel")
    assert found["conditions/2/owner"] == "Nadia Ferrand, direction de l’éducation"
    assert found["criteria/1/reason"] == records.WHY["severity"]
    assert found["decider/name"] == "Hélène Marchetti-Roux"
    assert found["decider/since"] == "2026-03-02"
    assert not {"outcome", "number", "gate", "round_sha256", "opinion/result"} & set(found)
    said = {row["where"]: row["sha256"] for row in published(record(GO, GO, GO))["texts"]}
    assert said.keys() == found.keys()
    assert said["title"] == sha256(records.selection().title)


def every_kind() -> dict[str, BriefRecord]:
    """Briefs that between them say something at each place."""
    second = records.LEAD.__class__(
        **vars(records.LEAD) | {"until": date(2027, 1, 1), "on_behalf_of": "Ali Ben"}
    )
    letterhead = Letterhead("Ville", "Programme", "1 place", "ab" * 32, "#123456")
    session = Comparison(date(2026, 11, 2), "waiting", rank=2, waiting=1, places=3)
    return {
        "selection": records.selection(
            letterhead=letterhead,
            serial="2026/17",
            replaces="2026/1",
            correction="Faux.",
            corrected_at=CORRECTED,
        ),
        "departing": records.departing_stop(),
        "admissibility": records.admissibility(
            second=second, outcome="merge", merged_into="2026-0150", opening="Oui"
        ),
        "rework": records.selection(
            gaps=("Chiffrer",), author_due_on=date(2026, 12, 1), address="https://x/verify/y"
        ),
        "hold": records.selection(
            hold_until=date(2027, 3, 1), hold_condition="Le budget.", comparison=session
        ),
        "masked": records.selection(content_sha256=MASK),
    }


@pytest.mark.parametrize("kind", every_kind())
def test_every_word_of_a_brief_is_in_its_public_record_or_has_its_fingerprint_there(kind: str) -> None:
    frozen = compared(record(GO, GO, NOT, gate="G1"), "waiting")
    found = rules.opinion(frozen)
    printed = every_kind()[kind]
    if printed.opinion is not None:
        opinion = vars(printed.opinion) | {"result": found.result, "score": found.score}
        printed = replace(printed, opinion=Opinion(**opinion))
    printed = replace(printed, round_sha256=public.commitment(frozen, ORIGIN.salt), public_sha256="cd" * 32)
    said = public_record(printed, frozen, ORIGIN)
    hashed = {row["where"]: row["sha256"] for row in said["texts"]}
    plain = leaves(said)
    for where, text in leaves(printed.as_data()).items():
        if where == "public_sha256":
            continue  # no record says its own
        form = re.sub(r"\b\d+\b", "*", where)
        place = public.IN_CLEAR.get(form, "")
        if where in hashed:
            assert hashed.pop(where) == sha256(text), where
        else:
            number = re.search(r"\d+", where)
            assert plain[place.replace("*", number[0] if number else "")] == text, where
    assert not hashed, "nothing has a fingerprint that is not in the brief"


def test_between_them_the_briefs_read_above_say_something_everywhere() -> None:
    """Else a place that is new would be read by no test."""
    said = {
        re.sub(r"\b\d+\b", "*", where) for one in every_kind().values() for where in leaves(one.as_data())
    }
    assert said >= set(public.IN_CLEAR)
    names = {place.partition("/")[0] for place in said}
    texts = {
        name for name, value in vars(every_kind()["selection"]).items() if not isinstance(value, bool | int)
    }
    assert texts - names == {"public_sha256"}


def leaves(value: Any, *where: str) -> dict[str, str]:
    """Each text that is not empty, by its place."""
    if isinstance(value, str):
        return {"/".join(where): value} if value else {}
    inside = (
        value.items() if isinstance(value, dict) else enumerate(value, 1) if isinstance(value, list) else ()
    )
    return {place: text for name, item in inside for place, text in leaves(item, *where, str(name)).items()}


def test_a_record_that_was_changed_differs() -> None:
    whole = published(record(GO, GO, NOT), outcome="go")

    def changed(change: Any) -> list[str]:
        other = copy.deepcopy(whole)
        change(other)
        return differences(other)

    assert changed(lambda one: None) == []
    assert changed(lambda one: one["panel"]["votes"].update(not_now=3)) == [
        "opinion",
        "permitted",
        "decision",
    ]
    assert changed(lambda one: one["panel"]["criteria"]["value"].update(levels=[0, 0, 0])) == [
        "opinion",
        "permitted",
        "decision",
    ]
    assert changed(lambda one: one["panel"].update(quorum=False)) == ["opinion"]
    assert changed(lambda one: one["decision"].update(departs=True)) == ["decision"]
    assert changed(lambda one: one["inputs"]["facts"].update(plan=False)) == [
        "opinion",
        "permitted",
        "decision",
    ]
    assert changed(lambda one: one["panel"]["criteria"]["value"].update(levels=[1] * 9)) == ["unreadable"]
    assert changed(lambda one: one.update(schema="urn:other")) == ["unreadable"]
    assert differences({}) == ["unreadable"]


def test_the_commitment_opens_with_the_salt_and_with_that_alone() -> None:
    frozen = record(GO, GO, NOT)
    said = published(frozen)["commitment"]
    assert public.commitment(frozen, ORIGIN.salt) == said
    assert public.commitment(frozen, "00" * 32) != said
    assert public.commitment(record(GO, NOT, GO), ORIGIN.salt) != said


def test_the_schema_is_sound_and_knows_its_name() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == public.SCHEMA
    whole = published(record(GO, GO, NOT))
    for extra in ({"person": "x"}, {"seats": []}):
        assert list(VALID.iter_errors(whole | extra))
    whole["panel"]["criteria"]["value"]["levels"] = [5]
    assert list(VALID.iter_errors(whole))


def test_how_many_events_led_to_a_decision_is_not_told() -> None:
    whole = published(record(GO, GO, NOT), outcome="go")
    assert whole["chain"] == {"head": ORIGIN.head}
    VALID.validate(whole)
    assert list(VALID.iter_errors(whole | {"chain": {"sequence": 7, "head": ORIGIN.head}}))


def test_a_record_of_another_version_is_not_read_as_this_one() -> None:
    whole = published(record(GO, GO, NOT), outcome="go")
    assert differences(whole) == []
    for version in ("1", "3"):
        other = whole | {"schema": f"urn:travee:public-record:{version}"}
        assert differences(other) == ["unreadable"]
        assert list(VALID.iter_errors(other))


def test_a_gate_without_a_panel_and_one_with_dates() -> None:
    frozen = record(seats=0, answers={"safe": "yes"})
    said = published(frozen, outcome="hold", hold_until=date(2027, 3, 1), opinion=None, criteria=())
    assert said["panel"] is None
    assert said["opinion"]["result"] == "none"
    assert said["decision"]["hold_until"] == "2027-03-01"
    assert differences(said) == []
    VALID.validate(said)
