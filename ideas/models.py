"""Gathers the rooms' models for Django."""

from ideas.calls.models import Call, Programme
from ideas.drafting.models import (
    Attachment,
    Draft,
    Idea,
    IdeaContent,
    Precedent,
    TeamMember,
)

__all__ = [
    "Attachment",
    "Call",
    "Draft",
    "Idea",
    "IdeaContent",
    "Precedent",
    "Programme",
    "TeamMember",
]
