"""Who is told of what happens in evaluation."""

from ideas import tellings
from incubator.events.models import Event
from incubator.messages.rules import Telling, audience


@audience("evaluator_named")
def of_a_naming(event: Event) -> list[Telling]:
    """The evaluator; the effects may first say who was relieved, so the new one is the last to be named."""
    named = [line for line in event.effects if line["what"] == "evaluator" and "to" in line]
    return tellings.of_work(event, *(f"evaluation:{line['key']}" for line in named))


@audience("evaluator_relieved")
def of_a_loss(event: Event) -> list[Telling]:
    return tellings.of_work(event, f"name_evaluator:{event.subject_key}")


@audience("evaluation_delivered")
def of_a_delivery(event: Event) -> list[Telling]:
    return tellings.of_team(event, "evaluated", "evaluation")


@audience("benefits_asked")
def of_a_reading_to_come(event: Event) -> list[Telling]:
    return tellings.of_work(event, f"read_benefits:{event.effects[0]['key']}")


@audience("benefits_read")
def of_a_reading(event: Event) -> list[Telling]:
    """The team was told that it would see what the service brings."""
    return tellings.of_team(event, "benefits_read", "evaluation")
