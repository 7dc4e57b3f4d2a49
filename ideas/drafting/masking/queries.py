"""The one door to a text as a reader may read it: who sees the original, and the masked copy for everyone else."""

import copy
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, Prefetch, QuerySet
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
    """For each of these ideas (by primary key) whose authors are hidden from the reader, what is masked; one query.

    This decides who sees the original, together with `access().hidden_from`. No reader: a paper that anyone may
    come to hold.
    """
    found: dict[int, list[str]] = {}
    pks = list(ideas)
    hidden = access().hidden_from(reader).filter(pk__in=pks)
    rows = MaskedPassage.objects.filter(removed_at=None, idea__in=hidden.values("pk"))
    for pk, text in rows.values_list("idea", "text") if pks else ():
        found.setdefault(pk, []).append(text)
    return found


def hidden_of(reader: Person, **idea: str) -> Combinable:
    """As `hidden_passages`, as an array for each row of a query: `hidden_of(reader, pk="round__idea")`."""
    named = {lookup: OuterRef(OuterRef(field)) for lookup, field in idea.items()}
    hidden = access().hidden_from(reader).filter(**named)
    rows = MaskedPassage.objects.filter(removed_at=None, idea__in=hidden.values("pk"))
    return ArraySubquery(rows.values("text"))


class Titles:
    """What `incubator.inbox.titles` asks: the titles of work items and messages on an idea, as `shown` gives them."""

    def passages(self, reader: Person) -> Combinable:
        return hidden_of(reader, key="subject_key")

    def masked(self, title: str, passages: Sequence[str]) -> str:
        return rules.masked(title, passages)


def with_passages(ideas: QuerySet[Idea]) -> QuerySet[Idea]:
    """Read what is marked together with the ideas, so that `shown` asks nothing for most of them."""
    marked = MaskedPassage.objects.filter(idea=OuterRef("pk"), removed_at=None).order_by("pk")
    return ideas.annotate(marked=ArraySubquery(marked.values("text")))


def passages_for(idea: Idea, reader: Person | None) -> list[str]:
    """What is masked for this reader on this idea; nothing for whoever sees its authors."""
    marked = vars(idea).get("marked")
    if marked is None:
        return hidden_passages(reader, [idea.pk]).get(idea.pk, [])
    return list(marked) if marked and access().hidden_from(reader).filter(pk=idea.pk).exists() else []


def shown(idea: Idea, reader: Person | None) -> Idea:
    """The idea as this person reads it: itself, or a copy with title and text masked, which cannot be saved."""
    return masked_copy(idea, passages_for(idea, reader))


def shown_all(ideas: Sequence[Idea], reader: Person | None) -> list[Idea]:
    """As `shown` for a list, in one query."""
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
