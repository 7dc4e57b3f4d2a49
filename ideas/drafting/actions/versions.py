"""What is kept of an idea's text: its versions. Others than the team read the one that was handed in."""

from typing import Any

from ideas.drafting import queries, rules
from ideas.drafting.actions.texts import check_may_write, working_copy
from ideas.drafting.masking.actions import keep_in_step
from ideas.drafting.models import Idea, IdeaContent
from ideas.lock import locked
from incubator.events.actions import Subject, append, effect
from incubator.events.rules import sha256
from incubator.lib import clock
from incubator.people.actors import Actor


def save_version(*, idea: Idea, by: Actor) -> int:
    """Keep the text as a version that can be compared, with its files; its number, or the last one's if unchanged.

    Of an idea handed in before, it is the team's own until it is handed in again: `idea.content`, title and pitch
    stay what the others read.
    """
    with locked(idea.pk, also=["draft"]) as idea:
        check_may_write(idea, by.human)
        last = queries.newest_kept(idea)
        if last is not None and not _differs(idea, last):
            return int(last.version)
        if idea.state == Idea.State.DRAFT:
            content = write_version(idea=idea, by=by, reason=rules.SAVED)
            idea.save(update_fields=["title", "pitch"])
        else:
            content = _next_version(idea, IdeaContent.objects.get(idea=idea), by)
            IdeaContent.history.bulk_history_create(
                [content],
                update=True,
                default_user=by.human,
                default_change_reason=rules.SAVED,
                default_date=content.saved_at,
            )
        append(
            subject=Subject("idea", idea.key),
            verb="version_saved",
            by=by,
            payload=version_payload(content),
            effects=[effect("version", last and last.version, content.version)],
        )
    return content.version


def write_version(*, idea: Idea, by: Actor, reason: str, newest: int | None = None) -> IdeaContent:
    """Write the draft as the next version, without an event: for an act that holds the lock and has its own.

    `reason` is one of `rules.SAVED`, `SUBMITTED`, `RESUBMITTED`. The idea's title and pitch follow; the act saves
    them with whatever else it changes on the idea. `newest`: what `newest_version` would give, read already.
    """
    last = getattr(idea, "content", None) or IdeaContent(idea=idea, version=0)
    content = _next_version(idea, last, by, newest)
    _note(content, _history_user=by.human, _history_date=content.saved_at, _change_reason=reason)
    content.save()
    idea.title, idea.pitch = content.title, content.pitch
    if idea.state != Idea.State.DRAFT:
        keep_in_step(idea, content)
    return content


def _next_version(idea: Idea, content: IdeaContent, by: Actor, newest: int | None = None) -> IdeaContent:
    """`content` with the text of the working copy and the next number; not saved."""
    draft = working_copy(idea)
    for field in rules.WRITTEN:
        setattr(content, field, getattr(draft, field))
    # What a team keeps of an idea handed in before stands in the history alone.
    if idea.state != Idea.State.DRAFT:
        content.version = queries.newest_version(idea) if newest is None else newest
    content.version += 1
    content.language = idea.language
    content.files = draft.files
    content.saved_at, content.saved_by = clock.now(), by.human
    return content


def _note(content: IdeaContent, **notes: Any) -> None:
    """What the history row of the next save says; simple-history reads it from the instance."""
    for name, value in notes.items():
        setattr(content, name, value)


def version_payload(content: IdeaContent) -> dict[str, Any]:
    """What an event says of a version: its number, the SHA-256 of each text, and of each file."""
    return {
        "version": content.version,
        "language": content.language,
        "sha256": {field: sha256(getattr(content, field)) for field in rules.TEXTS},
        "files": [file["sha256"] for file in content.files],
    }


def _differs(idea: Idea, kept: Any) -> bool:
    """Whether the working copy says something else than this row of the history."""
    draft = working_copy(idea)
    return (
        any(getattr(draft, field) != getattr(kept, field) for field in rules.WRITTEN)
        or idea.language != kept.language
        or draft.files != kept.files
    )
