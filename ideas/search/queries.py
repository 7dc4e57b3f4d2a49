"""Finding ideas by their words: any of them, by French and English stems, without accents."""

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, F, FloatField, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from ideas.access import access
from ideas.drafting.models import Idea
from ideas.search import rules
from incubator.people.models import Person


def search(ideas: QuerySet[Idea], text: str, language: str, reader: Person | None = None) -> QuerySet[Idea]:
    """Those of `ideas` whose last kept text holds a word of `text`, best first (annotated `rank`), then newest.

    What is masked for the reader finds nothing and counts for nothing; without a reader, all that is masked at all.
    Safe for any text; an empty one leaves `ideas` as it is, one without any word finds nothing. `language` (fr or
    en) says which small words are dropped. Titles count more than pitch and problem, those more than the rest.
    """
    if not text.strip():
        return ideas
    query = _query(rules.words(text, language))
    if query is None:
        return ideas.none()
    masks = masked_for(reader)
    kept = Case(
        When(masks, then=SearchRank(F("masked_text__search"), query)),
        default=SearchRank(F("content__search"), query),
    )
    # PostgreSQL's rank is a `real`: read here and sent back as the key of the next page it would equal none of them.
    rank = Cast(kept, FloatField())
    return (
        ideas.filter(content__search=query)
        .exclude(masks & ~Q(masked_text__search=query))
        .annotate(rank=rank)
        .order_by("-rank", F("submitted_at").desc(nulls_last=True), "-pk")
    )


def masked_for(reader: Person | None) -> Q:
    """For ideas: those that this reader reads masked."""
    hidden = access().hidden_from(reader).filter(masked_text__isnull=False)
    return Q(masked_text__isnull=False, pk__in=hidden.values("pk"))


def shown_title(reader: Person | None) -> Case:
    """For ideas: the name as this reader reads it, to sort by."""
    masked = When(masked_for(reader), then=F("masked_text__title"))
    return Case(masked, default=F("title"), output_field=TextField())


def _query(words: list[str]) -> SearchQuery | None:
    if not words:
        return None
    forms = [form for word in words for form in rules.forms(word)]
    return _any_of(forms, "french") | _any_of(words, "english")


def _any_of(words: list[str], config: str) -> SearchQuery:
    # Only letters, digits and our own bars: nothing in it can be an operator.
    any_word = Func(Value(" | ".join(words)), function="fold", output_field=TextField())
    return SearchQuery(any_word, config=config, search_type="raw")


def close_to(ideas: QuerySet[Idea], draft: Idea, most: int = 3) -> list[Idea]:
    """Ideas that share words with a draft's name and pitch, closest first: for a writer, before submitting."""
    found = search(ideas.exclude(pk=draft.pk), f"{draft.title} {draft.pitch}", draft.language)
    return list(found[:most]) if f"{draft.title}{draft.pitch}".strip() else []
