"""Gathers what a brief says, and the public record it carries, from the rows that its decision stands on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext

from ideas.calls.models import Programme
from ideas.drafting.models import Idea, IdeaContent, IdeaText, TeamMember
from incubator.events.models import Event
from incubator.events.rules import canonical, sha256
from incubator.lib import working_days
from incubator.people.models import Mandate, Person, Post
from workflows.briefs import answers, rules
from workflows.briefs.models import Brief
from workflows.briefs.public import Origin, as_bytes, commitment, public_record
from workflows.briefs.queries import address_of, language_of, serial_in_words
from workflows.briefs.record import (
    BriefRecord,
    Condition,
    ExpertAnswer,
    HistoryLine,
    Letterhead,
    NextStep,
    Signature,
    brief_number,
)
from workflows.gates import signing
from workflows.gates.configuration import delays_under, letter_of, recourse
from workflows.gates.models import Decision, ExpertQuestion
from workflows.gates.wording import SIGNED_AS

AGAIN = ("resubmitted", "woken")
WRITTEN = tuple(field.name for field in IdeaText._meta.get_fields())


def record_of(decision: Decision, brief: Brief | None = None) -> BriefRecord:
    """Everything the brief says, from the round's frozen record and the rows of the decision.

    The same rows give the same record at any later time: nothing is read that goes on changing, except a name or
    a department as it is written today. Without `brief`: what its first edition would say, without its serial.
    """
    idea = decision.round.idea
    with translation.override(language_of(idea)):
        record = _record_of(decision, idea)
    return record if brief is None else replace(record, **_of_this_edition(brief))


def _of_this_edition(brief: Brief) -> dict[str, Any]:
    zone = ZoneInfo(brief.decision.round.idea.programme.entity.time_zone)
    return {
        "address": address_of(brief),
        "serial": serial_in_words(brief),
        "replaces": serial_in_words(brief.replaces) if brief.replaces else "",
        "correction": brief.correction,
        "corrected_at": brief.asked_at.astimezone(zone) if brief.replaces else None,
        "round_sha256": commitment(brief.decision.round.record or {}, brief.salt),
    }


def with_public_record(brief: Brief, record: BriefRecord) -> tuple[BriefRecord, dict[str, Any]]:
    """The brief's record, saying the fingerprint of the public record it carries, and that public record."""
    chain = Event.objects.filter(
        subject_kind="idea",
        subject_key=brief.decision.round.idea.key,
        verb="decided",
        payload__decision=str(brief.decision.key),
    )
    origin = origin_of(brief, chain.values_list("hash", flat=True).get())
    public = public_record(record, brief.decision.round.record or {}, origin)
    return replace(record, public_sha256=sha256(as_bytes(public))), public


def origin_of(brief: Brief, head: str) -> Origin:
    """Where the brief's decision stands; `head`: the hash of its event."""
    decision = brief.decision
    configured = decision.round.configuration
    source = configured.source
    return Origin(
        programme=decision.round.idea.programme.key,
        version=configured.version,
        document=(str(source.key), source.version) if source else None,
        capacity=decision.capacity,
        second_capacity=decision.second_capacity,
        head=head,
        salt=brief.salt,
        edition=brief.edition,
    )


