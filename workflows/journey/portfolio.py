"""The portfolio: filters in the URL, search, sort, pages by key. Nothing by person."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import django_filters
from django.core import signing
from django.db.models import Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce
from django.forms import HiddenInput
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ideas.access import access
from ideas.calls.models import Call, Programme
from ideas.drafting import rules
from ideas.drafting.masking.queries import shown_all
from ideas.drafting.models import Idea
from ideas.drafting.queries import late
from ideas.search.queries import search, shown_title
from incubator.lib import words
from incubator.people.models import Person
from workflows.journey import wording

PAGE = 20
MOST_COUNTED = 1000
STATES = [
    ("open", _("Under way")),
    ("late", pgettext_lazy("ideas", "Late")),
    ("held", _("On hold")),
    ("in_service", _("In service")),
    ("stopped", _("Stopped, with the reasons")),
    ("merged", pgettext_lazy("ideas", "Merged")),
    ("redirected", pgettext_lazy("ideas", "Redirected")),
    ("precedent", _("Precedents")),
]
SORTS = [("newest", _("Newest first")), ("due", _("Due soonest")), ("title", _("By name"))]


class Portfolio(django_filters.FilterSet):
    """Few filters, none by person. A programme's choices are read only when the form is shown."""

    q = django_filters.CharFilter(method="by_words", label=_("Words"))
    state = django_filters.ChoiceFilter(
        method="by_state",
        choices=STATES,
        label=pgettext_lazy("idea", "State"),
        empty_label=_("All our ideas"),
    )
    stage = django_filters.ChoiceFilter(choices=Idea.Stage.choices, label=_("Stage"), empty_label=_("All"))
    programme = django_filters.ModelChoiceFilter(
        field_name="programme",
        to_field_name="key",
        queryset=Programme.objects.order_by("name_fr"),
        label=_("Programme"),
        empty_label=_("All"),
    )
    # Chosen on a call's page: calls grow in number, so there is no list of them to choose from.
    call = django_filters.ModelChoiceFilter(
        to_field_name="key", queryset=Call.objects.all(), widget=HiddenInput(), required=False
    )
    sort = django_filters.ChoiceFilter(
        method="keep", choices=SORTS, label=_("Order"), empty_label=_("Best match first"), required=False
    )

    class Meta:
        model = Idea
        fields: Sequence[str] = ()

    def __init__(self, *args: Any, language: str = "fr", reader: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language, self.reader = language, reader
        if not (self.data.get("q") or "").strip():
            # Without words there is no best match: the newest come first, and are not to be chosen twice.
            order = self.filters["sort"].extra
            order["empty_label"] = SORTS[0][1]
            order["choices"] = [
                sort for sort in SORTS if sort[0] != "newest" or self.data.get("sort") == "newest"
            ]

    def filter_queryset(self, queryset: QuerySet[Idea]) -> QuerySet[Idea]:
        """What is chosen; precedents, which may be many more than one's own ideas, only where they are asked for."""
        found: QuerySet[Idea] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.exclude(state="precedent")

    def precedents(self) -> int:
        """How many precedents have the words asked for, at most MOST_COUNTED; 0 where they are listed or not asked."""
        if not self.form.cleaned_data.get("q") or self.form.cleaned_data.get("state"):
            return 0
        every: QuerySet[Idea] = super().filter_queryset(self.queryset.all())
        return every.filter(state="precedent").order_by()[:MOST_COUNTED].count()

    def by_words(self, queryset: QuerySet[Idea], _name: str, value: str) -> QuerySet[Idea]:
        number = rules.numbered(value)
        if number is not None:
            return queryset.filter(number=number)
        return search(queryset, value[:300], self.language, self.reader)

    def by_state(self, queryset: QuerySet[Idea], _name: str, value: str) -> QuerySet[Idea]:
        if value == "late":
            return queryset.filter(late())
        return queryset.filter(state="live" if value == "open" else value)

    def keep(self, queryset: QuerySet[Idea], _name: str, _value: str) -> QuerySet[Idea]:
        return queryset


def chosen(data: QueryDict, reader: Person, language: str) -> Portfolio:
    """What an address asks for; a choice that does not exist is no choice."""
    found = Portfolio(data, queryset=base(reader), language=language, reader=reader)
    while found.form.errors:
        known = found.data.copy()
        for name in found.form.errors:
            known.pop(name)
        found = Portfolio(known, queryset=base(reader), language=language, reader=reader)
    return found


def views(state: str) -> list[dict[str, Any]]:
    """The lists most asked for, as links: all of the city's own, or those in one state."""
    address = reverse("portfolio")
    found = [{"url": address, "label": _("All our ideas"), "current": not state}]
    return found + [
        {"url": f"{address}?state={value}", "label": label, "current": state == value}
        for value, label in STATES
    ]


class Page(NamedTuple):
    ideas: list[Idea]
    after: str  # the key of the next page, '' on the last
    counted: int  # at most MOST_COUNTED
    more_than_counted: bool


def base(reader: Person) -> QuerySet[Idea]:
    """What this reader may list: no drafts, no withdrawn ideas of others."""
    return access().readable(reader).exclude(state__in=["draft", "withdrawn"])


def page(queryset: QuerySet[Idea], sort: str, after: str, reader: Person | None = None) -> Page:
    """One page, as the reader reads it, after the key `after` (signed, so that nobody steers the query with it).

    A bad key, or one of a list in another order, is the start.
    """
    ordered, fields = _ordered(queryset, sort, reader)
    count = queryset.order_by()[: MOST_COUNTED + 1].count()
    if (key := _read(after, fields)) is not None:
        ordered = ordered.filter(_beyond(fields, key))
    rows = list(ordered[: PAGE + 1])
    following = ""
    if len(rows) > PAGE:
        rows = rows[:PAGE]
        following = signing.dumps(
            [fields[0][0], *[_plain(getattr(rows[-1], name)) for name, _d in fields]], compress=True
        )
    return Page(shown_all(rows, reader), following, min(count, MOST_COUNTED), count > MOST_COUNTED)


Fields = list[tuple[str, str]]  # name, "asc" or "desc"


def _ordered(queryset: QuerySet[Idea], sort: str, reader: Person | None) -> tuple[QuerySet[Idea], Fields]:
    if sort == "" and "rank" in queryset.query.annotations:
        fields = [("rank", "desc"), ("pk", "desc")]
    elif sort == "due":
        queryset = queryset.filter(due_at__isnull=False)
        fields = [("due_at", "asc"), ("pk", "asc")]
    elif sort == "title":
        # The place in the list, and the key of the next page, tell the name they are made of.
        folded = Func(shown_title(reader), function="fold", output_field=TextField())
        queryset = queryset.annotate(folded=folded)
        fields = [("folded", "asc"), ("pk", "asc")]
    else:
        queryset = queryset.annotate(day=Coalesce("submitted_at", "created_at"))
        fields = [("day", "desc"), ("pk", "desc")]
    return queryset.order_by(*[f"-{name}" if way == "desc" else name for name, way in fields]), fields


def _beyond(fields: Fields, key: list[Any]) -> Q:
    """Rows after the key in the order of two fields."""
    (first, way), (second, _way) = fields
    ahead = "gt" if way == "asc" else "lt"
    value, pk = Value(key[0]) if first == "folded" else key[0], key[1]
    return Q(**{f"{first}__{ahead}": value}) | Q(**{first: value, f"{second}__{ahead}": pk})


def _read(after: str, fields: Fields) -> list[Any] | None:
    if not after:
        return None
    try:
        ordered_by, *key = signing.loads(after)
    except (signing.BadSignature, ValueError):
        return None
    return key if ordered_by == fields[0][0] and len(key) == len(fields) else None


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def row(idea: Idea) -> dict[str, Any]:
    """What a list shows of an idea: no name, no department of its author."""
    stages, goes_on = list(wording.STAGES), idea.state in ("live", "held")
    stage = 6 if idea.state == "in_service" else stages.index(idea.stage) + 1 if idea.stage else 0
    return {
        "url": reverse("idea", args=[idea.key]),
        "title": idea.title or _("An idea without a title"),
        "stage": stage,
        "stage_name": wording.stage_name(idea) if idea.stage else wording.STATE_WORDS.get(idea.state, ""),
        "halt": "held" if idea.state == "held" else "" if idea.state == "live" else "ended",
        "state": wording.stage_name(idea) if goes_on else wording.STATE_WORDS[idea.state],
        "detail": wording.state_word(idea) if goes_on else idea.pitch[:140],
        "late": wording.is_late(idea),
        "side": _("Submitted on %(day)s") % {"day": words.plain_day(idea.submitted_at)}
        if idea.submitted_at
        else "",
    }
