"""Writing an idea before it is submitted, and again when it has come back: text, team, files."""

from ideas.drafting.actions.attachments import attach, remove_attachment
from ideas.drafting.actions.credit import give_credit, take_credit_back
from ideas.drafting.actions.team import (
    accept_invitation,
    decline_invitation,
    invite,
    invite_author,
    leave_team,
    wish_name_shown,
    withdraw_invitation,
)
from ideas.drafting.actions.texts import (
    TextConflict,
    autosave,
    begin,
    change_call,
    check_may_write,
    copy_precedent,
    delete_draft,
)
from ideas.drafting.actions.versions import save_version, version_payload, write_version

__all__ = [
    "TextConflict",
    "accept_invitation",
    "attach",
    "autosave",
    "begin",
    "change_call",
    "check_may_write",
    "copy_precedent",
    "decline_invitation",
    "delete_draft",
    "give_credit",
    "invite",
    "invite_author",
    "leave_team",
    "remove_attachment",
    "save_version",
    "take_credit_back",
    "version_payload",
    "wish_name_shown",
    "withdraw_invitation",
    "write_version",
]