def _record_of(decision: Decision, idea: Idea) -> BriefRecord:
    round_, entity = decision.round, idea.programme.entity
    assert decision.issued_at is not None, "only an issued decision has a brief"
    zone, language = ZoneInfo(entity.time_zone), language_of(idea)
    frozen, content, number = round_.record or {}, _content(idea, round_.content_version), idea.reference
    has_panel = (round_.rules.get("seats") or 0) > 1
    reexamination = recourse(round_.rules)
    return BriefRecord(
        number=brief_number(number, round_.gate, round_.number),
        language=language,
        letterhead=letterhead_of(idea.programme, language),
        idea_number=number,
        title=content.title,
        pitch=content.pitch,
        content_version=content.version,
        content_sha256=content_sha256(content),
        gate=round_.gate,
        gate_name=answers.label(round_.rules, language),
        round_number=round_.number,
        round_sha256="",
        decided_at=decision.issued_at.astimezone(zone),
        outcome=decision.outcome,
        reasons=decision.reasons,
        decider=_first(decision),
        second=_second(decision),
        departs=decision.departs,
        departure_reason=decision.departure_reason,
        opinion=answers.opinion(frozen) if has_panel else None,
        criteria=answers.criteria(frozen, decision, language) if has_panel else (),
        must_meets=answers.must_meets(frozen, decision, language),
        conditions=_conditions(decision, idea),
        gaps=tuple(decision.gaps),
        author_due_on=_local(decision.author_due_at, zone),
        hold_until=decision.hold_until,
        hold_condition=decision.hold_condition,
        learning=decision.learning,
        next_steps=_next_steps(decision, idea),
        history=_history(decision, idea, zone),
        reexamination_ask_days=reexamination["ask_within"],
        reexamination_answer_days=reexamination["answer_in"],
        opening=answers.label(letter_of(round_.configuration, decision.outcome), language),
        comparison=answers.comparison(frozen),
        experts=_experts(decision, zone),
        merged_into=decision.target.reference if decision.target is not None else "",
    )


def _experts(decision: Decision, zone: ZoneInfo) -> tuple[ExpertAnswer, ...]:
    # Where an idea belongs is what experts are asked before a redirect, and whom it is handed to stands in no brief.
    if decision.outcome == "redirect":
        return ()
    answered = ExpertQuestion.objects.filter(round=decision.round, answered_at__isnull=False).order_by("pk")
    return tuple(
        ExpertAnswer(item.question, item.answer, item.answered_at.astimezone(zone).date())
        for item in answered
        if item.answered_at
    )


def letterhead_of(programme: Programme, language: str) -> Letterhead:
    """What documents of this programme print at their head today; no query beside the programme's entity."""
    entity = programme.entity
    name = getattr(programme, f"name_{language}")
    return Letterhead(entity.name, name, entity.letterhead, entity.logo_id or "", entity.colour)


def content_sha256(content: Any) -> str:
    """One fingerprint of a version: its words, its language and its files; the same for a copy of that version, on
    the receipt and in the brief."""
    written = {field: getattr(content, field) for field in WRITTEN}
    files = [file["sha256"] for file in content.files]
    return sha256(
        canonical({"version": content.version, "language": content.language, "files": files} | written)
    )


def _content(idea: Idea, version: int) -> Any:
    """The version that was judged: a history row, or the content itself while it is still that version."""
    kept = IdeaContent.history.filter(idea_id=idea.pk, version=version).order_by("-history_id").first()
    return kept or IdeaContent.objects.get(idea=idea)


def _signature(
    person: Person, capacity: str, reference: str, mandate: Mandate, absent: Person | None
) -> Signature:
    return Signature(
        name=person.get_full_name(),
        capacity=str(SIGNED_AS[capacity]),
        reference=reference,
        since=mandate.starts_on,
        until=mandate.ends_on,
        on_behalf_of=absent.get_full_name() if absent is not None else "",
    )


def _first(decision: Decision) -> Signature:
    if signing.decider_points_to_team(decision):
        return _unnamed(decision.capacity)
    return _signature(
        decision.decider,
        decision.capacity,
        decision.mandate_reference,
        decision.mandate,
        decision.on_behalf_of,
    )


def _second(decision: Decision) -> Signature | None:
    signer, mandate = decision.second_signer, decision.second_mandate
    if signer is None or mandate is None:
        return None
    if signing.points_to_team(decision):
        return _unnamed(decision.second_capacity)
    return _signature(
        signer, decision.second_capacity, mandate.reference, mandate, decision.second_on_behalf_of
    )


