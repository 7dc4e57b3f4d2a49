"""The configuration of a programme, as data: versions of one document, checked before they are published.

Rounds take the rules of their gate from the version in force and keep them (law 10).
"""

from workflows.gates.configuration.reading import default_rules, defaults, pinned

__all__ = ["default_rules", "defaults", "pinned"]
