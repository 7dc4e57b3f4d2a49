"""What a team adds to the learning sheet of its stopped idea."""

from uuid import UUID

from django.utils.translation import gettext as _

from ideas.lock import locked
from incubator.events.rules import sha256
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid
from incubator.people.actors import Actor
from workflows.journey import queries
from workflows.journey.actions.steps import of_author, tell
from workflows.journey.models import LearningNote

SHORTEST, LONGEST = 10, 2_000


def add_learning(*, idea: UUID, by: Actor, text: str) -> LearningNote:
    """Someone of the team adds what others can learn; everyone who reads the idea reads it.

    Raises NotFound for anyone else, Conflict where there is no learning sheet, Invalid on `text`.
    """
    with locked(**of_author(idea, by, "author", "co_author")) as found:
        if not queries.has_learning_sheet(found, queries.decisions_of(found, passages=())):
            raise Conflict(_("This idea has no learning sheet: it was not stopped."), code="learning.none")
        if not SHORTEST <= len(text.strip()) <= LONGEST:
            sentence = _("Write a sentence or two: 2,000 characters at most.")
            raise Invalid(sentence, code="learning.text", fields={"text": [sentence]})
        note = LearningNote.objects.create(
            idea=found, text=text.strip(), written_by=by.human, written_at=clock.now()
        )
        tell(found, "learning_added", by, {"text_sha256": sha256(note.text)}, [])
        return note