def _unnamed(capacity: str) -> Signature:
    # As with conditions: names may be hidden, now or after the end, and a brief stays what it is.
    kept = gettext("for the author’s department; the organisation keeps the name")
    return Signature(
        name=capfirst(str(SIGNED_AS[capacity])), capacity=kept, reference="", since=None, until=None
    )


def _conditions(decision: Decision, idea: Idea) -> tuple[Condition, ...]:
    conditions = list(
        decision.conditions.select_related("owner")
        .prefetch_related(Prefetch("owner__posts", Post.objects.select_related("department").order_by("pk")))
        .order_by("due_on", "pk")
    )
    # The team's names may be hidden, now or at a later gate; a brief stays what it is.
    team = set(TeamMember.objects.filter(idea=idea).values_list("person_id", flat=True))
    day = decision.issued_at.date() if decision.issued_at else date.min
    return tuple(
        Condition(
            text=item.text,
            owner=gettext("The idea’s team") if item.owner_id in team else _with_department(item.owner, day),
            due_on=item.due_on,
        )
        for item in conditions
    )


def _with_department(person: Person, day: date) -> str:
    for post in person.posts.all():
        if post.starts_on <= day and (post.ends_on is None or post.ends_on > day):
            return f"{person.get_full_name()}, {post.department.name}"
    return person.get_full_name()


def _next_steps(decision: Decision, idea: Idea) -> tuple[NextStep, ...]:
    entity = idea.programme.entity
    zone = ZoneInfo(entity.time_zone)

    def due_in(count: int) -> date | None:
        if decision.issued_at is None:
            return None
        due = working_days.due(
            decision.issued_at,
            count,
            zone=entity.time_zone,
            country=entity.holidays_country,
            closing_days=entity.closing_days,
        )
        return _local(due, zone)

    dates = {
        "complete": _local(decision.author_due_at, zone),
        "wait": decision.hold_until,
        "find_sponsor": due_in(delays_under(decision.round.configuration)["sponsor_search"]),
        "reexamination": due_in(recourse(decision.round.rules)["ask_within"]),
    }
    codes = rules.next_steps(
        decision.round.gate,
        decision.outcome,
        decision.next_steps,
        hold_condition=bool(decision.hold_condition),
    )
    return tuple(NextStep(code, dates.get(code)) for code in codes)


def _history(decision: Decision, idea: Idea, zone: ZoneInfo) -> tuple[HistoryLine, ...]:
    """Public milestones up to this decision; the order of equal days is the order of what happened."""
    until = decision.issued_at
    lines: list[tuple[datetime, HistoryLine]] = []

    def add(at: datetime | None, what: str, **more: Any) -> None:
        if at is not None and until is not None and at <= until:
            lines.append((at, HistoryLine(at.astimezone(zone).date(), what, **more)))

    add(idea.submitted_at, "submitted")
    for verb, at in _again(idea):
        add(at, verb)
    language = language_of(idea)
    for past in _issued(idea):
        gate = {"gate": past.round.gate, "gate_name": answers.label(past.round.rules, language)}
        if (past.round.rules.get("seats") or 0) > 1:
            add(past.round.opened_at, "round_opened", **gate)
        add(past.issued_at, "decided", outcome=past.outcome, **gate)
    return tuple(line for _at, line in sorted(lines, key=lambda pair: pair[0]))


def _again(idea: Idea) -> Iterable[tuple[str, datetime]]:
    return (
        Event.objects.filter(subject_kind="idea", subject_key=idea.key, verb__in=AGAIN)
        .order_by("sequence")
        .values_list("verb", "happened_at")
    )


def _issued(idea: Idea) -> Iterable[Decision]:
    return (
        Decision.objects.filter(Q(issued_at__isnull=False), round__idea=idea)
        .select_related("round")
        .order_by("issued_at", "pk")
    )


def _local(at: datetime | None, zone: ZoneInfo) -> date | None:
    return at.astimezone(zone).date() if at else None
