"""The opinion: what a seat answers."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from incubator.lib.forms import ChoiceText, Day, Votes
from incubator.lib.refusals import Invalid
from workflows.gates import wording
from workflows.gates.forms.shown import NOT_APPLICABLE, Judgement, Score, Shown, text
from workflows.gates.forms.typed import Typed
from workflows.gates.models import Vote
from workflows.gates.rules import CHOICES

LINKS = ("none", "recognised", "aside")


@dataclass
class Answers:
    """A posted opinion, in the shapes that `actions.vote` takes."""

    links: str = ""
    choice: str = ""
    must_meets: dict[str, dict[str, str]] = field(default_factory=dict)
    scores: dict[str, dict[str, Any]] = field(default_factory=dict)
    conditions: list[dict[str, str]] = field(default_factory=list)
    comment_to_authors: str = ""
    comment_to_panel: str = ""
    content_version: int = 0
    refusal: Invalid | None = None


def answers_of(data: QueryDict) -> Answers:
    """Read a posted opinion; `refusal` is set when something cannot be kept as typed. No query."""
    typed = Typed(data)
    version = typed.text("content_version", 9)
    found = Answers(
        links=data.get("links", ""),
        choice=data.get("choice", ""),
        must_meets=must_meets_of(typed),
        scores={key: _score(typed.text(name, 20)) for key, name in typed.named("score_")},
        conditions=[
            {
                "text": typed.text(f"condition_{row}_text", 500),
                "due_on": typed.text(f"condition_{row}_due", 40),
            }
            for row in range(typed.rows("condition", "text"))
        ],
        comment_to_authors=typed.text("comment_to_authors"),
        comment_to_panel=typed.text("comment_to_panel"),
        content_version=int(version) if version.isascii() and version.isdigit() else 0,
    )
    found.conditions = [row for row in found.conditions if row["text"] or row["due_on"]]
    if found.links not in LINKS:
        typed.problems["links"] = _("Say whether you have a link: it comes before everything else.")
    try:
        typed.check()
    except Invalid as refusal:
        found.refusal = refusal
    return found


def must_meets_of(typed: Typed) -> dict[str, dict[str, str]]:
    """The answers to must-meets: `must_meet_<key>` and `must_meet_<key>_reason`."""
    # A reason is sent without an answer too; no key ends as a reason's name does.
    keys = dict.fromkeys(key.removesuffix("_reason") for key, _name in typed.named("must_meet_"))
    return {
        key: {
            "answer": typed.text(f"must_meet_{key}", 20),
            "reason": typed.text(f"must_meet_{key}_reason", 2000),
        }
        for key in keys
    }


def _score(typed: str) -> dict[str, Any]:
    if typed == NOT_APPLICABLE:
        return {"not_applicable": True}
    return {"level": int(typed)} if typed.isascii() and typed.isdigit() and len(typed) == 1 else {}


class VoteChoice(Votes):
    """The three votes as large choices, the abstention below them."""

    template_name = "gates/vote_choice.html"


class VoteForm(Shown):
    """The opinion page's form for the frozen rules of a round."""

    stands_for = {"conditions": "condition_0_text"}

    def __init__(self, *args: Any, rules: dict[str, Any], rows: int = 1, **more: Any) -> None:
        super().__init__(*args, **more)
        self.rules, self.rows = rules, max(rows, 1)
        fields = self.fields
        fields["content_version"] = forms.CharField(widget=forms.HiddenInput)
        fields["links"] = forms.ChoiceField(
            label=_(
                "If you recognise the team or have a link, say so: it is recorded, not held against you."
            ),
            widget=forms.RadioSelect,
            choices=[
                ("none", ChoiceText(_("I recognise nobody and know of no link"))),
                (
                    "recognised",
                    ChoiceText(
                        _("I think I recognise someone, and have no link"),
                        _("You go on; the lead sees that you said so."),
                    ),
                ),
                (
                    "aside",
                    ChoiceText(
                        _("I have a link: I step aside"),
                        _("Your seat goes to a substitute. You give no details."),
                    ),
                ),
            ],
        )
        add_must_meets(self, rules)
        for number, rule in enumerate(rules.get("criteria", []), 1):
            levels = wording.guidance(rule)
            fields[f"score_{rule['key']}"] = forms.ChoiceField(
                label=f"{number}. {wording.said(rule)}",
                widget=Score(ends=(levels[0], levels[-1]) if levels else None, guidance=levels),
                choices=[(str(level), str(level)) for level in range(5)]
                + [(NOT_APPLICABLE, _("Does not apply to this idea"))],
            )
        fields["choice"] = forms.ChoiceField(
            label=_("Your vote"),
            widget=VoteChoice,
            choices=[(choice, ChoiceText(*wording.VOTES[choice])) for choice in CHOICES],
        )
        for row in range(self.rows):
            numbered = {"number": row + 1}
            fields[f"condition_{row}_text"] = forms.CharField(
                label=_("Condition %(number)s") % numbered, required=False, max_length=500
            )
            fields[f"condition_{row}_due"] = forms.DateField(
                label=_("To be met by (condition %(number)s)") % numbered, required=False, widget=Day
            )
        fields["comment_to_authors"] = text(
            _("Advice to the team"),
            hint=_(
                "The team reads it after the decision, without your name. With “not now”, say what is missing."
            ),
        )
        fields["comment_to_panel"] = text(
            _("Remark for the panel and the person who decides"), hint=_("Never shown to the team.")
        )

    @property
    def must_meets(self) -> list[tuple[BoundField, BoundField]]:
        return judgement_fields(self)

    @property
    def scores(self) -> list[tuple[BoundField, str]]:
        """Each criterion's field with its weight in words."""
        return [
            (self[f"score_{rule['key']}"], wording.weight(rule)) for rule in self.rules.get("criteria", [])
        ]

    @property
    def condition_rows(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"condition_{row}_text"], self[f"condition_{row}_due"]) for row in range(self.rows)]


