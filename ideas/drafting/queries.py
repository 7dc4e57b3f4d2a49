"""Reads of a draft: its team, its text, its files, its versions."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ideas.access import access
from ideas.drafting import rules
from ideas.drafting.masking.queries import shown, with_passages
from ideas.drafting.models import Attachment, Draft, Idea, IdeaContent, TeamMember
from incubator.inbox.actions import open_for
from incubator.lib import clock
from incubator.lib.refusals import NotFound
from incubator.people.models import Person, normal_staff_number

NOT_HERE = _(
    "There is no idea here that you can open. It may be a draft of another team; "
    "if someone sent you this link, ask them to add you."
)


def late(idea: str = "") -> Q:
    """Ideas under way, past the day by which what they wait for was due: one meaning for every list and every count.

    `idea`: how what is filtered leads to its idea, such as `idea__`.
    """
    return Q(**{f"{idea}state": Idea.State.LIVE, f"{idea}due_at__lt": clock.now()})


def in_team(person: Person) -> QuerySet[TeamMember]:
    """This person's places in teams, joined and not left."""
    return TeamMember.objects.filter(person=person, accepted_at__isnull=False, left_at=None)


def drafts_of(person: Person) -> QuerySet[Idea]:
    """The drafts this person writes or helps to write, last written first."""
    return (
        Idea.objects.filter(state=Idea.State.DRAFT, pk__in=in_team(person).values("idea"))
        .select_related("draft", "call")
        .order_by("-draft__saved_at", "-pk")
    )


def member_of(idea: Idea, person: Person) -> TeamMember:
    """The person's place in the team. Raises NotFound for everyone else: a draft is not even known to exist."""
    member = in_team(person).filter(idea=idea).select_related("person").first()
    if member is None:
        raise NotFound(NOT_HERE, code="draft.not_team")
    return member


def may_write(idea: Idea, person: Person) -> bool:
    """Whether this person, of the team, could change the text now: as `check_may_write` answers the act."""
    return rules.may_write(idea.state, idea.holder, member_of(idea, person).role)


def own_idea(key: uuid.UUID, person: Person) -> Idea:
    """The idea of this key, if the person is of its team; raises NotFound."""
    idea = (
        Idea.objects.select_related("programme__entity", "call")
        .filter(key=key, pk__in=in_team(person).values("idea"))
        .first()
    )
    if idea is None:
        raise NotFound(NOT_HERE, code="draft.not_team")
    return idea


def readable_idea(key: uuid.UUID, person: Person) -> Idea:
    """The idea of this key as the person reads it, if of its team or allowed to; raises NotFound."""
    ideas = with_passages(Idea.objects.select_related("programme__entity", "call"))
    idea = ideas.filter(key=key).first()
    if idea is None:
        raise NotFound(NOT_HERE)
    if in_team(person).filter(idea=idea).exists():
        return idea
    if idea.state == Idea.State.DRAFT or not access().may_read(person, idea):
        raise NotFound(NOT_HERE)
    return shown(idea, person)


def readable_precedent(key: uuid.UUID, person: Person) -> Idea:
    """An imported idea, to be copied; raises NotFound for anything else."""
    idea = readable_idea(key, person)
    if idea.state != Idea.State.PRECEDENT:
        raise NotFound(_("This is not a precedent. Look for one in the list of ideas."))
    return idea


def draft_of(idea: Idea) -> Draft:
    """The working copy; an idea that came without one (an import) has nothing to write on: NotFound."""
    draft = Draft.objects.select_related("saved_by").filter(idea=idea).first()
    if draft is None:
        raise NotFound(NOT_HERE)
    return draft


def invitation_of(idea: Idea, person: Person) -> TeamMember:
    """The open invitation of this person; raises NotFound when there is none (any more)."""
    return _invitation(idea, person=person)


def invited(idea: Idea, typed: str) -> Person:
    """Who has an open invitation under this staff number, also after leaving the city; raises NotFound."""
    number = normal_staff_number(typed).replace("\x00", "")
    return _invitation(idea, person__staff_number=number).person


def _invitation(idea: Idea, **whose: Any) -> TeamMember:
    member = (
        TeamMember.objects.select_related("person", "invited_by")
        .filter(idea=idea, accepted_at=None, declined_at=None, left_at=None, **whose)
        .first()
    )
    if member is None:
        raise NotFound(_("This invitation is no longer open. Nothing waits for you here."))
    return member


