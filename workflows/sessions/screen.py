"""What the session's page shows to whom: presence, votes in the room, the list, the decision."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas.drafting.models import Idea
from incubator.lib import words
from workflows.gates import wording as gates
from workflows.gates.authority import may_decide
from workflows.sessions import queries, rules, wording
from workflows.sessions.actions import is_present
from workflows.sessions.actions.limits import left
from workflows.sessions.actions.places import is_put_off
from workflows.sessions.forms import LineForm, MemberForm, PostponeForm, ReasonsForm
from workflows.sessions.models import SelectionSession, SessionIdea, SessionMember
from workflows.sessions.queries import Reader, Room

NOTED_IN = ("convened", "live", "settled")
CALLED_IN = ("preparing", "convened", "live")


def screen(
    session: SelectionSession, who: Reader, *, act: str = "", data: QueryDict | None = None
) -> dict[str, Any]:
    """The context of the page. `data`: what was typed into the form of `act` that was refused."""
    room = queries.room_of(session, who.person)
    kept = set().union(*queries.opinions_kept_from(session, who))
    there = [line for line in room.lines if line.left_at is None]
    state = session.state
    waiting = [line for line in _by_rank(there) if not _issued(line) and not is_put_off(line.round)]
    to_decide = [line for line in waiting if not _drafted(line)] if who.decides and state == "settled" else []
    own = may_decide(who.person, [(line.round, line.idea) for line in to_decide])
    return {
        "session": session,
        "who": who,
        "live": state == "live",
        "limits": limits(session),
        "ties": [str(wording.TIES[code]) for code in [*session.rules["ties"], rules.LOT]],
        "ends_at": _ends_at(room),
        "members": [_member(room, member, who) for member in room.members],
        "present": sum(is_present(member) for member in room.members),
        "lines": [
            _line(room, line, who, act, data) | {"opinion": "" if line.idea_id in kept else _opinion(line)}
            for line in _in_order(room)
        ],
        "standing": _standing(room),
        "member_form": MemberForm(data if act == "member" else None)
        if who.leads and state in CALLED_IN
        else None,
        "postpone_form": PostponeForm(data if act == "postpone" else None, session)
        if who.leads and state in ("preparing", "convened")
        else None,
        "deciding": [
            LineForm(
                data if act == "decide" else None, line, session, passages=room.passages.get(line.idea_id, ())
            )
            for line in to_decide
            if line.round_id in own
        ],
        "for_others": [line.idea for line in to_decide if line.round_id not in own],
        "undecided": len(waiting),
        "documents": queries.documents_of(session),
    }


def limits(session: SelectionSession) -> str:
    """`4 places · 60,000 €`, as the call promised."""
    return _limits(session.rules)


def limits_left(idea: Idea, gate: str) -> str:
    """As `limits`, what the idea's call still has to give at this gate; '' where it promised no limit."""
    call = idea.call
    return _limits(left(call, gate)) if call is not None and call.has_limits else ""


def _limits(stated: Mapping[str, Any]) -> str:
    found = []
    if stated["places"] is not None:
        found.append(
            ngettext("%(number)s place", "%(number)s places", stated["places"])
            % {"number": words.number(stated["places"])}
        )
    if stated["envelope_euros"] is not None:
        found.append(words.euros(stated["envelope_euros"]))
    if stated["envelope_agent_days"] is not None:
        found.append(_("%(days)s of work") % {"days": words.days(stated["envelope_agent_days"])})
    return " · ".join(found)


def result_words(line: SessionIdea) -> str:
    """`A place`, `Moved up: a place`, `Left the session`."""
    if line.left_at is not None:
        return _("Left the session")
    if line.moved_up_at is not None:
        return _("A place, moved up from the waiting list")
    return str(wording.RESULTS[line.result]) if line.result else ""


def _in_order(room: Room) -> list[SessionIdea]:
    """By hearing until the list is settled, then by rank; those that are not heard, by number."""
    if room.session.record is not None:
        return _by_rank(room.lines)
    last = room.session.held_at + timedelta(days=1)
    return sorted(room.lines, key=lambda line: (line.hearing_at or last, line.idea.number or 0))


def _by_rank(lines: list[SessionIdea]) -> list[SessionIdea]:
    return sorted(lines, key=lambda line: (line.rank is None, line.rank or 0, line.idea.number or 0))


def _issued(line: SessionIdea) -> bool:
    decision = getattr(line.round, "decision", None)
    return decision is not None and decision.issued_at is not None


def _drafted(line: SessionIdea) -> bool:
    """Whether a decision is written and waits for its second signature."""
    decision = getattr(line.round, "decision", None)
    return decision is not None and decision.issued_at is None


def _ends_at(room: Room) -> Any:
    if not room.heard:
        return None
    last = max(line.hearing_at for line in room.heard if line.hearing_at)
    return last + timedelta(minutes=room.session.rules["hearing_minutes"])


