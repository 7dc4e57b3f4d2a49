"""An explanation in words: each rule as it stood, and the least that would have changed the opinion. No seat in it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from incubator.lib import words
from workflows.gates import rules, wording


def shown(record: Mapping[str, Any], *, departs: bool = False) -> dict[str, Any]:
    """`rules`: `[{label, met, text}]`; `changes`: sentences that are all needed; a pure function of the record."""
    told = rules.explain(record)
    return {
        "title": str(wording.OPINIONS[told.opinion.result]),
        "panel": bool(record["rules"].get("seats")),
        "departs": departs,
        "rules": [_rule(rule, record["rules"]) for rule in told.rules],
        "changes": [_any_of(group, record["rules"]) for group in told.changes],
    }


def _rule(rule: rules.Rule, configured: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: words.number(value) for name, value in rule.values.items() if type(value) is int}
    label, text = {
        "quorum": lambda: (gettext("Quorum"), gettext("%(voted)s voted, %(needed)s needed") % said),
        "diversity": lambda: (gettext("Another department"), gettext("has to have voted")),
        "must_meet": lambda: (
            wording.must_meet_label(rule.key, configured),
            gettext("%(yes)s yes, %(no)s no, %(cannot)s cannot tell")
            % {"yes": said["yes"], "no": said["no"], "cannot": said["cannot_tell"]},
        ),
        "fact": lambda: (wording.must_meet_label(rule.key, configured), gettext("read from the record")),
        "majority": lambda: (gettext("Majority"), _majority(rule, said)),
        "threshold": lambda: (gettext("Weighted score"), _score(rule)),
        "place": lambda: (gettext("A place in the selection session"), _place(rule)),
    }[rule.code]()
    return {"label": label, "met": rule.met, "text": text}


def _majority(rule: rules.Rule, said: Mapping[str, str]) -> str:
    text = gettext("%(for)s for it, %(against)s against") % said
    return (
        f"{text}. {gettext('The votes were equal: the chair’s counted.')}" if rule.values["casting"] else text
    )


def _score(rule: rules.Rule) -> str:
    threshold = words.short_number(rule.values["threshold"])
    if rule.values["score"] is None:
        return gettext("no score; threshold %(threshold)s") % {"threshold": threshold}
    score = words.number(float(rule.values["score"]), 2)
    return gettext("%(score)s of 4; threshold %(threshold)s") % {"score": score, "threshold": threshold}


def _place(rule: rules.Rule) -> str:
    """Rank, places and means, as far as the session's record has them."""
    values = rule.values
    if values["result"] == "not_heard":
        return gettext("not among the ideas heard, the best opinions first")
    said = [gettext("%(rank)s in the order of the list") % {"rank": words.number(values["rank"])}]
    if values["places"] is not None:
        count = values["places"]
        said.append(
            ngettext("%(number)s place", "%(number)s places", count) % {"number": words.number(count)}
        )
    if values["mean"] is not None and values["least"] is not None:
        means = {name: words.number(float(values[name]), 2) for name in ("mean", "least")}
        said.append(gettext("mean %(mean)s of 4; the least with a place %(least)s") % means)
    return "; ".join(said)


def _any_of(group: list[rules.Change], configured: Mapping[str, Any]) -> str:
    return gettext(", or ").join(_change(change, configured) for change in group)


def _what(change: rules.Change, configured: Mapping[str, Any]) -> str:
    """The criterion whose levels, or the must-meet whose answers, would have had to be otherwise."""
    label = wording.criterion_label if change.code == "levels" else wording.must_meet_label
    return label(change.key, configured) if change.key else ""


def _change(change: rules.Change, configured: Mapping[str, Any]) -> str:
    count = change.count
    said = {
        "number": words.number(count),
        "what": _what(change, configured),
        "points": words.number(count / 100, 2),
    }
    found: str = {
        "voters": lambda: ngettext("%(number)s more vote", "%(number)s more votes", count),
        "elsewhere": lambda: gettext("a vote from another department"),
        "chair": lambda: gettext("a vote of the chair, for or against"),
        "answers": lambda: ngettext(
            "%(number)s answer more with yes to “%(what)s”",
            "%(number)s answers more with yes to “%(what)s”",
            count,
        ),
        "fact": lambda: gettext("“%(what)s” being met"),
        "votes": lambda: ngettext(
            "%(number)s vote for it instead of against",
            "%(number)s votes for it instead of against",
            count,
        ),
        "levels": lambda: ngettext(
            "%(number)s level more on “%(what)s”, all seats together",
            "%(number)s levels more on “%(what)s”, all seats together",
            count,
        ),
        "points": lambda: gettext("%(points)s more of the score: no criterion alone would have done it"),
        "heard": lambda: gettext("an opinion good enough to be among the ideas heard"),
        "mean": lambda: gettext(
            "%(points)s more of the mean in the room; between equals the tie rule decides"
        ),
        "freed": lambda: gettext("a place freed by another idea"),
        "fit": lambda: gettext("needs that fit into the places and the envelope"),
        "given_up": lambda: gettext("keeping the place it was given"),
    }[change.code]()
    return found % said
