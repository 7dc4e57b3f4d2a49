"""The configuration of a programme, as data: versions of one document, checked before they are published.

Rounds take the rules of their gate from the version in force and keep them (law 10).
"""

from incubator.lib.reference import defaults
from workflows.gates.configuration.reading import default_rules, pinned

__all__ = ["default_rules", "defaults", "pinned"]
