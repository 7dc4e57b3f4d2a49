"""Tags and filters of the design; a builtin, so that no template has to load it."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A sign of the sprite, hidden from assistive technology: the words beside it say the same."""
    return format_html(
        '<svg aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )


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
    attributes = [("class", classes), ("id", id), ("aria-labelledby", labelledby)]
    written = "".join(format_html(' {}="{}"', name, value) for name, value in attributes if value)
    return format_html("<{}{}>{}</{}>", tag, SafeString(written), SafeString(content), tag)


@register.simple_block_tag
def note(content: str, kind: str = "", role: str = "", title: str = "") -> SafeString:
    """A message on the page. `kind`: turn, ok, stop or nothing; `role`: status or alert for live ones."""
    opening = format_html('<div class="{}"', f"note note--{kind}" if kind else "note")
    live = format_html(' role="{}"', role) if role else ""
    heading = format_html("<h3>{}</h3>", title) if title else ""
    return format_html("{}{}>{}{}</div>", opening, live, heading, SafeString(content))


@register.filter
def attribute(source: Any, name: str) -> Any:
    """`source.name` or `source[name]` for a name that a template only knows at run time."""
    return source.get(name) if isinstance(source, dict) else getattr(source, name, None)
