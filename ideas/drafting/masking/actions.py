"""Marking passages, and keeping in step what is found and printed by them."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from ideas.access import access
from ideas.acts import record
from ideas.drafting.masking import queries, rules
from ideas.drafting.models import Idea, IdeaContent, MaskedPassage, MaskedText
from ideas.drafting.queries import NOT_HERE
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotFound
from incubator.people.actors import Actor

_handlers: list[Callable[[Idea], None]] = []


def on_masked(handler: Callable[[Idea], None]) -> None:
    """`handler(idea)` runs in the act that changes what is masked, under the idea's lock: papers are made anew."""
    _handlers.append(handler)


def mask(*, idea: Idea, by: Actor, passages: Sequence[str]) -> None:
    """Mask exactly these passages, in every version, wherever the authors' names are hidden; others are lifted.

    For whoever sees the authors while they are hidden: the team and the lead. The event holds the keys of the
    passages, for the hash of a name is found by trying a city's names. Raises as `check_may_mask` does, Invalid.
    """
    with locked(idea.pk) as idea:
        check_may_mask(idea, by)
        marked = queries.passages_of(idea)
        wanted = _checked(passages)
        lifted = [row for row in marked if not _among(row.text, wanted)]
        added = [
            MaskedPassage(idea=idea, text=text, marked_by=by.human, marked_at=clock.now())
            for text in wanted
            if not _among(text, [row.text for row in marked])
        ]
        if not added and not lifted:
            return
        MaskedPassage.objects.filter(pk__in=[row.pk for row in lifted]).update(removed_at=clock.now())
        MaskedPassage.objects.bulk_create(added)
        keep_in_step(idea, idea.content)
        for handler in _handlers:
            handler(idea)
        effects = [effect("passage", None, "masked", passage=str(row.key)) for row in added]
        effects += [effect("passage", "masked", "lifted", passage=str(row.key)) for row in lifted]
        record(idea, "passages_masked", by, effects)


def check_may_mask(idea: Idea, by: Actor) -> None:
    """Raises Conflict while no name is hidden, NotFound for whoever reads the idea without its authors."""
    if not access().sees_authors(by.human, idea):
        raise NotFound(NOT_HERE, code="mask.not_yours")
    if not access().names_hidden(idea):
        raise Conflict(
            _("The names are not hidden on this idea: there is nothing to mask."), code="mask.not_hidden"
        )


def keep_in_step(idea: Idea, content: IdeaContent) -> None:
    """Write the words by which the masked text is found; for an act that holds the lock and changes either."""
    passages = [row.text for row in queries.passages_of(idea)]
    if not passages:
        if getattr(idea, "masked_text", None) is not None:
            MaskedText.objects.filter(idea=idea).delete()
        return
    text = {name: rules.masked(getattr(content, name), passages) for name in queries.TEXTS}
    MaskedText.objects.update_or_create(
        idea=idea,
        defaults={
            "language": content.language,
            "title": text["title"],
            "first": " ".join([text["pitch"], text["problem"], text["concerned"]]),
            "rest": " ".join([text["proposal"], text["expected_effect"], text["needs_people"]]),
        },
    )


def _among(text: str, others: Sequence[str]) -> bool:
    return any(rules.same(text, other) for other in others)


def _checked(passages: Sequence[str]) -> list[str]:
    wanted = rules.tidy("\n".join(passages))
    problems = [_problem(text) for text in wanted if _problem(text)]
    if len(wanted) > rules.MOST:
        problems.append(_("Mask %(most)s passages at most.") % {"most": rules.MOST})
    if problems:
        raise Invalid(problems[0], code="mask.passage", fields={"passages": problems})
    return wanted


def _problem(text: str) -> str:
    if "\x00" in text:
        return _("A passage holds an invisible character (NUL) that we cannot keep. Type it again.")
    if rules.is_too_short(text):
        return _("“%(passage)s” is too short to be masked: give at least two letters.") % {"passage": text}
    if len(text) > rules.LONGEST:
        return _("A passage has %(most)s characters at most. Mask a shorter one.") % {"most": rules.LONGEST}
    return ""
