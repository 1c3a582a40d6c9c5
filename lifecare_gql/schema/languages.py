"""Where a text gets its language: the catalogues, and the one walk that says an answer in the caller's language.

`data/texts.en.toml` has the English of what is written in Swedish, `data/texts.sv.toml` the Swedish of what is
written in English. A text that a language's catalogue lacks is written in that language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import GraphQLError

from lifecare_gql.domain.texts import Text
from lifecare_gql.settings import Language

_POINTS = {Language.SWEDISH: ",", Language.ENGLISH: "."}


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """What is said in the language, by what is written in the other one."""
    text = (files("lifecare_gql") / "data" / f"texts.{language}.toml").read_text("utf-8")
    return {written: told for table in tomllib.loads(text).values() for written, told in table.items()}


def spoken(text: str, language: Language | None) -> str:
    """The text in the language, as it is written for None. Words that are not ours stay as they are."""
    if language is None or not isinstance(text, Text):
        return text
    told = catalogue(language)
    return text.translated(lambda template: told.get(template, template), _POINTS[language])


def refusal_in(error: GraphQLError, language: Language | None) -> GraphQLError:
    """What is told instead of an answer, in the language."""
    return GraphQLError(spoken(error.message, language), extensions=error.extensions)


def answered(data: dict[str, Any] | None, language: Language | None) -> dict[str, Any] | None:
    """What was resolved, each text in the language: few of an answer's values are texts of ours."""
    if data is not None and language is not None:
        _say(data, language)
    return data


def _say(found: Any, language: Language) -> None:
    for place, one in found.items() if isinstance(found, dict) else enumerate(found):
        kind = one.__class__
        if kind is str:
            continue
        if kind is dict or kind is list:
            _say(one, language)
        elif isinstance(one, Text):
            found[place] = spoken(one, language)