def add_must_meets(form: Shown, rules: dict[str, Any]) -> None:
    """Fields for the judgements of these rules, each with its reason."""
    for rule in judgements(rules):
        name = f"must_meet_{rule['key']}"
        form.fields[name] = forms.ChoiceField(
            label=wording.said(rule), help_text=wording.hint(rule), widget=Judgement
        )
        form.fields[name].widget.choices = list(wording.ANSWERS.items())
        form.fields[f"{name}_reason"] = forms.CharField(
            label=_("If no: why not (%(must_meet)s)") % {"must_meet": wording.said(rule)},
            required=False,
            max_length=2000,
        )


def judgements(rules: dict[str, Any]) -> list[dict[str, Any]]:
    return [rule for rule in rules.get("must_meet", []) if rule["kind"] == "judgement"]


def judgement_fields(form: Any) -> list[tuple[BoundField, BoundField]]:
    """(answer, reason) of each judgement, for the template."""
    names = [f"must_meet_{rule['key']}" for rule in judgements(form.rules)]
    return [(form[name], form[f"{name}_reason"]) for name in names]


def initial_of(vote: Vote | None, content_version: int) -> dict[str, Any]:
    """What the page shows at first: the vote in force, if there is one."""
    initial: dict[str, Any] = {"content_version": content_version}
    if vote is None:
        return initial
    initial |= {"choice": vote.choice, "links": "recognised" if vote.recognises else "none"}
    initial |= {"comment_to_authors": vote.comment_to_authors, "comment_to_panel": vote.comment_to_panel}
    for key, given in vote.must_meets.items():
        initial |= {f"must_meet_{key}": given["answer"], f"must_meet_{key}_reason": given["reason"]}
    for key, score in vote.scores.items():
        initial[f"score_{key}"] = NOT_APPLICABLE if score.get("not_applicable") else str(score["level"])
    for row, condition in enumerate(vote.conditions):
        initial |= {f"condition_{row}_text": condition["text"], f"condition_{row}_due": condition["due_on"]}
    return initial
