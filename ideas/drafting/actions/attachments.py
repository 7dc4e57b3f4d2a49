"""The files of an idea, already checked and cleaned by `ideas.drafting.uploads`."""

from django.utils.translation import gettext_lazy as _

from ideas.drafting import queries
from ideas.drafting.actions.texts import check_may_write
from ideas.drafting.models import Attachment, Draft, Idea
from ideas.drafting.uploads import Clean
from ideas.lock import locked
from incubator.events.actions import Subject, append, effect
from incubator.lib import clock, files
from incubator.lib.refusals import Conflict
from incubator.people.actors import Actor

MOST_FILES = 20


def attach(*, idea: Idea, by: Actor, upload: Clean) -> Attachment:
    """Keep a cleaned file with the idea; the same content again gives the attachment that is there.

    The content goes to the disk before the idea is locked. Raises Conflict when there are twenty already.
    """
    check_may_write(idea, by.human)
    sha256 = files.put(upload.content)
    with locked(idea.pk) as idea:
        check_may_write(idea, by.human)
        present = Attachment.objects.filter(idea=idea, removed_at=None)
        if (same := present.filter(sha256=sha256).first()) is not None:
            return same
        if present.count() >= MOST_FILES:
            raise Conflict(_("An idea takes twenty files. Remove one first."), code="files.full")
        attachment = Attachment.objects.create(
            idea=idea,
            sha256=sha256,
            name=upload.name,
            content_type=upload.content_type,
            size=len(upload.content),
            added_by=by.human,
            added_at=clock.now(),
        )
        _list(idea)
        _tell(idea, by, "attached", attachment, None, "attached")
    return attachment


def remove_attachment(*, idea: Idea, by: Actor, attachment: Attachment) -> None:
    """Take a file out of the draft; versions that hold it keep it. Removing it twice changes nothing."""
    with locked(idea.pk) as idea:
        check_may_write(idea, by.human)
        attachment = queries.attachment_of(idea, attachment.key)
        if attachment.removed_at is not None:
            return
        attachment.removed_at = clock.now()
        attachment.save(update_fields=["removed_at"])
        _list(idea)
        _tell(idea, by, "attachment_removed", attachment, "attached", "removed")


def _list(idea: Idea) -> None:
    Draft.objects.filter(idea=idea).update(files=queries.manifest(idea))


def _tell(idea: Idea, by: Actor, verb: str, attachment: Attachment, before: str | None, after: str) -> None:
    append(
        subject=Subject("idea", idea.key),
        verb=verb,
        by=by,
        payload={"attachment": str(attachment.key), "sha256": attachment.sha256},
        effects=[effect("file", before, after)],
    )
