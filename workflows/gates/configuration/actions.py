"""From a draft to the version in force: begin, edit, check, publish, retire. The programme's row is the lock."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, NoReturn
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ideas import roles
from ideas.calls.models import Programme
from incubator.events.actions import Subject, append, effect
from incubator.events.rules import canonical, sha256
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people.actors import Actor
from workflows.gates.configuration import queries, rules, wording
from workflows.gates.configuration.document import Document, rules_of
from workflows.gates.configuration.reading import in_force
from workflows.gates.configuration.structure import Malformed
from workflows.gates.configuration.structure import check as check_structure
from workflows.gates.models import Configuration, GateConfiguration

OPEN = ("draft", "checked")


def begin_draft(*, by: Actor, programme: Programme, document: Document | None = None) -> Configuration:
    """A new version to work on: a copy of the one in force, or `document` (an import).

    Raises NotAllowed, Invalid for a document that cannot be taken, Conflict while another draft is open.
    """
    with _locked(programme, by):
        if Configuration.objects.filter(programme=programme, state__in=OPEN).exists():
            raise Conflict(
                _("A draft is open already. Go on with it, or set it aside first."),
                code="configuration.draft_open",
            )
        content = in_force(programme) if document is None else document
        _check_taken(content)
        last = Configuration.objects.filter(programme=programme).order_by("-version").first()
        now = clock.now()
        made = Configuration.objects.create(
            programme=programme,
            version=last.version + 1 if last else 1,
            document=content,
            begun_at=now,
            changed_at=now,
            changed_by=by.human,
        )
        _tell(made, "configuration_begun", by, None, imported=document is not None)
        return made


def edit(*, by: Actor, key: UUID, revision: int, document: Document) -> Configuration:
    """Replace the draft's document; a checked draft has to be checked again.

    `revision` is the one that was read. Raises NotAllowed, NotFound, Invalid, and Conflict when somebody else
    changed the draft since, or when it is no draft any more.
    """
    with _open(key, by) as draft:
        _check_read(draft, revision)
        _check_taken(document)
        if document == draft.document:
            return draft
        before, draft.state = draft.state, "draft"
        draft.document, draft.checked_sha256 = document, ""
        draft.revision += 1
        draft.changed_at, draft.changed_by = clock.now(), by.human
        draft.save()
        _tell(draft, "configuration_edited", by, before)
        return draft


def check(*, by: Actor, key: UUID) -> list[rules.Problem]:
    """Ask the checker about the draft as it is now; without a problem it may be published at that very content."""
    with _open(key, by) as draft:
        found = _problems(draft)
        before, draft.state = draft.state, "draft" if found else "checked"
        draft.checked_sha256 = "" if found else hash_of(draft.document)
        draft.findings, draft.checked_revision = [asdict(problem) for problem in found], draft.revision
        draft.save(update_fields=["state", "checked_sha256", "findings", "checked_revision"])
        _tell(draft, "configuration_checked", by, before, problems=len(found))
        return found


def publish(*, by: Actor, key: UUID, revision: int) -> Configuration:
    """Put the checked draft in force, and retire the version before it. Open rounds keep theirs.

    `revision` is the one that was read. Raises Conflict when the draft was changed since, and unless this very
    content was checked clean and still is: a delegation may have ended since.
    """
    with _open(key, by) as draft:
        _check_read(draft, revision)
        if draft.state != "checked" or draft.checked_sha256 != hash_of(draft.document):
            raise Conflict(
                _("Only a version that the checker found sound is published. Check this one first."),
                code="configuration.not_checked",
            )
        if _problems(draft):
            raise Conflict(
                _("Something has changed since this version was checked. Check it again: it says what."),
                code="configuration.no_longer_sound",
            )
        staying, now = queries.staying(draft.document, draft.programme), clock.now()
        effects = _retire_published(draft.programme)
        draft.state, draft.published_at = "published", now
        draft.save(update_fields=["state", "published_at"])
        effects += _publish_gates(draft)
        append(
            subject=Subject("programme", draft.programme.subject_key),
            verb="configuration_published",
            by=by,
            payload=_payload(draft) | {"ideas_staying": staying},
            effects=[effect("configuration", "checked", "published", version=draft.version), *effects],
        )
        return draft


def retire(*, by: Actor, key: UUID, revision: int) -> Configuration:
    """Set a draft aside for good. The version in force is retired by the one that follows it, never alone.

    `revision` is the one that was read. Raises Conflict when the draft was changed since.
    """
    with _open(key, by) as draft:
        _check_read(draft, revision)
        before, draft.state, draft.retired_at = draft.state, "retired", clock.now()
        draft.save(update_fields=["state", "retired_at"])
        _tell(draft, "configuration_retired", by, before)
        return draft


def hash_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document's one canonical text."""
    return sha256(canonical(document))


