"""The text of an idea: begun, autosaved, copied, deleted. What is kept of it is in `versions`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ideas.acts import record
from ideas.calls.models import Call, Programme
from ideas.calls.queries import open_calls
from ideas.drafting import queries, rules
from ideas.drafting.models import Draft, Idea, IdeaContent, TeamMember
from ideas.drafting.rules import Meeting
from ideas.drafting.wording import problems
from ideas.lock import locked
from incubator.events.actions import Subject, append, effect
from incubator.inbox.actions import close_for_subject
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people.actors import Actor
from incubator.people.models import Person


class TextConflict(Conflict):
    """Someone else wrote in the same fields. Nothing was changed, and both texts are here.

    `meetings`: field → mine and theirs. `rest`: my other changes, which meet nothing. `version`: theirs.
    """

    code = "draft.two_texts"

    def __init__(
        self, meetings: dict[str, Meeting], rest: dict[str, Any], version: int, saved_by: Person
    ) -> None:
        super().__init__(_("Someone of your team changed this in the meantime. Choose what stays."))
        self.meetings = meetings
        self.rest = rest
        self.version = version
        self.saved_by = saved_by


def begin(
    *,
    by: Actor,
    call: Call | None = None,
    programme: Programme | None = None,
    author: Person | None = None,
    copied_from: Idea | None = None,
) -> Idea:
    """An empty draft in a call that asks this person, or in a running programme without a call.

    With `author`, `by` is a helper who types for that person: the author is asked to confirm, and only an author
    or co-author can submit. Raises NotAllowed, Conflict when the call or programme is closed.
    """
    writer = by.human
    _check_may_begin(writer, author)
    programme = _open_programme(author or writer, call, programme)
    now = clock.now()
    with transaction.atomic():
        idea = Idea.objects.create(
            programme=programme,
            call=call,
            held_since=now,
            created_at=now,
            language=writer.language or "fr",
            copied_from=copied_from,
        )
        Draft.objects.create(idea=idea, saved_at=now, saved_by=writer)
        _first_members(idea, writer, author, now)
        record(
            idea,
            "drafted",
            by,
            [effect("state", None, Idea.State.DRAFT)],
            programme=programme.key,
            call=call and str(call.key),
            author=str((author or writer).key),
            copied_from=copied_from and str(copied_from.key),
        )
    return idea


def _check_may_begin(writer: Person, author: Person | None) -> None:
    for person in (writer, author or writer):
        if not person.is_active or person.kind != Person.Kind.EMPLOYEE:
            raise NotAllowed(_("Ideas are written by employees of the city."), code="draft.not_employee")
    if author == writer:
        raise Invalid(_("Name the colleague you type for, or write it as your own idea."), code="draft.self")


def _open_programme(author: Person, call: Call | None, programme: Programme | None) -> Programme:
    if call is not None:
        if not open_calls(author).filter(pk=call.pk).exists():
            raise Conflict(
                _("This call is closed, or asks other departments. Choose another one."), code="call.not_open"
            )
        return call.programme
    assert programme is not None, "an idea belongs to a programme"
    if programme.kind != Programme.Kind.STAFF or programme.closed_on is not None:
        raise Conflict(_("This programme takes no ideas. Choose another one."), code="programme.not_open")
    return programme


def _first_members(idea: Idea, writer: Person, author: Person | None, now: datetime) -> None:
    roles = TeamMember.Role
    if author is None:
        TeamMember.objects.create(
            idea=idea, person=writer, role=roles.AUTHOR, invited_at=now, accepted_at=now
        )
        return
    TeamMember.objects.create(idea=idea, person=writer, role=roles.HELPER, invited_at=now, accepted_at=now)
    member = TeamMember.objects.create(
        idea=idea, person=author, role=roles.AUTHOR, invited_by=writer, invited_at=now
    )
    queries.ask_for_an_answer(idea, member)


def autosave(
    *,
    idea: Idea,
    by: Actor,
    version: int,
    changes: Mapping[str, Any],
    token: str = "",
    seen: Mapping[str, str] | None = None,
    settled: Mapping[str, int] | None = None,
) -> int:
    """Keep typed `changes` (field → typed text) and return the draft's version; no event.

    `version` is the one the writer had on the page; the others as in `rules.Page`. Raises Invalid with
    fields, TextConflict when someone else changed one of these fields since, NotFound for whoever is not of the
    team; then nothing is changed.
    """
    values = cleaned(changes)
    with locked(idea.pk, also=["draft"]) as idea:
        check_may_write(idea, by.human)
        draft = working_copy(idea)
        if idea.state != Idea.State.DRAFT:
            values = {field: value for field, value in values.items() if field not in rules.CHOICES}
        current = {field: _value(idea, draft, field) for field in values}
        page = rules.Page(version, token, seen or {}, settled or {})
        merged = rules.merge(values, current, draft.touched, page)
        if merged.meetings:
            raise TextConflict(merged.meetings, merged.changes, draft.version, draft.saved_by)
        if merged.changes:
            _write(idea, draft, merged.changes, by.human, token)
        return draft.version


def cleaned(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The values to keep. Raises Invalid with fields."""
    values, found = rules.clean(changes)
    if found:
        raise Invalid(_("This could not be kept as it is."), code="draft.invalid", fields=problems(found))
    return values


