"""What the people of the city say: a sentence that fits the moment, in the idea's language, never twice of one idea.

Sentences may name in braces what the code knows of the idea: `known` gives the names.
"""

from random import Random
from typing import Any

from django.utils import translation

from ideas.drafting.models import Idea
from incubator.lib import words
from workflows.demonstration.material import read
from workflows.pilots.models import PilotPlan

LANGUAGE = "fr"  # of the sentences that are in no other


class Voice:
    """`own`: what the fixture of the idea says itself; `dice`: what is drawn from."""

    def __init__(self, language: str, own: dict[str, str], dice: Random) -> None:
        self.language, self.own, self.dice = language, own, dice
        self.said: set[str] = set()

    def sentence(self, *path: str, idea: Idea | None = None) -> str:
        """What the fixture says for this idea, else one of the sentences at `path` that was not said yet."""
        if path[0] in self.own:
            return self.own[path[0]]
        return self._draw(_at(_sentences(self.language, path), path), idea)

    def reasons(self, gate: str, outcome: str, departs: bool, idea: Idea) -> str:
        """Why a gate is decided so; a decider who departs from the panel may have reasons of their own."""
        if f"{gate}:{outcome}" in self.own:
            return self.own[f"{gate}:{outcome}"]
        written = read("reasons")
        of_gate = written[self.language].get(gate, {})
        if outcome not in of_gate:
            of_gate = written[LANGUAGE][gate]
        return self._draw(of_gate.get(f"{outcome}!", of_gate[outcome]) if departs else of_gate[outcome], idea)

    def _draw(self, found: list[str], idea: Idea | None) -> str:
        fresh = [one for one in found if one not in self.said or not one] or found
        one = self.dice.choice(fresh)
        self.said.add(one)
        return one.format(**known(idea)) if idea is not None and "{" in one else one


def _sentences(language: str, path: tuple[str, ...]) -> Any:
    """The sentences in this language where it has them."""
    if language != LANGUAGE:
        found = read(f"sentences_{language}")
        if all(isinstance(found, dict) and part in found and (found := found[part]) for part in path):
            return read(f"sentences_{language}")
    return read("sentences")


def _at(found: Any, path: tuple[str, ...]) -> list[str]:
    for part in path:
        found = found[part]
    return list(found)


def known(idea: Idea) -> dict[str, str]:
    """What sentences may name, as the idea's readers see it: `means`, and of a plan `months`, `where` and its first
    `indicator` with `unit`, `baseline`, `target` and the `last` reading, the baseline before there is one."""
    with translation.override(idea.content.language):
        found = {"means": _means(idea)}
        plan = PilotPlan.objects.filter(idea=idea).first()
        first = plan and plan.indicators.order_by("position").first()
        if plan and first:
            last = first.readings.order_by("check_in__on", "pk").last()
            found |= {"months": str(plan.months), "where": plan.where}
            found |= {"indicator": first.name, "unit": first.unit}
            found["baseline"] = words.figure(first.baseline)
            found["target"] = words.figure(first.target)
            found["last"] = words.figure(last.value if last else first.baseline)
    return found


def _means(idea: Idea) -> str:
    """`2 600 € et 8 jours de travail`."""
    content = idea.content
    euros, days = content.needs_euros or 0, content.needs_days or 0
    french = words.in_french()
    work = f"{words.days(days)} {'de travail' if french else 'of work'}"
    if not days:
        work = "le temps du service" if french else "the service’s own time"
    return f"{words.euros(euros)} {'et' if french else 'and'} {work}" if euros else work
