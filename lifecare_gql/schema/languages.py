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


def answered(data: Any, language: Language | None) -> Any:
    """What was resolved, each text in the language."""
    if language is None:
        return data
    if isinstance(data, dict):
        return {name: answered(one, language) for name, one in data.items()}
    if isinstance(data, list):
        return [answered(one, language) for one in data]
    return spoken(data, language) if isinstance(data, str) else data
