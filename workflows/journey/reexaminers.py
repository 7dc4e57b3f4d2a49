"""Who answers a re-examination: one person with a delegation, who took no part; or whoever stands in for them."""

from collections import Counter
from collections.abc import Sequence

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.gates import authority
from workflows.gates.conflicts import conflicts_of
from workflows.gates.models import Decision, GateRound, Vote
from workflows.journey.models import Reexamination
from workflows.sessions.models import RoomVote, SessionMember

# A draft that is set aside leaves no row: the chain knows whose it was.
DRAFTING = ("decision_drafted", "consent_asked", "signature_declined", "decision_handed_over")


def reexaminers(idea: Idea, gate: str) -> Sequence[Person]:
    """Holders of a delegation for such a gate, or a higher one, who took no part and are not too close."""
    found = grants.mandates(
        entity=idea.programme.entity,
        capacities=authority.reexamining(gate),
        programme_key=idea.programme.key,
    )
    return _without_part([mandate.holder for mandate in found], idea, gate)


def whom_to_ask(idea: Idea, asked: Reexamination) -> Person | None:
    """Who is asked already while they can answer; else who is not close to the idea, has the fewest of them to
    answer, by staff number.

    None when nobody can: of those absent, only whoever has a deputy who is there and took no part either.
    """
    able = reexaminers(idea, asked.gate)
    close = {pk for pk, against in conflicts_of(able, idea, asked.gate).items() if against.soft}
    away = grants.deputies_among(able)
    deputies = [one for found in away.values() for one in found]
    free = {one.pk for one in _without_part(deputies, idea, asked.gate)} if deputies else set()
    free.difference_update(grants.absent_among(deputies) if free else ())
    here = {one.pk: one for one in able if one.pk not in away or any(d.pk in free for d in away[one.pk])}
    if asked.decider_id in here:
        return here[asked.decider_id]
    waiting = Reexamination.objects.filter(closed_at=None, decider__in=list(here))
    load = Counter(waiting.values_list("decider", flat=True))

    def reluctance(one: Person) -> tuple[bool, bool, int, str]:
        return one.pk in close, one.pk in away, load[one.pk], one.staff_number

    return min(here.values(), key=reluctance, default=None)


def right_to_answer(idea: Idea, asked: Reexamination, by: Actor) -> Actor | None:
    """Who answers when this person does: the one who was asked, or their deputy while they are absent; else None.

    Neither of the two may have taken part, or be too close.
    """
    holder = asked.decider
    if holder is None or by.on_behalf_of not in (None, holder):
        return None
    deputy = by.human.pk != holder.pk
    if deputy and not grants.stands_in_for(by.human).filter(pk=holder.pk).exists():
        return None
    if holder not in reexaminers(idea, asked.gate):
        return None
    if not deputy:
        return by if by.on_behalf_of is None else None
    if not _without_part([by.human], idea, asked.gate):
        return None
    return Actor(person=by.human, on_behalf_of=holder)


def _without_part(people: Sequence[Person], idea: Idea, gate: str) -> list[Person]:
    """Those, each once, who took no part and are not too close.

    Part is taken by deciding, or writing, asking for or handing back a decision that came to nothing; by sitting,
    voting for someone absent, being there when a session heard the idea, or answering for an earlier stop of it.
    """
    took_part = set(
        Decision.objects.filter(round__idea=idea, issued_at__isnull=False).values_list(
            "decider", "on_behalf_of", "second_signer", "second_on_behalf_of"
        )
    )
    out = {pk for pair in took_part for pk in pair if pk}
    out |= set(GateRound.objects.filter(idea=idea).values_list("seats__person", flat=True))
    out |= set(Vote.objects.filter(seat__round__idea=idea).values_list("cast_by", flat=True))
    heard = SessionMember.objects.filter(session__lines__idea=idea, arrived_at__isnull=False)
    out |= {pk for pair in heard.values_list("person", "sat_by") for pk in pair if pk}
    out |= set(RoomVote.objects.filter(line__idea=idea).values_list("cast_by", flat=True))
    answered = Reexamination.objects.filter(idea=idea).values_list("answered_by", "answered_on_behalf_of")
    out |= {pk for pair in answered for pk in pair if pk}
    wrote = Event.objects.filter(subject_kind="idea", subject_key=idea.key, verb__in=DRAFTING)
    drafting = {key for pair in wrote.values_list("actor_key", "on_behalf_of_key") for key in pair if key}
    found = {one.pk: one for one in people if one.pk not in out and one.key not in drafting}
    against = conflicts_of(found.values(), idea, gate)
    return [person for pk, person in found.items() if not against[pk].hard]
