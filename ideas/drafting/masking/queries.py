"""The one door to a text as a reader may read it: who sees the original, and the masked copy for everyone else."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet, Value
from django.db.models.expressions import Combinable

from ideas.access import access
from ideas.drafting import rules as drafting
from ideas.drafting.masking import rules
from ideas.drafting.models import EVER_IN_TEAM, Idea, IdeaContent, MaskedPassage
from incubator.people.models import Person, Post

# Those of the idea's own row, and those of its text.
TITLES = ("title", "pitch")
TEXTS = tuple(drafting.TEXTS)
Row = TypeVar("Row", bound=Model)


def passages_of(idea: Idea) -> list[MaskedPassage]:
    """The passages marked on this idea, whoever reads, in the order they came."""
    return list(MaskedPassage.objects.filter(idea=idea, removed_at=None).order_by("pk"))


def hidden_passages(reader: Person | None, ideas: Iterable[int]) -> dict[int, list[str]]:
    """For each of these ideas (by primary key) whose authors are hidden from the reader, what is masked; one query,
    and one more when something is marked. No reader: a paper that anyone may come to hold."""
    found: dict[int, list[str]] = {}
    pks = list(ideas)
    rows = MaskedPassage.objects.filter(removed_at=None, idea__in=pks)
    for pk, text in rows.values_list("idea", "text") if pks else ():
        found.setdefault(pk, []).append(text)
    return hidden_of(reader, found)


def hidden_of(reader: Person | None, marked: Mapping[int, list[str]]) -> dict[int, list[str]]:
    """Of what is marked on these ideas (by primary key), what is masked for the reader; one query, none without marks.

    This decides who sees the original, together with `access().hidden_from`. Few ideas have marks: whose authors are
    hidden is a long question, asked of those alone.
    """
    some = [pk for pk, passages in marked.items() if passages]
    if not some:
        return {}
    hidden = access().hidden_from(reader).filter(pk__in=some)
    return {pk: marked[pk] for pk in hidden.values_list("pk", flat=True)}


def marked_on(**idea: str) -> Combinable:
    """What is marked on the idea of each row of a query, as an array, whoever reads: `marked_on(pk="round__idea")`."""
    named = {f"idea__{lookup}": OuterRef(field) for lookup, field in idea.items()}
    rows = MaskedPassage.objects.filter(removed_at=None, **named).order_by("pk")
    return ArraySubquery(rows.values("text"))


def masked_on(reader: Person, **idea: str) -> Combinable:
    """`marked_on`, and of that what is masked for this reader: as `hidden_of` says, in the rows' own query."""
    named = {f"idea__{lookup}": OuterRef(field) for lookup, field in idea.items()}
    hidden = Exists(access().hidden_from(reader).filter(pk=OuterRef("idea_id")))
    rows = MaskedPassage.objects.filter(removed_at=None, **named).order_by("pk")
    return ArraySubquery(rows.filter(hidden).values("text"))


class Titles:
    """What `incubator.inbox.titles` asks: the titles of work items and messages on an idea, as `shown` gives them."""

    def masked_for(self, reader: Person) -> Combinable:
        return masked_on(reader, key="subject_key")

    def masked(self, title: str, passages: Sequence[str]) -> str:
        return rules.masked(title, passages)


def with_passages(ideas: QuerySet[Idea]) -> QuerySet[Idea]:
    """Read what is marked together with the ideas, so that `shown` asks nothing for most of them."""
    return ideas.annotate(marked=marked_on(pk="pk"))


def as_read_by(ideas: QuerySet[Idea], reader: Person) -> QuerySet[Idea]:
    """Read what is masked for this reader together with the ideas: `passages_for` and `shown` ask nothing then."""
    return ideas.annotate(masked=masked_on(reader, pk="pk"), masked_for=Value(reader.pk))


def passages_for(idea: Idea, reader: Person | None) -> list[str]:
    """What is masked for this reader on this idea; nothing for whoever sees its authors."""
    if reader is not None and vars(idea).get("masked_for") == reader.pk:
        return list(vars(idea)["masked"])
    marked = vars(idea).get("marked")
    if marked is None:
        return hidden_passages(reader, [idea.pk]).get(idea.pk, [])
    return hidden_of(reader, {idea.pk: marked}).get(idea.pk, [])


def shown(idea: Idea, reader: Person | None) -> Idea:
    """The idea as this person reads it: itself, or a copy with title and text masked, which cannot be saved."""
    return masked_copy(idea, passages_for(idea, reader))


def shown_all(ideas: Sequence[Idea], reader: Person | None) -> list[Idea]:
    """As `shown` for a list, in at most two queries."""
    hidden = hidden_passages(reader, [idea.pk for idea in ideas])
    return [masked_copy(idea, hidden.get(idea.pk, [])) for idea in ideas]


def masked_copy(idea: Idea, passages: Sequence[str]) -> Idea:
    if not passages:
        return idea
    found = masked_row(idea, TITLES, passages)
    content = idea._state.fields_cache.get("content")
    if content is not None:
        found._state.fields_cache["content"] = masked_row(content, TEXTS, passages)
    return found


def masked_row(row: Row, names: Iterable[str], passages: Sequence[str]) -> Row:
    """A copy of a row with these texts masked, which cannot be saved; the row itself without passages."""
    if not passages:
        return row
    found = copy.copy(row)
    for name in names:
        setattr(found, name, rules.masked_all(getattr(row, name), passages))
    vars(found)["save"] = _not_saved
    return found


def _not_saved(*_args: Any, **_named: Any) -> None:
    raise RuntimeError("A masked copy is for reading; saving it would lose the words of its author.")


def suggested(idea: Idea, marked: Sequence[str]) -> list[str]:
    """What of the team stands in the text as handed in and is not marked yet. Three queries."""
    content = IdeaContent.objects.filter(idea=idea).first()
    if content is None:
        return []
    posts = Prefetch("posts", Post.objects.select_related("department"))
    members = idea.team.filter(EVER_IN_TEAM).values("person")
    people = [_known(one) for one in Person.objects.filter(pk__in=members).prefetch_related(posts)]
    texts = [rules.masked(getattr(content, name), marked) for name in TEXTS]
    return rules.suggestions(people, [file["name"] for file in content.files], texts)


def _known(person: Person) -> rules.Known:
    places = tuple(
        word for post in person.posts.all() for word in (post.department.name, post.department.code) if word
    )
    return rules.Known(person.given_name, person.family_name, person.staff_number, person.email, places)
