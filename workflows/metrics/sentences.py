"""The figures in words: six sentences that lead the page, and the finding that heads each drawing."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from incubator.lib import words
from workflows.metrics.queries import Answered, Changed, Figures, Promises, Reasons, StageTime, Waiting

HIDDEN = "s"
STAGE_NAMES = {
    "submission": pgettext_lazy("stage", "Submission"),
    "review": pgettext_lazy("stage", "Review"),
    "sponsorship": pgettext_lazy("stage", "Sponsorship"),
    "pilot": pgettext_lazy("stage", "Pilot"),
    "evaluation": pgettext_lazy("stage", "Evaluation"),
    "in_service": pgettext_lazy("stage", "In service"),
}


def six(figures: Figures) -> list[dict[str, str]]:
    """Title and text of each sentence, in the language in force."""
    return [
        {"title": _("Answered in time"), "text": answered(figures.answered)},
        {"title": _("Waiting now"), "text": waiting(figures.waiting)},
        {"title": _("The stage that blocks"), "text": blocks(figures.stages, figures.waiting.late)},
        {"title": _("Reasons given"), "text": reasons(figures.reasons)},
        {"title": _("Promises kept"), "text": promises(figures.promises)},
        {"title": _("What changed"), "text": changed(figures.changed)},
    ]


def answered(found: Answered) -> str:
    """An answer that is missing after its day counts as one that did not come in time."""
    due = found.in_time + found.late + found.missing
    if not due:
        return _("No first answer was due in the last twelve months, on any of the three routes.")
    said = ngettext(
        "%(in_time)s of %(due)s first answer due in the last twelve months, on all three routes, came in time.",
        "%(in_time)s of the %(due)s first answers due in the last twelve months, on all three routes, came in time.",
        due,
    ) % {"in_time": words.number(found.in_time), "due": words.number(due)}
    if found.late:
        after = ngettext("%(number)s came after its day.", "%(number)s came after their day.", found.late)
        said = f"{said} {after % {'number': words.number(found.late)}}"
    if not found.missing:
        return f"{said} {_('None is missing.')}"
    missing = ngettext("%(number)s is still missing.", "%(number)s are still missing.", found.missing)
    return f"{said} {missing % {'number': words.number(found.missing)}}"


def waiting(found: Waiting) -> str:
    if not found.under_way:
        return _("No idea is under way.")
    said = ngettext("%(number)s idea is under way.", "%(number)s ideas are under way.", found.under_way)
    said %= {"number": words.number(found.under_way)}
    if not found.late:
        return f"{said} {_('Each is within its time.')}"
    late = ngettext(
        "%(late)s is late, by %(days)s: %(stages)s.",
        "%(late)s are late, the oldest by %(days)s: %(stages)s.",
        found.late,
    ) % {
        "late": words.number(found.late),
        "days": words.working_days(found.oldest_late),
        "stages": ", ".join(
            f"{STAGE_NAMES[stage]} {words.number(number)}" for stage, number in found.late_in
        ),
    }
    return f"{said} {late}"


def slow(stages: list[StageTime]) -> list[StageTime]:
    """The stages in which more than a quarter of the ideas stay longer than promised, the furthest beyond first."""
    found = [stage for stage in stages if stage.overrun > 0]
    return sorted(found, key=lambda stage: -stage.overrun)


def _names(stages: list[StageTime]) -> str:
    return ", ".join(str(STAGE_NAMES[stage.stage]) for stage in stages)


def blocks(stages: list[StageTime], late: int) -> str:
    """`late`: the ideas late now, which a stage that keeps its promise to most may have too."""
    if not any(stage.enough for stage in stages):
        return _("Too few ideas have been through a stage to say.")
    found = slow(stages)
    if not found:
        said = _("No stage is known to keep more than a quarter of its ideas longer than promised.")
        return f"{said} {_('Those that are late all the same stand under “Waiting now”.')}" if late else said
    first, others = found[0], found[1:]
    if first.three_quarters is None:
        said = _(
            "%(stage)s: more than a quarter of the ideas take longer than the %(promise)s that we promised."
        ) % {
            "stage": STAGE_NAMES[first.stage],
            "promise": words.working_days(first.promise or 0),
        }
    else:
        said = _(
            "%(stage)s: three quarters of the ideas leave it within %(days)s. We promised %(promise)s."
        ) % {
            "stage": STAGE_NAMES[first.stage],
            "days": words.working_days(first.three_quarters),
            "promise": words.number(first.promise or 0),
        }
    if not others:
        return said
    also = _("More than a quarter stay longer than promised here too: %(stages)s.") % {
        "stages": _names(others)
    }
    return f"{said} {also}"


def reasons(found: Reasons) -> str:
    if not found.decisions:
        return _("No decision was issued in the last twelve months.")
    if found.with_reasons == found.decisions:
        said = ngettext(
            "The only decision of the last twelve months has its reasons.",
            "All %(number)s decisions of the last twelve months have their reasons.",
            found.decisions,
        )
    else:
        said = _("%(given)s of the %(number)s decisions of the last twelve months have their reasons.")
    said %= {"given": words.number(found.with_reasons), "number": words.number(found.decisions)}
    if not found.departed:
        return f"{said} {_('None departed from its panel’s opinion.')}"
    departed = ngettext(
        "%(number)s departed from its panel’s opinion, and says why.",
        "%(number)s departed from their panel’s opinion, and say why.",
        found.departed,
    )
    return f"{said} {departed % {'number': words.number(found.departed)}}"


def promises(found: Promises) -> str:
    said = []
    if found.conditions:
        said.append(
            ngettext(
                "%(kept)s of %(number)s condition due in the last twelve months was met in time.",
                "%(kept)s of the %(number)s conditions due in the last twelve months were met in time.",
                found.conditions,
            )
            % {"kept": words.number(found.conditions_kept), "number": words.number(found.conditions)}
        )
    if found.pledges:
        said.append(
            ngettext(
                "%(kept)s of %(number)s pledge holds.",
                "%(kept)s of the %(number)s pledges hold.",
                found.pledges,
            )
            % {"kept": words.number(found.pledges_kept), "number": words.number(found.pledges)}
        )
    return " ".join(said) or _("No promise fell due in the last twelve months.")


def changed(found: Changed) -> str:
    return " ".join(
        (
            ngettext(
                "Since %(day)s, %(number)s idea came in (%(before)s in the quarter before).",
                "Since %(day)s, %(number)s ideas came in (%(before)s in the quarter before).",
                found.submitted,
            )
            % {
                "day": words.plain_day(found.since),
                "number": words.number(found.submitted),
                "before": words.number(found.submitted_before),
            },
            ngettext("%(number)s pilot started.", "%(number)s pilots started.", found.pilots)
            % {"number": words.number(found.pilots)},
            ngettext(
                "%(number)s idea became a service.", "%(number)s ideas became a service.", found.in_service
            )
            % {"number": words.number(found.in_service)},
        )
    )


def funnel_finding(funnel: list[tuple[str, int]]) -> str:
    reached = dict(funnel)
    return ngettext(
        "%(pilots)s of %(all)s idea has started a pilot so far",
        "%(pilots)s of %(all)s ideas have started a pilot so far",
        reached["submission"],
    ) % {"pilots": words.number(reached["pilot"]), "all": words.number(reached["submission"])}


def times_finding(stages: list[StageTime]) -> str:
    if not any(stage.enough for stage in stages):
        return _("Too few ideas have been through a stage to say how long it takes")
    found = slow(stages)
    if not found:
        return _("No stage is known to keep more than a quarter of its ideas too long")
    return _("More than a quarter of the ideas stay longer than promised: %(stages)s") % {
        "stages": _names(found)
    }


def participation_finding(content: dict[str, Any]) -> str:
    if not content["total"]:
        return _("Too few people took part to say how many")
    count, size = content["total"]
    return _("%(share)s of staff proposed an idea") % {"share": words.percent(100 * count / size, 1)}


def participation_alone(content: dict[str, Any]) -> str:
    """What stands in place of the table where no direction has figures; '' where one has."""
    if content["shown"] or not content["total"]:
        return ""
    count, size = content["total"]
    said = ngettext(
        "%(count)s of %(size)s person took part.", "%(count)s of %(size)s people took part.", size
    ) % {"count": words.number(count), "size": words.number(size)}
    why = _(
        "By direction nothing can be shown for this half-year: too few people took part in some, and what the others"
        " show would let it be worked out."
    )
    return f"{said} {why}"
