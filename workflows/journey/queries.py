"""What the idea page shows, in a number of queries that does not grow with what it shows.

`passages` are those masked for a reader; an act, which reads for no reader, says so with `()`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import as_read_by, masked_row, shown
from ideas.drafting.masking.rules import masked
from ideas.drafting.models import Idea, Precedent, TeamMember
from ideas.drafting.queries import attached_to
from incubator.events.models import Event
from incubator.inbox import queries as inbox
from incubator.inbox.models import WorkItem
from incubator.lib import words
from incubator.lib.refusals import NotFound, Refusal
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.grants import mandates
from incubator.people.models import Person
from workflows.gates.leading import who_leads
from workflows.gates.models import Condition, Decision
from workflows.gates.redirects import may_read_redirect
from workflows.gates.rules import GO_ON
from workflows.journey import delays, trail, windows, wording
from workflows.journey.actions.merging import check_may_undo
from workflows.journey.models import Done, Hold, LearningNote, Merge, Reexamination

# What a decision says in words.
SAID = ("reasons", "departure_reason", "learning", "gaps", "hold_condition")
MOST_EVENTS = 60
MOST_SERVICES = 300


@dataclass
class Reader:
    """What one reader may see and do on one idea. `task`: theirs, or of someone absent the reader stands in for."""

    member: TeamMember | None
    sees_authors: bool
    task: WorkItem | None

    @property
    def is_author(self) -> bool:
        return self.member is not None and self.member.role == TeamMember.Role.AUTHOR

    @property
    def in_team(self) -> bool:
        return self.member is not None


def readable_idea(key: UUID, reader: Person, **also: Combinable) -> Idea:
    """The idea with its text as this person reads it, if they may. Raises NotFound, never saying which of the two.

    `also`: what else is to be known of it, as annotations.
    """
    found = (
        as_read_by(access().readable(reader), reader)
        .annotate(**also)
        .select_related(
            "programme__entity",
            "call",
            "content",
            "draft",
            "copied_from__precedent",
            "merged_into__programme__entity",
        )
        .filter(key=key)
        .first()
    )
    if found is None:
        raise NotFound(
            _("There is no such idea, or it is not open to you. Your list shows those you can read.")
        )
    return shown(found, reader)


def page_idea(key: UUID, reader: Person) -> Idea:
    """The same, with its files, with `names_hidden` and, from this reader, `authors_hidden`: as `access()` answers them
    one by one; with what `journey.delays` says of it; and `audited`, whether this reader audits its programme."""
    this = OuterRef("pk")
    return readable_idea(
        key,
        reader,
        **delays.known(),
        names_hidden=Exists(access().hidden_from(None).filter(pk=this)),
        authors_hidden=Exists(access().hidden_from(reader).filter(pk=this)),
        attached=attached_to("pk"),
        audited=trail.audits(reader),
    )


def team_of(idea: Idea) -> list[TeamMember]:
    """Everyone in the team now, the author first."""
    members = idea.team.filter(accepted_at__isnull=False, left_at=None).select_related("person")
    return sorted(members, key=lambda member: (member.role != "author", member.pk))


def reader_of(idea: Idea, person: Person, team: list[TeamMember]) -> Reader:
    """`idea`: as `page_idea` gives it."""
    member = next((item for item in team if item.person_id == person.pk), None)
    sees_authors = member is not None or not vars(idea)["authors_hidden"]
    return Reader(member, sees_authors, inbox.open_on(person, "idea", idea.key))


def decisions_of(idea: Idea, passages: Sequence[str]) -> list[Decision]:
    """Issued decisions, oldest first, with their rounds and open conditions; without the passages masked for a
    reader."""
    issued = Decision.objects.filter(round__idea=idea, issued_at__isnull=False).select_related("round")
    unmet = Condition.objects.filter(decision=OuterRef("pk"), met_at=None).order_by("pk")
    row = JSONObject(key="key", text="text", due_on="due_on")
    found = issued.annotate(unmet=ArraySubquery(unmet.values(row=row))).order_by("issued_at", "pk")
    return [masked_row(one, SAID, passages) for one in found]


def _has_conditions(decision: Decision) -> bool:
    return decision.outcome in GO_ON and decision.outcome != "go"


def history_of(idea: Idea, decisions: list[Decision]) -> list[dict[str, Any]]:
    """The public events, newest first; persons are never named."""
    by_key = {str(decision.key): decision for decision in decisions}
    events = Event.objects.filter(
        subject_kind="idea", subject_key=idea.key, verb__in=[*wording.HAPPENED, "decided"]
    ).exclude(verb="panel_seated", payload__gate__in=["L", "F", "G0", "G3"])
    # A gate without a panel has nobody to complete.
    events = events.order_by("-sequence")[:MOST_EVENTS]
    return [wording_of(event, by_key) for event in events]


def wording_of(event: Event, decisions: dict[str, Decision]) -> dict[str, Any]:
    when = words.moment(event.happened_at)
    decision = decisions.get(str(event.payload.get("decision", "")))
    if event.verb == "decided" and decision is not None:
        gate = decision.round.gate
        title = _("%(gate)s: %(outcome)s") % {
            "gate": wording.gate_words(gate),
            "outcome": wording.outcome_words(gate, decision.outcome),
        }
        text = f"{when} · {decision.reasons}"
        if decision.departs:
            departs = _("Departs from the panel’s opinion: %(reason)s") % {
                "reason": decision.departure_reason
            }
            text = f"{text} · {departs}"
        return {"title": title, "text": text, "gate": True}
    if event.verb == "imported":
        when = words.long_day(event.happened_at)  # its source gives no hour
    return {"title": str(wording.HAPPENED.get(event.verb, event.verb)), "text": when, "verb": event.verb}


def elsewhere_of(
    idea: Idea,
    person: Person,
    decisions: list[Decision],
    entries: list[dict[str, Any]],
    passages: Sequence[str],
) -> dict[str, Any]:
    """Where the idea goes on, which ideas go on in it, and why one went its own way again, as this person may read it.

    Asked only where the history says that there is something to tell. `passages`: masked for the reader of this idea.
    """
    found: dict[str, Any] = {
        "into": None,
        "taken_in": [],
        "undone": None,
        "handed_over": False,
        "may_undo": False,
    }
    if idea.merged_into is not None:
        found["into"] = shown(idea.merged_into, person)
        found["into_readable"] = access().may_read(person, idea.merged_into)
        found["may_undo"] = may_undo(idea, person)
        found["final"] = any(entry.get("verb") == "merge_final" for entry in entries)
    if any(entry.get("verb") == "idea_taken_in" for entry in entries):
        inside = as_read_by(access().readable(person), person).filter(merged_into=idea).order_by("number")
        found["taken_in"] = [shown(one, person) for one in inside.select_related("programme__entity")]
    if any(entry.get("verb") in UNDONE for entry in entries):
        last = Merge.objects.filter(Q(idea=idea) | Q(target=idea), undone_at__isnull=False)
        undone = last.order_by("-undone_at").first()
        found["undone"] = undone and masked_row(undone, ["undone_reasons"], passages)
    if idea.state == "redirected" and decisions:
        found["handed_over"] = may_read_redirect(person, decisions[-1])
    return found


UNDONE = ("idea_taken_out", "merge_undone")


def may_undo(idea: Idea, person: Person) -> bool:
    """Whether this person would be let undo the merge now."""
    try:
        check_may_undo(idea, idea.merged_into, Actor(person=person))
    except Refusal as refusal:
        # Most readers are no lead, and stand in for nobody: one statement tells.
        absent = refusal.code == "not_lead" and grants.stands_in_for(person).first()
        return bool(absent) and _may_undo_as_deputy(idea, person)
    return True


def _may_undo_as_deputy(idea: Idea, person: Person) -> bool:
    try:
        check_may_undo(idea, idea.merged_into, roles.acting_as(person, who_leads(idea)))
    except Refusal:
        return False
    return True


def hold_of(idea: Idea, passages: Sequence[str]) -> Hold | None:
    found = Hold.objects.filter(idea=idea, woken_at=None).first() if idea.state == "held" else None
    return found and masked_row(found, ["condition"], passages)


def author_asked(idea: Idea) -> TeamMember | None:
    """Who is asked to take over an idea without an author, and has not answered."""
    asked = idea.team.filter(role="author", accepted_at=None, declined_at=None, left_at=None)
    return asked.select_related("person").first()


def window_of(idea: Idea) -> Reexamination | None:
    """The last re-examination, open or answered; its window shows what the author can still do."""
    if idea.state != "stopped":
        return None
    found = Reexamination.objects.filter(idea=idea).order_by("-pk").first()
    if found is not None and found.asked_at is None and found.closed_at is None:
        # Leave declared since it opened lengthens it; the clock writes it down when the first end comes.
        found.window_until = idea.due_at = windows.end_of(found, idea)
    return found


def asked_reexaminations() -> list[UUID]:
    """The ideas whose re-examination is asked for and waits for its answer, in the ideas' order."""
    waiting = Reexamination.objects.filter(closed_at=None, asked_at__isnull=False, idea__state="stopped")
    return list(waiting.order_by("idea_id").values_list("idea__key", flat=True))