@contextmanager
def _locked(programme: Programme, by: Actor) -> Iterator[None]:
    with transaction.atomic():
        Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
        roles.check_stands_in(by)
        if not queries.may_change(by.principal, programme):
            raise NotAllowed(
                _("Only a lead of the programme or an administrator changes how it works."),
                code="configuration.not_lead",
            )
        yield


@contextmanager
def _open(key: UUID, by: Actor) -> Iterator[Configuration]:
    """The draft, locked through its programme."""
    found = Configuration.objects.select_related("programme__entity").filter(key=key).first()
    if found is None:
        raise NotFound(_("There is no such version."))
    with _locked(found.programme, by):
        draft = Configuration.objects.select_related("programme__entity").get(pk=found.pk)
        if draft.state not in OPEN:
            raise Conflict(
                _("This version is no draft any more. Begin a new draft to change something."),
                code="configuration.not_open",
            )
        yield draft


def _check_read(draft: Configuration, revision: int) -> None:
    if draft.revision != revision:
        raise Conflict(
            _("Somebody changed this draft since you opened it. Open it again, then go on."),
            code="configuration.changed",
        )


def _problems(draft: Configuration) -> list[rules.Problem]:
    return rules.problems(draft.document, queries.facts_of(draft.document, draft.programme))


def _check_taken(document: Any) -> None:
    try:
        check_structure(document)
    except Malformed as malformed:
        refuse(malformed)


def refuse(malformed: Malformed) -> NoReturn:
    """Raise Invalid with a sentence at each place; a form shows it at the field of that JSON pointer."""
    fields: dict[str, list[str]] = {}
    for fault in malformed.faults:
        fields.setdefault(fault.pointer, []).append(wording.fault(fault))
    raise Invalid(
        _("This configuration cannot be taken as it is."), code="configuration.malformed", fields=fields
    ) from malformed


def _retire_published(programme: Programme) -> list[dict[str, Any]]:
    before = Configuration.objects.filter(programme=programme, state="published").first()
    if before is None:
        return []
    before.state, before.retired_at = "retired", clock.now()
    before.save(update_fields=["state", "retired_at"])
    return [effect("configuration", "published", "retired", version=before.version)]


def _publish_gates(draft: Configuration) -> list[dict[str, Any]]:
    """Rules of gates that are as they were stay as they are; the others get a next version."""
    programme, effects = draft.programme, []
    for gate in queries.changed_gates(draft.document, programme):
        own = GateConfiguration.objects.filter(programme=programme, gate=gate)
        own.filter(state="published").update(state="retired")
        last = own.order_by("-version").values_list("version", flat=True).first() or 0
        GateConfiguration.objects.create(
            programme=programme,
            gate=gate,
            version=last + 1,
            state="published",
            rules=rules_of(draft.document, gate),
            published_at=draft.published_at,
            source=draft,
        )
        effects.append(effect("gate_rules", last or None, last + 1, gate=gate))
    return effects


def _tell(draft: Configuration, verb: str, by: Actor, before: str | None, **more: Any) -> None:
    append(
        subject=Subject("programme", draft.programme.subject_key),
        verb=verb,
        by=by,
        payload=_payload(draft) | more,
        effects=[effect("configuration", before, draft.state, version=draft.version)],
    )


def _payload(draft: Configuration) -> dict[str, Any]:
    return {
        "configuration": str(draft.key),
        "version": draft.version,
        "revision": draft.revision,
        "sha256": hash_of(draft.document),
    }
