"""An opinion as a page shows it: in words and figures, never with who answered what."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext

from incubator.events.rules import sha256
from incubator.lib import words
from workflows.gates import rules, wording
from workflows.gates.models import Vote

# Lowest and highest level this far apart: the panel disagrees.
FAR_APART = 3


def far_apart(record: Mapping[str, Any]) -> list[str]:
    """The criteria on which the panel disagrees: lowest and highest level three apart or more."""
    found = rules.criteria(record).items()
    return [key for key, item in found if item.levels and item.levels[-1] - item.levels[0] >= FAR_APART]


def shown(record: Mapping[str, Any]) -> dict[str, Any]:
    """Result, figures, must-meets, criteria and proposed conditions of a record. A pure function of it."""
    found = rules.opinion(record)
    configured = record["rules"]
    return {
        "result": found.result,
        "title": str(wording.OPINIONS[found.result]),
        "binding": configured.get("opinion") == "binding",
        "missing": [wording.missing(code, record, found) for code in found.missing],
        "figures": _figures(found, configured),
        "tags": _tags(found),
        "casting_vote": found.casting_vote and found.result not in ("incomplete", "none"),
        "must_meets": [_must_meet(key, item, record) for key, item in found.must_meets.items()],
        "criteria": [_criterion(key, item, configured) for key, item in found.criteria.items()],
        "apart": [wording.criterion_label(key, configured) for key in far_apart(record)],
        "threshold": configured.get("threshold"),
        "conditions": proposed_conditions(record),
        "reads_facts": any(item.kind == "fact" for item in found.must_meets.values()),
        # Where nobody sits, whoever decides answers what no record can.
        "to_answer": found.result == "none" and any(map(_is_unanswered, found.must_meets.values())),
        "blocked": [wording.must_meet_label(key, configured) for key in rules.blocked_facts(record)],
    }


def _figures(found: rules.Opinion, configured: Mapping[str, Any]) -> list[dict[str, Any]]:
    figures = []
    if found.score is not None:
        figures.append(
            {
                "term": gettext("Weighted score"),
                "figure": words.number(float(found.score), 2),
                "detail": gettext("of 4; threshold %(threshold)s")
                % {"threshold": words.short_number(configured.get("threshold", 0))},
            }
        )
    for choice in ("go", "go_if", "not_now"):
        count = found.votes[choice]
        figures.append(
            {
                "term": str(wording.VOTES[choice][0]),
                "figure": words.number(count),
                "detail": ngettext("vote", "votes", count),
            }
        )
    return figures


def _tags(found: rules.Opinion) -> list[dict[str, str]]:
    """Must-meets, quorum, diversity and abstentions, each as a word with its sign."""
    met = all(item.met for item in found.must_meets.values())
    facts = [
        (met, gettext("Must-meets: all met"), gettext("Must-meets: not all met")),
        (found.quorum, gettext("Quorum reached"), gettext("Quorum not reached")),
        (
            found.diversity,
            gettext("Another department has voted"),
            gettext("No other department has voted"),
        ),
    ]
    tags = [
        {"word": yes if good else no, "kind": "ok" if good else "stop", "sign": "check" if good else "alert"}
        for good, yes, no in facts
    ]
    if abstained := found.votes["abstain"]:
        said = ngettext("%(number)s abstention", "%(number)s abstentions", abstained)
        tags.append({"word": said % {"number": abstained}, "kind": "", "sign": ""})
    return tags


def _must_meet(key: str, item: rules.MustMeet, record: Mapping[str, Any]) -> dict[str, Any]:
    reasons = [
        vote["must_meets"].get(key, {}).get("reason", "")
        for seat in record["seats"]
        if (vote := seat["vote"]) and vote["must_meets"].get(key, {}).get("answer") == "no"
    ]
    judged = item.kind == "judgement" and bool(record["rules"].get("seats"))
    return {
        "key": key,
        "label": wording.must_meet_label(key, record["rules"]),
        "met": item.met,
        "counts": _counts(item) if judged else "",
        "fact": item.kind == "fact",
        "reasons": unordered(reason for reason in reasons if reason),
    }


def _is_unanswered(item: rules.MustMeet) -> bool:
    return item.kind == "judgement" and item.met is None


def _counts(item: rules.MustMeet) -> str:
    return gettext("%(yes)s yes, %(no)s no, %(cannot)s cannot tell") % {
        "yes": item.yes,
        "no": item.no,
        "cannot": item.cannot_tell,
    }


def _criterion(key: str, item: rules.Criterion, configured: Mapping[str, Any]) -> dict[str, Any]:
    levels = item.levels
    return {
        "label": wording.criterion_label(key, configured),
        "weight": wording.weight({"weight": item.weight}),
        "mean": words.number(float(item.mean), 2) if item.mean is not None else "",
        "mean_number": float(item.mean) if item.mean is not None else None,
        "low": levels[0] if levels else None,
        "high": levels[-1] if levels else None,
        "answers": len(levels),
    }


def proposed_conditions(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The conditions that votes propose, each once, in an order that tells nothing of the seats."""
    found: dict[str, date] = {}
    for seat in record["seats"]:
        for item in (seat["vote"] or {}).get("conditions", []):
            due_on = date.fromisoformat(item["due_on"])
            found[item["text"]] = min(due_on, found.get(item["text"], due_on))
    return [{"text": text, "due_on": found[text]} for text in unordered(found)]


def comments(votes: Sequence[Vote], *, for_panel: bool) -> dict[str, list[str]]:
    """What the votes say in words, unnamed: advice for the team, and, for the panel and who decides, remarks."""
    return {
        "to_authors": unordered(vote.comment_to_authors for vote in votes if vote.comment_to_authors.strip()),
        "to_panel": unordered(vote.comment_to_panel for vote in votes if vote.comment_to_panel.strip())
        if for_panel
        else [],
    }


def unordered(texts: Any) -> list[str]:
    """Texts in the order of their hashes, so that no two lists can be matched seat by seat."""
    return sorted(texts, key=sha256)
