"""The acts of a selection session: prepared, convened, held, settled, decided, closed; then the waiting list."""

from workflows.sessions.actions.places import carried, check_not_waiting, move_up, on_left, waits_for_place
from workflows.sessions.actions.preparing import call_member, cancel, convene, leave_out, prepare
from workflows.sessions.actions.room import (
    is_present,
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
    "is_present",
    "leave_out",
    "move_up",
    "note_reasons",
    "on_decided",
    "on_left",
    "open_session",
    "prepare",
    "set_present",
    "settle",
    "step_out",
    "vote_in_room",
    "waits_for_place",
]
