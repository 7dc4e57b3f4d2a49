"""What the journey shows on “My work”: my ideas, and what was decided lately. One query each."""

from datetime import timedelta

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.access import access
from ideas.drafting.masking.queries import masked_copy, masked_on
from ideas.drafting.models import Idea, TeamMember
from incubator.inbox.sections import Section
from incubator.lib import clock, words
from incubator.people import rules
from incubator.people.models import Person
from workflows.gates.configuration import queries as configuration
from workflows.gates.models import Decision
from workflows.journey import portfolio, trail, wording

MOST = 8
LATELY = timedelta(days=7)


def my_ideas(person: Person) -> Section | None:
    """The ideas of my teams, those that move first."""
    mine = TeamMember.objects.filter(
        person=person, accepted_at__isnull=False, left_at=None, role__in=["author", "co_author"]
    )
    found = list(
        Idea.objects.filter(pk__in=mine.values("idea")).order_by(
            F("ended_at").desc(nulls_first=True), "-held_since"
        )[:MOST]
    )
    return Section("journey/my_ideas.html", {"rows": [_row(idea) for idea in found]}) if found else None


def decided_lately(person: Person) -> Section | None:
    """Decisions of the last seven days on ideas this person may read."""
    found = list(
        Decision.objects.filter(
            issued_at__gt=clock.now() - LATELY, round__idea__in=access().readable(person).values("pk")
        )
        .select_related("round__idea")
        .annotate(masked=masked_on(person, pk="round__idea"))
        .order_by("-issued_at")[:MOST]
    )
    ideas = [masked_copy(decision.round.idea, decision.masked) for decision in found]
    lines = [
        {
            "url": reverse("idea", args=[idea.key]),
            "label": idea.title,
            "detail": _decision_line(decision),
        }
        for decision, idea in zip(found, ideas, strict=True)
    ]
    return Section("journey/decided_lately.html", {"documents": lines}) if lines else None


def for_my_role(person: Person) -> Section | None:
    """What a role opens beside its work: the desk, rights and letterheads, how the programme works, and for the
    auditor what was looked at again."""
    roles = configuration.held_by(person)
    links = []
    if trail.AUDITOR in roles:
        detail = _("What teams asked to be looked at again, and why they were stopped, rule by rule")
        links.append(_link("reexaminations", _("Re-examinations"), detail))
        detail = _("From the page of an idea: every act in order, and the votes of closed rounds")
        links.append(_link("portfolio", _("The trail of each idea"), detail))
    if roles.keys() & set(rules.CODE_GIVERS):
        detail = _("For colleagues who arrive, or have lost their PIN or password")
        links.append(_link("desk", _("Hand over sign-in codes"), detail))
    if "hr_desk" in roles:
        detail = _("For who cannot, such as somebody suddenly ill; a deputy may stand in")
        links.append(_link("desk", _("Note a colleague’s absence"), detail))
    if person.is_superuser or rules.ADMINISTRATOR in roles:
        links.append(_link("roles", _("Roles"), _("Who has which role, and until when")))
        links.append(_link("mandates", _("Mandates"), _("Who decides by which delegation")))
        detail = _("The address, colour and logo at the head of each document")
        links.append(_link("letterheads", _("Letterhead"), detail))
        detail = _("When everything is closed, and whether the charter is signed")
        links.append(_link("entities", _("Closing days and charter"), detail))
    if any(roles.values()):
        detail = _("Its gates, criteria, delays and letters")
        links.append(_link("configurations", _("How the programme works"), detail))
    return Section("journey/for_my_role.html", {"links": links}) if links else None


def _link(name: str, label: str, detail: str) -> dict[str, str]:
    return {"url": reverse(name), "label": label, "detail": detail}


def _decision_line(decision: Decision) -> str:
    gate, day = decision.round.gate, decision.issued_at
    outcome = wording.outcome_words(gate, decision.outcome)
    parts = [wording.gate_words(gate), outcome, words.short_day(day) if day else ""]
    return " · ".join(filter(None, parts))


def _row(idea: Idea) -> dict[str, object]:
    if idea.state != "draft":
        return portfolio.row(idea)
    return {
        "url": reverse("idea-edit", args=[idea.key]),
        "title": idea.title or _("An idea without a title"),
        "stage": 1,
        "stage_name": str(wording.STATE_WORDS["draft"]),
        "detail": _("only the team can read it"),
        "side": _("Continue"),
        "side_url": reverse("idea-edit", args=[idea.key]),
    }
