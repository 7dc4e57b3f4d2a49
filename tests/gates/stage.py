"""An idea brought to a gate, and what its pages are sent."""

import re
from typing import Any

from django.test import Client

from ideas.drafting.models import Idea
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.journey import cast as steps
from tests.journey.cast import Cast
from workflows.gates import actions
from workflows.gates.models import GateRound, Seat


def at_g0(cast: Cast, **changes: Any) -> GateRound:
    """Submitted, the lead's seat taken."""
    idea = steps.submit(cast, **changes)
    actions.fill_seats(round_key=str(steps.round_of(idea).key))
    return steps.round_of(idea)


def at_g1(cast: Cast, **changes: Any) -> GateRound:
    """Admitted, the panel of five seated, nobody has voted."""
    idea = at_g0(cast, **changes).idea
    steps.pass_g0(idea, cast)
    actions.fill_seats(round_key=str(steps.round_of(idea).key))
    return steps.round_of(idea)


def seats_of(round_: GateRound) -> list[Seat]:
    return list(Seat.objects.filter(round=round_, state="open").select_related("person").order_by("pk"))


def cast_vote(seat: Seat, choice: str = "go", level: int = 3, **more: Any) -> None:
    answers = steps.full_vote(seat.round.rules, choice, level) | more
    version = Idea.objects.get(rounds=seat.round_id).content.version
    actions.vote(seat_key=seat.key, by=steps.act(seat.person), content_version=version, **answers)


def all_vote(round_: GateRound, *choices: str, level: int = 3) -> None:
    """Each seat votes; the last choice given is repeated."""
    for place, seat in enumerate(seats_of(round_)):
        cast_vote(seat, choices[min(place, len(choices) - 1)] if choices else "go", level)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def opinion(round_: GateRound, choice: str = "go", **changes: Any) -> dict[str, Any]:
    """What the opinion page posts."""
    rules = round_.rules
    sent: dict[str, Any] = {
        "request_key": new_key(),
        "content_version": round_.idea.content.version,
        "links": "none",
        "choice": choice,
        "comment_to_authors": "",
        "comment_to_panel": "",
        "condition_0_text": "",
        "condition_0_due": "",
    }
    sent |= {f"must_meet_{rule['key']}": "yes" for rule in rules["must_meet"] if rule["kind"] == "judgement"}
    sent |= {f"score_{rule['key']}": "3" for rule in rules["criteria"]}
    return sent | changes


def written(outcome: str = "go", **changes: Any) -> dict[str, Any]:
    """What the decision page posts."""
    sent = {"request_key": new_key(), "step": "decide", "outcome": outcome, "reasons": steps.REASONS}
    return sent | changes


def texts(html: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
