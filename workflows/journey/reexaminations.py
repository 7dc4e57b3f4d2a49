"""What was looked at again: for whoever answers it, for the team, and for the auditor, who has them all in one list."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas.access import access
from ideas.drafting.masking.queries import hidden_of, marked_on, masked_copy
from ideas.drafting.models import EVER_IN_TEAM, Idea, TeamMember
from incubator.lib import words
from incubator.lib.row_numbers import row_number
from incubator.people.models import Person
from workflows.gates import explained
from workflows.gates.models import Decision
from workflows.journey import queries, wording
from workflows.journey.models import Reexamination
from workflows.journey.trail import grants_on

PAGE = 50
ANSWERS = {"upheld": gettext_lazy("The stop is upheld"), "overturned": gettext_lazy("The stop is overturned")}


def of_idea(idea: Idea, number: str = "") -> Reexamination | None:
    """The idea's re-examination: the one named in an address, else the last; one that nobody asked for only while the
    idea is stopped."""
    if not number:
        return queries.window_of(idea) or _asked().filter(idea=idea).last()
    return _asked().filter(idea=idea, pk=row_number(number) or 0).first()


def stop_of(asked: Reexamination, decisions: list[Decision]) -> Decision:
    """The decision looked at again, of an idea's decisions, oldest first."""
    until = asked.asked_at
    return [one for one in decisions if until is None or (one.issued_at and one.issued_at <= until)][-1]


def sees_why(person: Person, asked: Reexamination, *, may_answer: bool) -> bool:
    """Only whoever answers, or answered, a re-examination, and the auditor, outside the team, once it is asked for.

    `may_answer`: known to be one of those who answer, or its auditor.
    """
    if asked.asked_at is None or asked.gate == "L":
        return False
    if may_answer or person.pk in (asked.answered_by_id, asked.answered_on_behalf_of_id):
        return True
    return _audited_by(person).filter(pk=asked.pk).exists()


def why(decision: Decision) -> dict[str, Any]:
    """The stop's frozen record, explained."""
    return explained.shown(decision.round.record or {}, departs=decision.departs)


def audited(auditor: Person, after: str = "") -> list[Reexamination]:
    """What was asked for where this person is the auditor, newest first, of ideas they may read and had no part in.

    One more than a page, with `idea` as they read it. `after`: the key of the last one of the page before.
    """
    found = _audited_by(auditor).filter(idea__in=access().readable(auditor).values("pk"))
    if (last := row_number(after)) is not None:
        found = found.filter(pk__lt=last)
    rows = found.select_related("idea").annotate(marked=marked_on(pk="idea")).order_by("-pk")
    shown: list[Reexamination] = list(rows[: PAGE + 1])
    hidden = hidden_of(auditor, {one.idea_id: vars(one)["marked"] for one in shown})
    for one in shown:
        one.idea = masked_copy(one.idea, hidden.get(one.idea_id, []))
    return shown


def line(asked: Reexamination) -> dict[str, Any]:
    """As a document's line: the idea, its gate, when it was asked, and what became of it."""
    day = words.long_day(asked.asked_at) if asked.asked_at else ""
    if asked.answer:
        said = str(ANSWERS[asked.answer])
    elif asked.closed_at is None and asked.due_at is not None:
        said = _("to be answered by %(day)s") % {"day": words.long_day(asked.due_at)}
    else:
        said = _("ended without an answer")
    detail = [wording.gate_words(asked.gate), _("asked on %(day)s") % {"day": day}, said]
    url = f"{reverse('reexamination', args=[asked.idea.key])}?of={asked.pk}"
    return {"url": url, "label": asked.idea.title, "detail": " · ".join(detail)}


def _audited_by(person: Person) -> QuerySet[Reexamination]:
    """What was asked for where this person is the auditor, of ideas whose team they were never in, nor in that of one
    merged into them."""
    inside = Q(idea=OuterRef("idea")) | Q(idea__merged_into=OuterRef("idea"))
    mine = TeamMember.objects.filter(EVER_IN_TEAM, inside, person=person)
    return _asked().filter(Exists(grants_on(person, "idea__")), ~Exists(mine))


def _asked() -> QuerySet[Reexamination]:
    """A local no that was sent up is no re-examination."""
    return Reexamination.objects.filter(asked_at__isnull=False).exclude(gate="L").order_by("pk")
