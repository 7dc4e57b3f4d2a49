"""Tags and filters of the design; a builtin, so that no template has to load it."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import template
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from incubator.lib import charts, words
from incubator.lib.markdown import markdown as safe_html

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A sign of the sprite, hidden from assistive technology: the words beside it say the same."""
    return format_html(
        '<svg aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )


def _attributes(pairs: Iterable[tuple[str, str]]) -> SafeString:
    return format_html_join("", ' {}="{}"', ((name, value) for name, value in pairs if value))


@register.simple_block_tag
def slab(
    content: str,
    kind: str = "",
    labelledby: str = "",
    tag: str = "section",
    id: str = "",
) -> SafeString:
    """The only container. `kind`: turn, flush, quiet (several by spaces). Never put a slab in a slab."""
    classes = " ".join(["slab", *(f"slab--{one}" for one in kind.split())])
    attributes = _attributes([("class", classes), ("id", id), ("aria-labelledby", labelledby)])
    return format_html("<{}{}>{}</{}>", tag, attributes, SafeString(content), tag)


@register.simple_block_tag
def note(content: str, kind: str = "", role: str = "", title: str = "") -> SafeString:
    """A message on the page. `kind`: turn, ok, stop or nothing; `role`: status or alert for live ones."""
    attributes = _attributes([("class", f"note note--{kind}" if kind else "note"), ("role", role)])
    heading = format_html("<h3>{}</h3>", title) if title else ""
    return format_html("<div{}>{}{}</div>", attributes, heading, SafeString(content))


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """This page's query with some parameters replaced; None removes one: `?{% with_query page=2 %}`."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return query.urlencode()


@register.simple_tag
def request_key() -> str:
    """A key for one form of a page that has several: each act is its own."""
    return str(uuid.uuid4())


@register.filter
def attribute(source: Any, name: str) -> Any:
    """`source.name` or `source[name]` for a name that a template only knows at run time."""
    return source.get(name) if isinstance(source, dict) else getattr(source, name, None)


@register.filter
def markdown(text: str | None) -> SafeString:
    """What a person wrote, as safe HTML."""
    return safe_html(text or "")


@register.filter
def bays(stage: int, count: int = 5) -> str:
    """Letters of the mini rail: d done, n now, t to come; `stage` from 1, 0 for none, count + 1 for all done."""
    return "".join("d" if bay < stage else "n" if bay == stage else "t" for bay in range(1, count + 1))


register.filter("plain_day", words.plain_day)
register.filter("long_day", words.long_day)
register.filter("short_day", words.short_day)
register.filter("hour", words.hour)
register.filter("moment", words.moment)
register.filter("time_left", words.time_left)
register.filter("is_late", words.is_late)
register.filter("number", words.number)
register.filter("short_number", words.short_number)
register.filter("figure", words.figure)
register.filter("euros", words.euros)
register.filter("percent", words.percent)
register.filter("in_days", words.days)
register.filter("in_working_days", words.working_days)
register.filter("file_size", words.file_size)
register.simple_tag(charts.spread, name="spread_chart")
register.simple_tag(charts.share_bar, name="share_bar")