def has_learning_sheet(idea: Idea, decisions: list[Decision]) -> bool:
    """Whether the last of these decisions stopped the idea and opened a learning sheet; a service's no opens none."""
    stopped = idea.state == Idea.State.STOPPED and bool(decisions)
    return stopped and "learning_sheet" in decisions[-1].next_steps


def learning_of(idea: Idea, passages: Sequence[str]) -> list[LearningNote]:
    """What the team added to the learning sheet, oldest first; without the passages masked for a reader."""
    if idea.state != Idea.State.STOPPED:
        return []
    notes = LearningNote.objects.filter(idea=idea).select_related("written_by")
    return [masked_row(note, ["text"], passages) for note in notes.order_by("written_at", "pk")]


def open_conditions_of(decisions: list[Decision], passages: Sequence[str]) -> list[Condition]:
    """Of decisions as `decisions_of` gives them; what is shown of each: its key, text and day."""
    found = [
        Condition(key=UUID(row["key"]), text=row["text"], due_on=date.fromisoformat(row["due_on"]))
        for one in decisions
        for row in vars(one)["unmet"]
    ]
    return [masked_row(item, ["text"], passages) for item in found]


def in_team(idea: Idea, person: Person) -> bool:
    return idea.team.filter(person=person, accepted_at__isnull=False, left_at=None).exists()


