"""Who is told of what happens inside a consultation, and in which words. Nobody is named."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ideas import tellings
from ideas.access import access
from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox import wording as asks
from incubator.inbox.models import WorkItem
from incubator.messages.rules import Telling, audience
from incubator.messages.wording import Text, declare
from incubator.people.models import Person
from workflows.gates import authority
from workflows.gates.models import Decision, ExpertQuestion, GateRound, Seat

TEXTS = {
    "signature_declined": Text(
        _("The decision you wrote on “%(title)s” was not signed (%(gate)s)"),
        _("It is set aside. Whoever may decide is asked again, you too."),
    ),
    "consent_declined": Text(
        _("The authors of “%(title)s” do not wish it to be handed on (%(gate)s)"),
        _("Your decision is set aside, and nobody else is told. You are asked to decide otherwise."),
    ),
    "vote_set_aside": Text(
        _("Your opinion on “%(title)s” no longer counts"),
        _("You have come too close to this idea. Your vote is kept, unread, and a substitute is called."),
    ),
    "question_closed": Text(
        _("A question about “%(title)s” was closed without an answer (%(gate)s)"),
        _("The expert is no longer here. You may ask someone else."),
    ),
    "panel_changed": Text(
        _("The panel of “%(title)s” has changed (%(gate)s)"),
        _("A member came too close to the idea. Their vote is set aside and a substitute is called."),
    ),
}

ASKS = {
    "casting_vote": asks.Ask(
        _("Settle the opinion on “%(title)s”: the panel’s votes do not"),
        pgettext_lazy("work item", "Vote"),
        lent=True,
    ),
    "consent": asks.Ask(
        _("Say whether “%(title)s” may be handed to others who can act on it"),
        asks.ANSWER,
        hint=_("Without your consent it does not count, and nobody else is told."),
    ),
    "discuss": asks.Ask(
        _("The panel disagrees on “%(title)s”: look at your vote once more"),
        pgettext_lazy("work item", "Look again"),
        lent=True,
    ),
    "complete_opinion": asks.Ask(
        _("Complete the panel of “%(title)s”: its opinion lacks something"),
        pgettext_lazy("work item", "Panel"),
        lent=True,
    ),
}


def register() -> None:
    """Called once, when the application starts."""
    for kind, text in TEXTS.items():
        declare(kind, text)
    for verb, ask in ASKS.items():
        asks.declare(verb, ask)


@audience("signature_declined")
def of_the_draft(event: Event) -> list[Telling]:
    """Whoever wrote the decision, and the absent person they wrote it for."""
    keys = [key for key in (event.payload.get("decider"), event.payload.get("on_behalf_of")) if key]
    return _tell(event, Person.objects.filter(key__in=keys), "signature_declined", "decide")


@audience("decided")
def of_the_outcome(event: Event) -> list[Telling]:
    """Whoever sat to the end, both signers and the sponsor, at the one moment at which the team is told.

    Not whoever acted. Nothing tells who voted, or how: a seat without a vote is told like any other.
    """
    idea, round_ = tellings.idea_of(event), _round(event)
    if idea is None or round_ is None:
        return []
    signers = ("decider", "on_behalf_of", "second_signer", "second_on_behalf_of")
    signed = Decision.objects.filter(round=round_).values_list(*signers)
    keys = {key for row in signed for key in row if key is not None}
    keys |= set(round_.seats.filter(state="closed").values_list("person", flat=True))
    if sponsor := authority.sponsor_of(idea):
        keys.add(sponsor.pk)
    people = Person.objects.filter(pk__in=keys).exclude(pk__in=_actor(event))
    return _tell(event, people, "decided", "decide", outcome=event.payload["outcome"])


@audience("expert_answered", "expert_question_closed")
def of_the_question(event: Event) -> list[Telling]:
    """The lead who asked, unless they closed it themselves."""
    asked = ExpertQuestion.objects.filter(key=event.payload["question"])
    people = Person.objects.filter(pk__in=asked.values("asked_by")).exclude(pk__in=_actor(event))
    kind = "answered" if event.verb == "expert_answered" else "question_closed"
    return _tell(event, people, kind, "expert-questions")


@audience("consent_declined")
def of_the_writer(event: Event) -> list[Telling]:
    """Whoever wrote the decision, and nobody else."""
    writer = Person.objects.filter(key=event.payload.get("decider"))
    return _tell(event, writer, "consent_declined", "decide")


@audience("votes_voided")
def of_the_seats(event: Event) -> list[Telling]:
    """Those whose vote is set aside; the chair, and whoever had been asked to decide on what it was part of."""
    gone = Seat.objects.filter(key__in=[line["seat"] for line in event.effects if line["what"] == "seat"])
    round_ = _round(event)
    if round_ is None:
        return []
    asked = WorkItem.objects.filter(key=f"decide:{round_.key}").values("person")
    chairs = Seat.objects.filter(round=round_, is_chair=True, state="open").values("person")
    concerned = Person.objects.filter(pk__in=asked) | Person.objects.filter(pk__in=chairs)
    others = concerned.exclude(pk__in=gone.values("person")).distinct()
    # That there is a link tells who may be in the team.
    kind = "seat_closed" if access().names_hidden(round_.idea) else "vote_set_aside"
    return _tell(event, Person.objects.filter(pk__in=gone.values("person")), kind, "idea") + _tell(
        event, others, "panel_changed", "decide"
    )


@audience("seat_replaced", "seat_changed")
def of_the_seat(event: Event) -> list[Telling]:
    """Whoever holds the seat no more, as long as they are still here."""
    keys = [line["seat"] for line in event.effects if line["what"] == "seat" and line["to"] == "replaced"]
    gone = Seat.objects.filter(key__in=keys)
    return _tell(event, Person.objects.filter(pk__in=gone.values("person")), "seat_closed", "idea")


def _actor(event: Event) -> QuerySet[Person]:
    """Whoever acted: nobody is told of their own act."""
    return Person.objects.filter(key=event.actor_key) if event.actor_key else Person.objects.none()


def _round(event: Event) -> GateRound | None:
    return GateRound.objects.filter(key=event.payload.get("round")).first()


def _tell(event: Event, people: QuerySet[Person], kind: str, page: str, **said: str) -> list[Telling]:
    idea, round_ = tellings.idea_of(event), _round(event)
    if idea is None or round_ is None:
        return []
    said["gate"] = round_.gate
    return [
        Telling(person, kind, _url(page, idea, round_), idea.title, idea.programme.key, said)
        for person in people.filter(is_active=True).order_by("staff_number")
    ]


def _url(page: str, idea: Idea, round_: GateRound) -> str:
    return reverse(page, args=[idea.key if page == "idea" else round_.key])


@audience("discussion_called")
def of_a_discussion(event: Event) -> list[Telling]:
    """Whoever may still replace their vote, each in their own item's words."""
    seats = Seat.objects.filter(round__key=event.payload["round"], state="open")
    return tellings.of_work(event, *(f"discuss:{key}" for key in seats.values_list("key", flat=True)))
