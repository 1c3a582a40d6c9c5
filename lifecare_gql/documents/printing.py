"""How a page is set: the templates, and how Swedish dates and hostile texts are written in them."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lifecare_gql.documents import swedish


def css_string(text: str) -> Markup:
    """The text as a CSS string. Whatever is no letter, digit or space is escaped, so it can end nothing."""
    safe = (one if one.isalnum() or one == " " else f"\\{ord(one):x} " for one in text)
    return Markup(f'"{"".join(safe)}"')


TEMPLATES = Environment(
    loader=PackageLoader("lifecare_gql.documents"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
TEMPLATES.filters |= {
    "day": swedish.day,
    "named_day": swedish.named_day,
    "moment": swedish.moment,
    "span": swedish.span,
    "timestamp": swedish.timestamp,
    "identifier": swedish.identifier,
    "css_string": css_string,
}
