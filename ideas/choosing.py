"""Naming a colleague: the field stands in the people room, whose pages use it too."""

from incubator.people.choosing import Colleague, find

__all__ = ["Colleague", "find"]
