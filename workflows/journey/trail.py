"""An idea's trail for the auditor: its events in order, and the votes of closed rounds. Persons are keys."""

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from incubator.events import rules as chains
from incubator.events.models import Event
from incubator.lib import words
from incubator.lib.row_numbers import row_number
from incubator.people import grants
from incubator.people.models import Person, RoleGrant
from workflows.gates import wording as gates
from workflows.gates.conflicts import conflicts_of
from workflows.gates.models import Decision, GateRound, Seat
from workflows.gates.records import record_sha256
from workflows.journey import wording

PAGE = 100
AUDITOR = "auditor"


def grants_on(person: Person, idea: str) -> QuerySet[RoleGrant]:
    """Of an outer row: this person's grants in force to audit its idea's programme; `idea`: the way there, as
    `idea__` or ''."""
    return grants.of_person(person, AUDITOR).filter(
        Q(entity=None) | Q(entity=OuterRef(f"{idea}programme__entity")),
        Q(programme_key="") | Q(programme_key=OuterRef(f"{idea}programme__key")),
        department=None,
        person__is_active=True,
    )


def audits(person: Person) -> Combinable:
    """Of ideas: whether this person audits their programme and neither sat on them nor decided; of how close they are
    to each, `may_read` asks."""
    sat, decided = Q(), Q()
    for name in ("person", "votes__cast_by"):
        sat |= Q(**{name: person})
    for name in ("decider", "on_behalf_of", "second_signer", "second_on_behalf_of"):
        decided |= Q(**{name: person})
    here = {"round__idea": OuterRef("pk")}
    part = Exists(Seat.objects.filter(sat, **here)) | Exists(Decision.objects.filter(decided, **here))
    return ExpressionWrapper(Q(Exists(grants_on(person, ""))) & ~part, output_field=BooleanField())


def may_read(person: Person, idea: Idea) -> bool:
    """Whether this person reads the trail and the votes: nobody too close to the idea, nor whoever had a part in what
    was decided. `idea`: with `audited`, as `audits` gives it."""
    return bool(vars(idea)["audited"]) and not conflicts_of([person], idea, "")[person.pk].hard


def trail_of(idea: Idea, after: str = "") -> dict[str, Any]:
    """A page of the idea's chain from its beginning, whether the whole of it holds, and the closed rounds' votes.

    `after`: the place of the last event of the page before.
    """
    rows = Event.objects.filter(subject_kind="idea", subject_key=idea.key).order_by("sequence")
    chain = list(rows.values(*chains.HASHED, "hash"))
    start = row_number(after) or 0
    following = [event for event in chain if event["sequence"] > start]
    shown = following[:PAGE]
    return {
        "count": len(chain),
        "broken_at": chains.first_break(chain),
        "entries": [_entry(event) for event in shown],
        "next_url": f"?after={shown[-1]['sequence']}" if len(following) > PAGE else "",
        "rounds": [] if start else _rounds(idea),
    }


def _entry(event: Mapping[str, Any]) -> dict[str, Any]:
    said = wording.HAPPENED.get(event["verb"])
    return {
        "place": event["sequence"],
        "verb": event["verb"],
        "said": str(said) if said else "",
        "subject": f"{event['subject_kind']} {event['subject_key']}",
        "when": words.moment(event["happened_at"], year=True),
        "at": event["happened_at"],
        "who": str(event["actor_key"] or event["system"]),
        "for": str(event["on_behalf_of_key"] or ""),
        "effects": [_effect(effect) for effect in event["effects"]],
    }


def _effect(effect: Mapping[str, Any]) -> str:
    """As it was recorded: codes, keys and times."""
    said = f"{effect.get('what', '')}: {_plain(effect.get('from'))} → {_plain(effect.get('to'))}"
    more = [f"{name} {_plain(value)}" for name, value in effect.items() if name not in ("what", "from", "to")]
    return "; ".join([said, *more])


def _plain(value: Any) -> str:
    return "–" if value is None else str(value)


def _rounds(idea: Idea) -> list[dict[str, Any]]:
    """Each decided round with a panel, oldest first, from its frozen record alone."""
    found = GateRound.objects.filter(idea=idea, state="decided").order_by("closed_at", "pk")
    return [_round(round_) for round_ in found if (round_.record or {}).get("seats")]


def _round(round_: GateRound) -> dict[str, Any]:
    record: dict[str, Any] = round_.record or {}
    return {
        "key": str(round_.key),
        "gate": wording.gate_words(round_.gate),
        "number": round_.number,
        "closed_at": round_.closed_at,
        "whole": record_sha256(record) == round_.record_sha256,
        "sha256": round_.record_sha256,
        "seats": [_seat(seat, record["rules"]) for seat in record["seats"]],
    }


def _seat(seat: Mapping[str, Any], configured: Mapping[str, Any]) -> dict[str, Any]:
    """A comment or a reason may hold a name: only codes and levels are shown."""
    vote = seat["vote"] or {}
    said: list[tuple[str, object]] = [
        (gates.must_meet_label(key, configured), gates.ANSWERS[given["answer"]])
        for key, given in (vote.get("must_meets") or {}).items()
    ]
    said += [
        (gates.criterion_label(key, configured), _plain(given.get("level")))
        for key, given in (vote.get("scores") or {}).items()
    ]
    return {
        "person": seat["person"],
        "cast_by": vote.get("cast_by", ""),
        "chair": seat["chair"],
        "choice": gates.VOTES[vote["choice"]][0] if vote else _("did not vote"),
        "answers": [_("%(rule)s: %(said)s") % {"rule": rule, "said": answer} for rule, answer in said],
    }