def _member(room: Room, member: SessionMember, who: Reader) -> dict[str, Any]:
    details = [_("chairs")] if member.is_chair else []
    deputy, present = room.deputies.get(member.person_id), is_present(member)
    if deputy is not None and not present:
        details.append(_("absent, %(deputy)s stands in") % {"deputy": deputy})
    elif room.session.opened_at is not None:
        details.append(_("present") if present else _("not there"))
    if member.sat_by is not None:
        details.append(_("%(deputy)s sits as deputy") % {"deputy": member.sat_by})
    return {
        "key": member.key,
        "initials": member.person.initials,
        "name": str(member.person),
        "detail": ", ".join(details),
        "present": present,
        "deputy": str(deputy) if deputy is not None and not present else "",
        "may_note": who.runs and room.session.state == "live" and (present or member.person.is_active),
        "may_excuse": member.arrived_at is None
        and room.session.state in CALLED_IN
        and (who.leads or member.person_id == who.person.pk),
    }


def _line(room: Room, line: SessionIdea, who: Reader, act: str, data: QueryDict | None) -> dict[str, Any]:
    state = room.session.state
    in_time = line.left_at is None
    heard = line.hearing_at is not None and in_time
    form = None
    if who.runs and in_time and state in NOTED_IN and not _issued(line):
        mine = act == "reasons" and data is not None and data.get("idea") == str(line.idea.key)
        form = ReasonsForm(data if mine else None, line, room.passages.get(line.idea_id, ()))
    return {
        "key": line.idea.key,
        "number": line.idea.reference,
        "title": line.idea.title,
        "hearing_at": line.hearing_at,
        "left": not in_time,
        "needs": f"{words.euros(line.euros)} · {words.days(line.agent_days)}",
        "result": result_words(line),
        "drafted": _drafted(line),
        "put_off": is_put_off(line.round) and not _issued(line) and in_time,
        "result_kind": "ok" if line.result == "selected" and in_time else "",
        "rank": line.rank,
        "decision": gates.outcome_name(line.round.decision) if _issued(line) else "",
        "may_leave_out": who.leads and state == "preparing" and in_time,
        "mine": _mine(room, line, who) if heard and state in ("convened", "live") else None,
        "counted": _counted(room, line, who) if heard and state == "live" else "",
        "out": _out(room, line, who) if heard else "",
        "reasons_form": form,
        "noted": bool(line.reasons),
    }


def _opinion(line: SessionIdea) -> str:
    if line.opinion is None:
        return ""
    score = line.opinion["score"]
    title = str(gates.OPINIONS[line.opinion["result"]])
    return f"{title} · {words.number(float(score), 2)}" if score else title


def _mine(room: Room, line: SessionIdea, who: Reader) -> dict[str, Any] | None:
    """What a member does with this idea now: vote, or nothing because they step out."""
    member = who.member
    if member is None:
        return None
    if any(one.member_id == member.pk for one in room.out_of(line)):
        return {"out": True}
    own = next((vote for vote in room.votes_on(line) if vote.member_id == member.pk), None)
    return {
        "out": False,
        "member": member.key,
        "may_vote": room.session.state == "live" and who.sits,
        "voted": own is not None,
        "abstained": own is not None and own.level is None,
        "levels": [
            {"value": value, "label": label, "chosen": own is not None and own.level == value}
            for value, label in enumerate(wording.LEVELS)
        ],
    }


def _counted(room: Room, line: SessionIdea, who: Reader) -> str:
    """How many have voted, for whoever does not vote or has; never how."""
    votes, member = room.votes_on(line), who.member
    if member is not None and not any(vote.member_id == member.pk for vote in votes):
        return ""
    out = {one.member_id for one in room.out_of(line)}
    there = sum(is_present(one) and one.pk not in out for one in room.members)
    return _("%(votes)s of %(there)s have voted") % {"votes": len(votes), "there": there}


def _out(room: Room, line: SessionIdea, who: Reader) -> str:
    """Who is out: a number only, for a name would tell of a link to a team that is masked."""
    count = len(room.out_of(line))
    if not count or not (who.runs or who.decides):
        return ""
    return ngettext("%(number)s member steps out", "%(number)s members step out", count) % {"number": count}


def _standing(room: Room) -> dict[str, Any] | None:
    """The settled list: means and the tie rule where it was needed, what is used and who waits."""
    record = room.session.record
    if record is None:
        return None
    by_key = {str(line.idea.key): line for line in room.lines}
    selected = [key for key, line in by_key.items() if line.result == "selected" and line.left_at is None]
    used: Mapping[str, int] = rules.used(record, selected)
    rows = [
        {
            "rank": line["rank"],
            "title": by_key[line["idea"]].idea.title,
            "mean": words.number(float(line["mean"]), 2),
            "votes": line["votes"],
            "abstentions": line["abstentions"],
            "tie": str(wording.TIES[line["tie"]]) if line["tie"] else "",
            "result": result_words(by_key[line["idea"]]),
        }
        for line in record["outcome"]["list"]
        if line["idea"] in by_key
    ]
    return {
        "rows": rows,
        "used": _("%(places)s, %(euros)s, %(days)s")
        % {
            "places": ngettext("%(number)s place", "%(number)s places", used["places"])
            % {"number": used["places"]},
            "euros": words.euros(used["euros"]),
            "days": words.days(used["agent_days"]),
        },
    }