def precedent_of(idea: Idea) -> Precedent | None:
    """What an imported idea keeps of its source."""
    return Precedent.objects.filter(idea=idea).first() if idea.state == "precedent" else None


def services_that_answer(idea: Idea) -> list[str]:
    """Names of departments with a head by mandate today, to choose from while typing."""
    heads = mandates(
        entity=idea.programme.entity, capacities=["head_of_service"], programme_key=idea.programme.key
    ).filter(department__closed_on=None)
    names = heads.filter(department__isnull=False).order_by("department__name")
    return list(names.values_list("department__name", flat=True).distinct()[:MOST_SERVICES])


def done_of(idea: Idea) -> Done | None:
    """What says that a service has done it."""
    if idea.route != "local" or idea.state != "in_service":
        return None
    return Done.objects.filter(idea=idea).select_related("photo").first()


def sent_up_of(
    idea: Idea, decisions: list[Decision], reader: Reader, person: Person, passages: Sequence[str]
) -> str:
    """Why the team sent the idea up after a service's no, for the team and the leads; '' otherwise."""
    if not any(decision.round.gate == "L" for decision in decisions):
        return ""
    if not reader.in_team and not roles.is_lead(idea, person):
        return ""
    sent = Reexamination.objects.filter(idea=idea, gate="L", asked_at__isnull=False).first()
    return masked(sent.grounds, passages) if sent else ""
