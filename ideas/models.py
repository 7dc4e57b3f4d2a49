"""Gathers the rooms' models for Django."""

from ideas.calls.models import Call, Programme
from ideas.drafting.models import (
    Attachment,
    Draft,
    Idea,
    IdeaContent,
    MaskedPassage,
    MaskedText,
    Precedent,
    TeamMember,
)

__all__ = [
    "Attachment",
    "Call",
    "Draft",
    "Idea",
    "IdeaContent",
    "MaskedPassage",
    "MaskedText",
    "Precedent",
    "Programme",
    "TeamMember",
]
