"""How long each answer may take, in working days of the entity: the numbers of `fixtures/defaults.json`."""

from incubator.lib.reference import defaults


def search() -> int:
    """To find a sponsor."""
    return int(defaults()["stages"]["sponsorship"]["sponsor_search"])


def investigation() -> int:
    """From the promise to the request for the launch."""
    return int(defaults()["stages"]["sponsorship"]["investigation"])


def opinion() -> int:
    """The line manager's, on time."""
    return int(defaults()["line_manager_opinion"]["answer_in"])


def signature() -> int:
    """The director's on time, and finance's on the budget line."""
    return int(defaults()["director_time_release"]["answer_in"])


def arbitration() -> int:
    """The deputy director general's, of a refusal of time."""
    return int(defaults()["director_time_release"]["arbitration_in"])
