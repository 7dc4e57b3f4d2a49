"""Finding ideas by their words: any of them, by French and English stems, without accents."""

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Func, QuerySet, TextField, Value

from ideas.drafting.models import Idea
from ideas.search import rules


def search(ideas: QuerySet[Idea], text: str, language: str) -> QuerySet[Idea]:
    """Those of `ideas` whose last kept text holds a word of `text`, best first (annotated `rank`), then newest.

    Safe for any text; an empty one leaves `ideas` as it is, one without any word finds nothing. `language` (fr or
    en) says which small words are dropped. Titles count more than pitch and problem, those more than the rest.
    """
    if not text.strip():
        return ideas
    query = _query(rules.words(text, language))
    if query is None:
        return ideas.none()
    return (
        ideas.filter(content__search=query)
        .annotate(rank=SearchRank(F("content__search"), query))
        .order_by("-rank", F("submitted_at").desc(nulls_last=True), "-pk")
    )


def _query(words: list[str]) -> SearchQuery | None:
    if not words:
        return None
    # Only letters, digits and our own bars: nothing in it can be an operator.
    any_word = Func(Value(" | ".join(words)), function="fold", output_field=TextField())
    french, english = (
        SearchQuery(any_word, config=config, search_type="raw") for config in ("french", "english")
    )
    return french | english


def close_to(ideas: QuerySet[Idea], draft: Idea, most: int = 3) -> list[Idea]:
    """Ideas that share words with a draft's name and pitch, closest first: for a writer, before submitting."""
    found = search(ideas.exclude(pk=draft.pk), f"{draft.title} {draft.pitch}", draft.language)
    return list(found[:most]) if f"{draft.title}{draft.pitch}".strip() else []