def invitation_key(member: TeamMember) -> str:
    """The key of the work item of an invitation."""
    return f"invitation:{member.pk}"


def ask_for_an_answer(idea: Idea, member: TeamMember) -> None:
    """Open the work item of an invitation."""
    open_for(
        [member.person],
        key=invitation_key(member),
        verb="answer_invitation",
        subject_kind="idea",
        subject_key=idea.key,
        subject_title=idea.title or gettext("An idea without a name yet"),
        url=reverse("idea-invitation", kwargs={"key": idea.key}),
    )


def idea_asked(key: uuid.UUID, person: Person) -> Idea:
    """The idea of an open invitation of this person; raises NotFound."""
    open_to = TeamMember.objects.filter(person=person, accepted_at=None, declined_at=None, left_at=None)
    idea = Idea.objects.filter(key=key, pk__in=open_to.values("idea")).first()
    if idea is None:
        raise NotFound(_("This invitation is no longer open. Nothing waits for you here."))
    return shown(idea, person)


def attachments_of(idea: Idea) -> QuerySet[Attachment]:
    """The files attached now, in the order they came."""
    return Attachment.objects.filter(idea=idea, removed_at=None).order_by("added_at", "pk")


def attachment_of(idea: Idea, key: uuid.UUID) -> Attachment:
    """A file of this idea, removed or not; raises NotFound."""
    attachment = Attachment.objects.filter(idea=idea, key=key).first()
    if attachment is None:
        raise NotFound(_("This file is not here. It may have been removed."))
    return attachment


def manifest(idea: Idea) -> list[dict[str, Any]]:
    """The files of a version: `{"sha256", "name", "size"}` each."""
    return [{"sha256": f.sha256, "name": f.name, "size": f.size} for f in attachments_of(idea)]


def sees_authors(idea: Idea, reader: Person) -> bool:
    """Whether authors' names may show to this reader: the team's own, and whom the access rules name."""
    return in_team(reader).filter(idea=idea).exists() or access().sees_authors(reader, idea)


class File(NamedTuple):
    """A file as a reader sees it; `name` is neutral while the authors are hidden from that reader."""

    key: uuid.UUID
    name: str
    size: int
    content_type: str
    url: str


def shown_name(name: str, position: int, names_shown: bool) -> str:
    """A file's name often holds its author's: while names are hidden it is `document-1.pdf`."""
    if names_shown:
        return name
    extension = name.rpartition(".")[2]
    return f"{gettext('document')}-{position}.{extension}"


def files_of(idea: Idea, *, names_shown: bool) -> list[File]:
    """The files of the working copy, for its team."""
    return [_shown(idea, row, position, names_shown) for position, row in enumerate(attachments_of(idea), 1)]


def _shown(idea: Idea, row: Attachment, position: int, names_shown: bool) -> File:
    url = reverse("idea-file", kwargs={"key": idea.key, "attachment": row.key})
    return File(row.key, shown_name(row.name, position, names_shown), row.size, row.content_type, url)


def readable_file(idea: Idea, key: uuid.UUID, reader: Person) -> tuple[Attachment, str]:
    """A file that whoever may read the idea may read, and its name for this reader. Raises NotFound.

    The team reads all; others what the text they read holds (its manifest), so nothing that a draft added.
    """
    found = attachment_of(idea, key)
    if in_team(reader).filter(idea=idea).exists():
        return found, found.name
    content = IdeaContent.objects.filter(idea=idea).only("files").first()
    held = [file["sha256"] for file in content.files] if content else []
    if found.sha256 not in held:
        raise NotFound(_("This file is not here. It may have been removed."))
    names_shown = access().sees_authors(reader, idea)
    return found, shown_name(found.name, held.index(found.sha256) + 1, names_shown)


def files_named(sha256s: Collection[str]) -> set[str]:
    """Which of these files an idea has, removed ones included: versions hold them."""
    return set(Attachment.objects.filter(sha256__in=sha256s).values_list("sha256", flat=True))


def newest_kept(idea: Idea) -> Any:
    """The newest kept version as a row of the history, the team's own included; None before the first."""
    kept = IdeaContent.history.filter(idea_id=idea.pk).exclude(history_type="-")
    return kept.order_by("-version", "-history_id").first()


def newest_version(idea: Idea) -> int:
    """The number of the newest kept version; 0 before the first."""
    kept = newest_kept(idea)
    return kept.version if kept else 0


