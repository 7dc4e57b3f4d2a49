"""The acts of the people room: keyword-only, `by=` an actor, one event per subject in the same transaction."""

from incubator.people.actions.codes import Issued, issue_code, open_code
from incubator.people.actions.secrets import change_secret, choose_secret, end_sessions

__all__ = ["Issued", "change_secret", "choose_secret", "end_sessions", "issue_code", "open_code"]
