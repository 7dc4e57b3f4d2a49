"""What a call still has to give at a gate: places and envelope are the call's, however many sessions share them."""

from django.utils.translation import gettext as _

from ideas.calls.models import Call
from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from workflows.gates.rules import GO_ON
from workflows.sessions.models import SelectionSession, SessionIdea

GIVING = (SelectionSession.State.SETTLED, SelectionSession.State.CLOSED)


def left(call: Call, gate: str) -> dict[str, int | None]:
    """Places, euros and agent-days of the call that no idea has yet, never below zero; None for no limit."""
    needs = _taken(call, gate)
    limits = {
        "places": (call.places, len(needs)),
        "envelope_euros": (call.envelope_euros, sum(euros for euros, _days in needs)),
        "envelope_agent_days": (call.envelope_agent_days, sum(days for _euros, days in needs)),
    }
    return {name: None if limit is None else max(limit - used, 0) for name, (limit, used) in limits.items()}


def check_nobody_waits(call: Call, gate: str) -> None:
    """Raises Conflict while an earlier session's waiting list runs: what is left goes to it first."""
    lines = SessionIdea.objects.filter(
        session__call=call,
        session__gate=gate,
        session__state__in=GIVING,
        session__waiting_until__gte=clock.today(call.programme.entity.time_zone),
        result="waiting",
        left_at=None,
    )
    if lines.exists():
        raise Conflict(
            _(
                "Ideas of this call are still on a waiting list: what is left goes to them first. Prepare the next"
                " session once that list has ended."
            ),
            code="session.waiting_list",
        )


def _taken(call: Call, gate: str) -> list[tuple[int, int]]:
    """Euros and agent-days of each idea with a place at this gate, or that went on there outside a session."""
    placed = SessionIdea.objects.filter(
        session__call=call, session__gate=gate, session__state__in=GIVING, result="selected", left_at=None
    )
    found = {line.idea_id: (line.euros, line.agent_days) for line in placed}
    onward = Idea.objects.filter(
        call=call,
        state__in=["live", "held", "in_service"],
        rounds__gate=gate,
        rounds__decision__outcome__in=GO_ON,
        rounds__decision__issued_at__isnull=False,
    ).select_related("content")
    for idea in onward.exclude(pk__in=found).distinct():
        if idea.content is not None:
            found[idea.pk] = (idea.content.needs_euros or 0, idea.content.needs_days or 0)
    return list(found.values())
