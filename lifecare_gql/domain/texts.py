"""What the program says, kept so that it can be said in another language: a template, and the values in it.

A `Text` is a `str`: where nobody asks for a language it is what stands in the code. A plain `str` is never
translated: it is somebody else's words, a region's, a user's or a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Annotated, Any, TypeAlias

from pydantic import PlainSerializer, PlainValidator

Values: TypeAlias = Mapping[str, "str | int | float"]


class Text(str):
    """A text of ours. `template` is a key of the catalogues; `values` are numbers, others' words and texts."""

    __slots__ = ("template", "values")
    template: str
    values: Values

    def __new__(cls, template: str, values: Values | None = None) -> Text:
        text = super().__new__(cls, filled(template, values or {}))
        text.template, text.values = template, values or {}
        return text

    def __getnewargs__(self) -> tuple[str, Values]:  # type: ignore[override]
        return self.template, self.values

    def translated(self, template_of: Callable[[str], str], point: str = ",") -> str:
        """The text by other templates, its own texts within it too; `point` is the decimal sign."""
        values = {
            name: one.translated(template_of, point) if isinstance(one, Text) else one
            for name, one in self.values.items()
        }
        return filled(template_of(self.template), values, point)


def said(template: str, /, **values: str | int | float) -> Text:
    """A text of ours. The template stands in the catalogue of the other language; `{name}` is a value in it.

    What is one already stays as it is.
    """
    return template if isinstance(template, Text) else Text(template, values)


def together(*texts: str | None, by: str = " ") -> Text:
    """Texts after each other, a blank or another sign between them; what is None or empty is left out."""
    given = {f"part{place}": one for place, one in enumerate(texts) if one}
    return Text(by.join(f"{{{name}}}" for name in given), given)


def either(names: Iterable[str]) -> str:
    """One of the names: «a eller b eller c»."""
    return reduce(lambda one, other: said("{one} eller {other}", one=one, other=other), names)


def both(names: Iterable[str]) -> str:
    """All of the names: «a och b»."""
    return reduce(lambda one, other: said("{one} och {other}", one=one, other=other), names)


class _Shown(str):
    """A value as it stands in a text; `{name:capital}` begins with a capital letter."""

    def __format__(self, format_spec: str) -> str:
        return self[:1].upper() + self[1:] if format_spec == "capital" else str(self)


def filled(template: str, values: Values, point: str = ",") -> str:
    """The template with its values, a fraction with two decimals; one that has no values is taken as it is."""
    shown = {
        name: _Shown(f"{one:.2f}".replace(".", point) if isinstance(one, float) else one)
        for name, one in values.items()
    }
    return template.format_map(shown) if shown else template


def _stored(text: str) -> Any:
    if not isinstance(text, Text):
        return text
    return {"template": text.template, "values": {name: _stored(one) for name, one in text.values.items()}}  # type: ignore[arg-type]


def _read(stored: Any) -> Any:
    match stored:
        case {"template": str(template), "values": dict(values)}:
            return Text(template, {name: _read(one) for name, one in values.items()})
    return stored


def _text(given: Any) -> str:
    read = _read(given)
    if not isinstance(read, str):
        raise ValueError("a text is needed")
    return read


Said: TypeAlias = Annotated[str, PlainValidator(_text), PlainSerializer(_stored, when_used="json")]
"""The type of a field that holds a `Text`, or somebody else's words. As JSON a text keeps template and values."""
