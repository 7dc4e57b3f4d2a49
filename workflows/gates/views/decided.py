"""A decision as it is read: before it is made, and afterwards."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import masked_row, shown
from ideas.drafting.masking.rules import masked_all
from ideas.drafting.models import TeamMember
from incubator.people.models import Person
from workflows.gates import opinions, queries, signing, wording
from workflows.gates.configuration import letter_of
from workflows.gates.models import Condition, Decision, GateRound
from workflows.gates.redirects import may_read_redirect
from workflows.gates.views.reading import (
    brief_links,
    heading,
    idea_in_brief,
    link,
    questions_read,
    reader,
)


def preview(
    decision: Decision, reader: Person, conditions: Sequence[tuple[str, Person, date]] | None = None
) -> dict[str, Any]:
    """What the author reads. `conditions`: those of a decision that is not written yet; owners of the team are
    called the team, whoever reads. Where the idea goes is told to those who may know it."""
    idea = decision.round.idea
    if conditions is None:
        conditions = [
            (item.text, item.owner, item.due_on)
            for item in decision.conditions.select_related("owner").order_by("due_on", "pk")
        ]
    # Whoever left the team too: a name among the conditions would tell who wrote the idea.
    team = (
        set(TeamMember.objects.filter(idea=idea).values_list("person_id", flat=True)) if conditions else set()
    )
    configured = decision.round.rules
    return {
        "outcome": wording.outcome_name(decision),
        "opening": wording.said(letter_of(decision.round.configuration, decision.outcome)),
        "reasons": decision.reasons,
        "ties": [
            {"label": wording.tied_label(key, configured), "text": text}
            for key, text in decision.criterion_reasons.items()
            if text
        ],
        "departs": decision.departs,
        "departure_reason": decision.departure_reason,
        "conditions": [
            {"text": text, "owner": _("the team") if owner.pk in team else str(owner), "due_on": due_on}
            for text, owner, due_on in conditions
        ],
        "gaps": decision.gaps,
        "author_due_at": decision.author_due_at,
        "hold_until": decision.hold_until,
        "hold_condition": decision.hold_condition,
        "learning": decision.learning,
        "goes_to": _goes_to(decision, reader),
        "next_steps": [
            wording.next_step(step, configured) for step in decision.next_steps if step in wording.NEXT_STEPS
        ],
    }


def _goes_to(decision: Decision, reader: Person) -> dict[str, str] | None:
    """The other idea of a merge, or whom a redirect hands the idea to; None for nothing, or nothing to be told."""
    target = decision.target
    if target is not None:
        number = _("Idea %(number)s") % {"number": target.reference}
        if not access().may_read(reader, target):
            return {"label": _("It goes on in"), "text": number, "url": ""}
        text = _("%(idea)s, “%(title)s”") % {"idea": number, "title": shown(target, reader).title}
        return {"label": _("It goes on in"), "text": text, "url": link("idea", target.key)}
    if decision.redirect_to and may_read_redirect(reader, decision):
        return {"label": _("Handed to"), "text": wording.redirected_to(decision), "url": ""}
    return None


def decided_page(request: HttpRequest, round_: GateRound) -> HttpResponse:
    """Outcome and reasons for whoever reads the idea; the opinion for the panel, who decided, the lead and the team."""
    person, idea = reader(request), round_.idea
    decision = Decision.objects.select_related(
        "decider",
        "second_signer",
        "on_behalf_of",
        "second_on_behalf_of",
        "round__configuration",
        "target",
        "redirect_service",
    ).get(round=round_)
    decision.round.idea = idea
    signers = (
        decision.decider_id,
        decision.second_signer_id,
        decision.on_behalf_of_id,
        decision.second_on_behalf_of_id,
    )
    on_panel = person.pk in signers or (round_.seats.filter(person=person, state="closed").exists())
    for_panel = on_panel or (roles.is_lead(idea, person) and not roles.was_ever_in_team(idea, person))
    in_team = not for_panel and roles.is_author(idea, person)
    opinion = None
    if round_.rules.get("seats") and round_.gate != "G0" and (for_panel or in_team):
        opinion = opinions.shown(round_.record or {})
        if not for_panel:
            # A no carries its reason to the decider, not to the team.
            opinion["must_meets"] = [item | {"reasons": []} for item in opinion["must_meets"]]
    brief = idea_in_brief(idea, person)
    passages = brief["passages"]
    comments = opinions.comments(queries.votes_of(round_), for_panel=for_panel) if opinion else None
    sees_names = access().sees_authors(person, idea)
    context = {
        "round": round_,
        "gate": heading(round_),
        "idea": brief,
        "decision": decision,
        "text": masked_all(preview(decision, person), passages),
        "capacity": wording.SIGNED_AS.get(decision.capacity, decision.capacity),
        "second_capacity": wording.SIGNED_AS.get(decision.second_capacity, decision.second_capacity),
        "opinion": masked_all(opinion, passages),
        "comments": masked_all(comments, passages),
        "questions": questions_read(round_, passages) if for_panel or in_team else [],
        **brief_links(decision, person),
        "conditions": [
            (link("condition", item.key), masked_row(item, ["text"], passages))
            for item in Condition.objects.filter(decision=decision).order_by("due_on", "pk")
        ],
        "sees_names": sees_names,
        "decider_is_named": sees_names or not signing.decider_points_to_team(decision),
        "second_is_named": sees_names or not signing.points_to_team(decision),
    }
    return render(request, "gates/decided.html", context)
