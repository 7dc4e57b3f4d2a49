"""The acts of the people room: keyword-only, `by=` an actor, one event per subject in the same transaction."""

from incubator.people.actions.absences import end_absence, record_absence
from incubator.people.actions.charter import answer_charter
from incubator.people.actions.closings import close_days, reopen_days
from incubator.people.actions.codes import Issued, issue_code, open_code
from incubator.people.actions.employment import assign, depart, hire
from incubator.people.actions.founding import found_entity
from incubator.people.actions.letterhead import change_letterhead
from incubator.people.actions.own import keep_details, note_private_link, remove_private_link
from incubator.people.actions.rights import end_grant, end_mandate, give_mandate, grant_role
from incubator.people.actions.secrets import change_secret, choose_secret, end_sessions

__all__ = [
    "Issued",
    "answer_charter",
    "assign",
    "change_letterhead",
    "change_secret",
    "choose_secret",
    "close_days",
    "depart",
    "end_absence",
    "end_grant",
    "end_mandate",
    "end_sessions",
    "found_entity",
    "give_mandate",
    "grant_role",
    "hire",
    "issue_code",
    "keep_details",
    "note_private_link",
    "open_code",
    "record_absence",
    "remove_private_link",
    "reopen_days",
]