def _value(idea: Idea, draft: Draft, field: str) -> Any:
    return getattr(idea if field in rules.CHOICES else draft, field)


def _write(idea: Idea, draft: Draft, changed: Mapping[str, Any], writer: Person, token: str = "") -> None:
    draft.version += 1
    draft.saved_at, draft.saved_by = clock.now(), writer
    draft.touched |= {field: [draft.version, token] for field in changed}
    for field, value in changed.items():
        setattr(idea if field in rules.CHOICES else draft, field, value)
    draft.save()
    if idea.state == Idea.State.DRAFT:
        idea.title, idea.pitch = draft.title, draft.pitch
        idea.save(update_fields=["title", "pitch", *rules.CHOICES])


def change_call(*, idea: Idea, by: Actor, call: Call) -> None:
    """Move a draft to another call that asks its writer; a preference until the idea is submitted, so no event."""
    with locked(idea.pk) as idea:
        check_may_write(idea, by.human)
        if idea.state != Idea.State.DRAFT:
            raise Conflict(_("A submitted idea stays in its call."), code="draft.submitted")
        idea.programme, idea.call = _open_programme(by.human, call, None), call
        idea.save(update_fields=["programme", "call"])


def copy_precedent(*, precedent: Idea, by: Actor, call: Call | None = None) -> Idea:
    """A new draft with the text of a precedent, in `call` or else the first call that asks this person.

    Raises NotFound when it is no precedent, Conflict when no call is open.
    """
    content = IdeaContent.objects.filter(idea=precedent, idea__state=Idea.State.PRECEDENT).first()
    if content is None:
        raise NotFound(_("This is not a precedent. Look for one in the list of ideas."))
    call = call or open_calls(by.human).first()
    if call is None:
        raise Conflict(_("No call is open for you at the moment."), code="call.none_open")
    with transaction.atomic():
        idea = begin(by=by, call=call, copied_from=precedent)
        draft = working_copy(idea)
        copied = {field: getattr(content, field) for field in rules.WRITTEN}
        _write(idea, draft, copied | {"language": content.language}, by.human)
    return idea


def delete_draft(*, idea: Idea, by: Actor) -> None:
    """Delete a draft with its versions; its chain keeps that it was there. Raises NotAllowed, Conflict."""
    with locked(idea.pk) as idea:
        member = queries.member_of(idea, by.human)
        if idea.state != Idea.State.DRAFT:
            raise Conflict(_("A submitted idea is not deleted. It can be withdrawn."), code="draft.submitted")
        confirmed = idea.team.filter(role=TeamMember.Role.AUTHOR, accepted_at__isnull=False).exists()
        if member.role != TeamMember.Role.AUTHOR and confirmed:
            raise NotAllowed(_("Only its author deletes a draft."), code="draft.not_author")
        append(
            subject=Subject("idea", idea.key),
            verb="draft_deleted",
            by=by,
            effects=[effect("state", Idea.State.DRAFT, "deleted")],
        )
        close_for_subject("idea", idea.key)
        pk = idea.pk
        idea.delete()
        # The deletion itself writes a history row, with the text in it.
        IdeaContent.history.filter(idea_id=pk).delete()


def working_copy(idea: Idea) -> Draft:
    """The working copy that came with the lock; an import has none, and nothing to write on."""
    draft: Draft | None = getattr(idea, "draft", None)
    if draft is None:
        raise NotFound(queries.NOT_HERE, code="draft.none")
    return draft


def check_may_write(idea: Idea, person: Person) -> TeamMember:
    """The writer's place in the team. Raises NotFound outside the team, Conflict when the text is elsewhere."""
    member = queries.member_of(idea, person)
    if not rules.may_write(idea.state, idea.holder, member.role):
        raise Conflict(
            _("This idea has been submitted; its text stays as it is unless it comes back to you."),
            code="draft.submitted",
        )
    return member
