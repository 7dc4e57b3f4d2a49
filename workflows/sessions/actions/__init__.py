"""The acts of a selection session: prepared, convened, held, settled, decided, closed; then the waiting list."""

from workflows.sessions.actions.documents import prepare_again
from workflows.sessions.actions.members import call_member, excuse_leaver, excuse_member, is_present
from workflows.sessions.actions.places import (
    carried,
    check_not_waiting,
    move_up,
    on_left,
    on_opinion_lost,
    waits_for_place,
)
from workflows.sessions.actions.preparing import cancel, convene, gates_of, leave_out, postpone, prepare
from workflows.sessions.actions.room import (
    note_reasons,
    open_session,
    set_present,
    step_out,
    vote_in_room,
)
from workflows.sessions.actions.settling import close, decide, on_decided, settle

__all__ = [
    "call_member",
    "cancel",
    "carried",
    "check_not_waiting",
    "close",
    "convene",
    "decide",
    "excuse_leaver",
    "excuse_member",
    "gates_of",
    "is_present",
    "leave_out",
    "move_up",
    "note_reasons",
    "on_decided",
    "on_left",
    "on_opinion_lost",
    "open_session",
    "postpone",
    "prepare",
    "prepare_again",
    "set_present",
    "settle",
    "step_out",
    "vote_in_room",
    "waits_for_place",
]