def newest_numbers(**idea: Any) -> Any:
    """For a subquery: the number of the newest kept version of one idea, `newest_numbers(id=OuterRef("…"))`."""
    kept = IdeaContent.history.filter(**{f"idea_{name}": value for name, value in idea.items()})
    return kept.exclude(history_type="-").order_by("-version", "-history_id").values("version")[:1]


def attached_to(idea: str) -> Combinable:
    """All that was ever attached to the idea that this field of the row names, as an array that `published_files`
    reads: an annotation `attached`."""
    rows = Attachment.objects.filter(idea=OuterRef(idea)).order_by("pk")
    shown = {name: name for name in ("key", "sha256", "name", "content_type", "size")}
    return ArraySubquery(rows.values(row=JSONObject(**shown)))


def _attached(idea: Idea, held: Collection[str]) -> list[Attachment]:
    rows = vars(idea).get("attached")
    if rows is not None:
        return [Attachment(**row | {"key": uuid.UUID(row["key"])}) for row in rows]
    return list(Attachment.objects.filter(idea=idea, sha256__in=held).order_by("pk")) if held else []


def published_files(idea: Idea, *, names_shown: bool) -> list[File]:
    """The files of the text that others read, for an idea's page. `names_shown`: what `sees_authors` said."""
    content: IdeaContent | None = getattr(idea, "content", None)  # read with the idea, as a rule
    held = [file["sha256"] for file in content.files] if content else []
    rows = {row.sha256: row for row in _attached(idea, held)}
    return [
        _shown(idea, rows[sha256], position, names_shown)
        for position, sha256 in enumerate(held, 1)
        if sha256 in rows
    ]


class Version(NamedTuple):
    """A kept version as a list shows it; `saved_by` only where the reader may see the authors."""

    number: int
    reason: str
    saved_at: datetime
    saved_by: Person | None


def versions_of(
    idea: Idea, reader: Person, *, most: int | None = None, before: int | None = None
) -> list[Version]:
    """The versions this reader may read, newest first: the team's all, the others' those that were handed in.

    At most `most`, of those before the version `before`.
    """
    of_team = in_team(reader).filter(idea=idea).exists()
    names = of_team or access().sees_authors(reader, idea)
    rows = _kept(idea, of_team=of_team).select_related("saved_by").order_by("-version")
    if before is not None:
        rows = rows.filter(version__lt=before)
    return [
        Version(row.version, row.history_change_reason or "", row.saved_at, row.saved_by if names else None)
        for row in rows.only("version", "history_change_reason", "saved_at", "saved_by")[:most]
    ]


def _kept(idea: Idea, *, of_team: bool) -> Any:
    """The rows of the history that hold a version for such a reader."""
    rows = IdeaContent.history.filter(idea_id=idea.pk).exclude(history_type="-")
    return rows if of_team else rows.filter(history_change_reason__in=rules.PUBLIC)


def are_versions(idea: Idea, numbers: Collection[int], *, of_team: bool) -> bool:
    """Whether each of these is the number of a version that such a reader may read."""
    found = _kept(idea, of_team=of_team).filter(version__in=numbers).values_list("version", flat=True)
    return set(found) == set(numbers)


def version_texts(idea: Idea, number: int) -> dict[str, Any]:
    """The fields of `rules.WRITTEN` and the manifest of a version; the caller asked `are_versions` first."""
    row = IdeaContent.history.filter(idea_id=idea.pk, version=number).exclude(history_type="-").first()
    if row is None:
        raise NotFound(_("There is no such version."))
    return {field: getattr(row, field) for field in rules.WRITTEN} | {"files": row.files}


TEXTS = ("title", "pitch", "problem", "concerned", "proposal", "needs_people", "expected_effect")


def held_about(person: Person) -> list[dict[str, Any]]:
    """For the person's own copy of their data: the ideas of their teams, with the text as it stands."""
    held = []
    rows = TeamMember.objects.filter(person=person).select_related(
        "idea__draft", "idea__content", "idea__programme__entity"
    )
    for member in rows.order_by("pk"):
        idea = member.idea
        # Whoever has not accepted, or has left, no longer reads the text.
        reads = member.accepted_at is not None and member.left_at is None
        text = getattr(idea, "content", None) or getattr(idea, "draft", None)
        held.append(
            {
                "idea": str(idea.key),
                "number": idea.reference,
                "role": member.role,
                "invited_at": member.invited_at.isoformat(),
                "state": idea.state if reads else "",
                "text": {name: getattr(text, name) for name in TEXTS} if reads and text else {},
            }
        )
    return held
