"""A must-meet and a criterion of one gate with the same key, as `evidence` at G2: each goes by its own words."""

from typing import Any

import pytest
from django.urls import reverse

from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast
from workflows.briefs import answers
from workflows.gates import explained, opinions
from workflows.gates.configuration import default_rules
from workflows.gates.forms.decisions import DecisionForm
from workflows.gates.models import Decision, GateRound
from workflows.gates.rules import opinion, permitted
from workflows.sessions.forms import criteria_of
from workflows.sessions.models import SessionIdea

MUST_MEET, CRITERION = "Des constats d’usagers sont joints", "Solidité des constats"
FACTS = {"pledge": True, "time_release": True, "budget_line": True, "plan": True}
TIED = {"evidence": "Un seul lieu.", "must_meet:evidence": "Aucun constat n’est joint."}


def voted(choice: str = "go", level: int = 1, answer: str = "no") -> dict[str, Any]:
    """A record of G2 with three votes; '' for an answer nobody gave."""
    rules = default_rules("G2")
    vote = steps.full_vote(rules, choice, level)
    vote["must_meets"] = {"evidence": {"answer": answer, "reason": ""}} if answer else {}
    seats = [{"chair": place == 0, "other_department": True, "vote": vote} for place in range(3)]
    return {"rules": rules, "seats": seats, "facts": FACTS, "reworks": 0}


def test_the_defaults_double_a_key() -> None:
    rules = default_rules("G2")
    assert all("evidence" in [row["key"] for row in rules[kind]] for kind in ("criteria", "must_meet"))


def test_the_opinion_names_each_by_its_words() -> None:
    found = opinions.shown(voted())
    assert MUST_MEET in [item["label"] for item in found["must_meets"]]
    assert next(item["label"] for item in found["criteria"]) == CRITERION
    assert opinions.shown(voted(answer=""))["missing"] == [
        f"Personne n’a répondu à «\u00a0{MUST_MEET}\u00a0»."
    ]


def test_what_blocks_is_a_must_meet() -> None:
    record = voted()
    record["rules"]["must_meet"] = [
        row | {"kind": "fact"} if row["key"] == "evidence" else row for row in record["rules"]["must_meet"]
    ]
    record["facts"] = FACTS | {"evidence": False}
    assert opinions.shown(record)["blocked"] == [MUST_MEET]
    assert any(MUST_MEET in said for said in explained.shown(record)["changes"])


def test_the_why_names_each_by_its_words() -> None:
    told = explained.shown(voted())
    assert MUST_MEET in [item["label"] for item in told["rules"]]
    assert CRITERION not in [item["label"] for item in told["rules"]]
    assert any(MUST_MEET in said for said in told["changes"])
    far = voted(answer="yes", level=2)
    assert any(CRITERION in said for said in explained.shown(far)["changes"])


def test_reasons_can_be_tied_to_each() -> None:
    record = voted()
    form = DecisionForm(gate="G2", rules=record["rules"], permitted=permitted(record))
    labels = {field.name: field.label for field in form.ties}
    assert labels["reason_evidence"] == CRITERION
    assert labels["reason_must_meet:evidence"] == MUST_MEET
    line = SessionIdea(round=GateRound(gate="G2", rules=record["rules"]))
    offered = dict(criteria_of(line))
    assert (offered["evidence"], offered["must_meet:evidence"]) == (CRITERION, MUST_MEET)


def test_a_brief_prints_each_reason_beside_its_own() -> None:
    record = voted()
    frozen = record | {"opinion": opinion(record).as_data()}

    def printed(tied: dict[str, str]) -> dict[str, str]:
        decision = Decision(criterion_reasons=tied)
        rows = [*answers.criteria(frozen, decision, "fr"), *answers.must_meets(frozen, decision, "fr")]
        return {row.label: row.reason for row in rows if row.reason}

    assert printed(TIED) == {CRITERION: TIED["evidence"], MUST_MEET: TIED["must_meet:evidence"]}
    # As decisions have it that were taken before a must-meet could be told from a criterion.
    assert printed({"evidence": "Un seul lieu."}) == {CRITERION: "Un seul lieu."}


@pytest.mark.django_db
def test_the_page_keeps_and_shows_both_reasons() -> None:
    round_ = stage.at_g1(cast := Cast())
    stage.all_vote(round_, "not_now")
    first = round_.rules["criteria"][0]
    round_.rules["criteria"] = [first | {"key": "opinions"}, *round_.rules["criteria"][1:]]
    round_.save()
    page = stage.signed_in(cast.dga)
    tied = {"reason_opinions": "Gêne peu.", "reason_must_meet:opinions": "L’avis du DPO manque."}
    sent = stage.written("stop", learning="Le besoin existe.", **tied)
    answer = page.post(reverse("decide", args=[round_.key]), sent)
    assert answer.status_code == 302, stage.texts(answer.content.decode())
    kept = Decision.objects.get(round=round_).criterion_reasons
    assert kept == {"opinions": "Gêne peu.", "must_meet:opinions": "L’avis du DPO manque."}
    said = stage.texts(page.get(reverse("decide", args=[round_.key])).content.decode())
    must_meet = next(row for row in round_.rules["must_meet"] if row["key"] == "opinions")
    assert f"{first['fr']} Gêne peu." in said
    assert f"{must_meet['fr']} L’avis du DPO manque." in said
