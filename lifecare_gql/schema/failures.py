"""Errors that leave the server: a stable code, the path, and nothing of what went wrong inside.

What is logged is the kind of error, where in the program and in the answer it arose, and the operation's name:
never a query, a value or a message that could carry a person's data.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError, OperationDefinitionNode
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError

from lifecare_gql.actions.session import Session
from lifecare_gql.domain.texts import Text, said
from lifecare_gql.errors import (
    BadInput,
    IssuerUnavailable,
    NotAuthenticated,
    NotPermitted,
    RegionUnavailable,
    StorageBusy,
    StorageUnavailable,
)
from lifecare_gql.schema.languages import answered, spoken
from lifecare_gql.schema.limits import LIMITS, beyond
from lifecare_gql.schema.quick import Quick
from lifecare_gql.schema.references import reference

log = logging.getLogger("lifecare_gql.errors")

INTERNAL = "INTERNAL"
MASKED = "Something went wrong on our side, and nothing was done. Give us the reference."

_CODES: dict[type[Exception], str] = {
    BadInput: "BAD_USER_INPUT",
    NotAuthenticated: "UNAUTHENTICATED",
    IssuerUnavailable: "ISSUER_UNAVAILABLE",
    NotPermitted: "FORBIDDEN",
    RegionUnavailable: "REGION_UNAVAILABLE",
    StorageBusy: "TRY_AGAIN",
    StorageUnavailable: "UNAVAILABLE",
}
_TOLD = {
    "TRY_AGAIN": "The database is busy. Nothing was done; try again with the same idempotency key.",
    "UNAVAILABLE": "The database cannot be reached. Try again with the same idempotency key.",
    INTERNAL: MASKED,
}
_NOT_ONE = (CannotGetOperationTypeError, MissingQueryError)
_NO_SUCH = GraphQLError(said("The document has no operation, or none with the operationName that was given."))
_FRAMES = 5
# What the library says of a wrong value or token repeats it, and it may be a person's; so may a longer number
# in a name. Its guesses at what was meant are left out too: some are switched off by a setting, some are not.
_CUT = (
    (re.compile(r" Did you mean [^?]*\?"), ""),
    (re.compile(r"([Ff]ound|cannot represent [\w ,-]*value): .*", re.DOTALL), r"\1: …"),
    (re.compile(r"\b(Name|String|BlockString|Int|Float|Comment) ['\"].*", re.DOTALL), r"\1."),
    (re.compile(r"Value '.*' does not exist", re.DOTALL), "Value does not exist"),
    (re.compile(r"unknown field '.*'", re.DOTALL), "unknown field"),
)
_NUMBER = re.compile(r"\d{6,}[-+]?\w*")


def code_for(cause: Exception) -> str:
    """The stable code of what was raised by the program."""
    return next((code for kind, code in _CODES.items() if isinstance(cause, kind)), INTERNAL)


def told_of(cause: Exception) -> Text:
    """What the caller is told of it; of the unexpected, nothing but that it happened."""
    first = next(iter(cause.args), None)
    own = first if isinstance(first, Text) else str(cause)
    return said(_TOLD.get(code_for(cause), own))


def where(error: BaseException) -> str:
    """The last lines of the program that it came through, innermost first; never what they held."""
    frames = list(traceback.walk_tb(error.__traceback__))[-_FRAMES:]
    return "<".join(f"{Path(frame.f_code.co_filename).name}:{line}" for frame, line in reversed(frames))


def without_values(message: str) -> str:
    """What the library says, without the caller's own values in it."""
    for pattern, instead in _CUT:
        message = pattern.sub(instead, message)
    return _NUMBER.sub("…", message)


class Schema(strawberry.Schema):
    """Strawberry's schema, with a log that carries no data and errors that carry a code."""

    quick: Quick | None = None
    """Answers what it can without the interpreter."""

    async def execute(  # type: ignore[override]  # there is always a context
        self, query: str | None, variable_values: dict[str, Any] | None = None, **kwargs: Any
    ) -> ExecutionResult:
        context = kwargs["context_value"]
        result = _too_long(query) or await self._executed(query, variable_values, **kwargs)
        await _charged(context)
        return _masked(result, context.session)

    async def stream(self, query: str | None, *args: Any, **kwargs: Any) -> AsyncGenerator[ExecutionResult, None]:
        """The results of a subscription, as they come; to be closed by whoever iterates."""
        context = kwargs["context_value"]
        refused = _too_long(query)
        source = _once(refused) if refused else await super().stream(query, *args, **kwargs)
        await _charged(context)
        return _each_masked(source, context)

    async def _executed(
        self, query: str | None, variable_values: dict[str, Any] | None, **kwargs: Any
    ) -> ExecutionResult:
        context = kwargs["context_value"]
        await context.begin(query)
        if query is not None and self.quick is not None:
            name, allowed = kwargs.get("operation_name"), kwargs.get("allowed_operation_types")
            found = await self.quick.again(query, name, variable_values, context, allowed)
            if found is not None:
                return found
        try:
            return await super().execute(query, variable_values, **kwargs)
        except MissingQueryError:
            told = GraphQLError(said("The document is empty."), extensions={"code": "INVALID_SYNTAX"})
            return PreExecutionError(data=None, errors=[told])
        except CannotGetOperationTypeError:
            return PreExecutionError(data=None, errors=[_NO_SUCH])

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Strawberry would log the query here; `execute` logs what may be known."""


def _too_long(query: str | None) -> ExecutionResult | None:
    errors = list(beyond({"document": len(query or "")}, LIMITS, None))
    return PreExecutionError(data=None, errors=errors) if errors else None


async def _charged(context: Any) -> None:
    """A refusal is work, too."""
    if context.meter is not None and not context.meter.points:
        await context.meter.spend(1)


async def _once(result: ExecutionResult) -> AsyncGenerator[ExecutionResult, None]:
    yield result


async def _each_masked(source: Any, context: Any) -> AsyncGenerator[ExecutionResult, None]:
    try:
        async with aclosing(source):
            async for result in source:
                yield _masked(result, context.session)
    except GraphQLError as error:  # of the cached parser, which the library does not expect here
        yield _masked(PreExecutionError(data=None, errors=[error]), context.session)


def _masked(result: ExecutionResult, session: Session) -> ExecutionResult:
    fallback = "INVALID_DOCUMENT" if isinstance(result, PreExecutionError) else "BAD_USER_INPUT"
    found = (_NO_SUCH if isinstance(one.original_error, _NOT_ONE) else one for one in result.errors or ())
    result.errors = [_told(error, fallback, session) for error in found] or None
    result.data = answered(result.data, session.language)
    return result


def _told(error: GraphQLError, fallback: str, session: Session) -> GraphQLError:
    """Log the error and say what the caller hears: of one that nobody expected, a reference found in the log."""
    cause, extensions = error.original_error, dict(error.extensions or {})
    ours = cause is not None and not isinstance(cause, GraphQLError)
    fallback = "INVALID_SYNTAX" if isinstance(error, GraphQLSyntaxError) else fallback
    code = extensions.setdefault("code", code_for(cause) if cause is not None and ours else fallback)
    kind = type(cause or error).__name__
    details = {"code": code, "cause": kind, "path": path_of(error), "operation": session.operation}
    if code == INTERNAL:
        details["reference"] = extensions["reference"] = reference()
        details["at"] = where(cause or error)
    level = logging.ERROR if code == INTERNAL else logging.INFO
    log.log(level, " ".join(f"{name}=%s" for name in details), *details.values())
    text = told_of(cause) if cause is not None and ours else _of_the_library(error)
    own_words = isinstance(text, Text) or "code" in (error.extensions or {})
    message = spoken(text, session.language) if own_words else without_values(text)
    return GraphQLError(message, error.nodes, path=error.path, extensions=extensions)


def _of_the_library(error: GraphQLError) -> str:
    """What the library says; what a scalar of ours says of a variable stands last in it."""
    fault = getattr(error.original_error, "message", None)
    if not isinstance(fault, Text):
        return error.message
    return said("{place}{fault}", place=without_values(error.message.removesuffix(fault)), fault=fault)


def path_of(error: GraphQLError) -> str:
    """Where in the answer, for the log."""
    return ".".join(safe(str(part)) for part in error.path or ())


class OneOperation(SchemaExtension):
    """A document with several operations must say which; and the access log must name the right one."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        definitions = document.definitions if document else ()
        operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
        if len(operations) > 1 and context._provided_operation_name is None:
            context.pre_execution_errors = [GraphQLError(said("Say which operation to run: give operationName."))]
        context.context.session.operation = safe(context.operation_name)
        yield


def safe(name: str | None) -> str:
    """A name that the caller chose, without what could be a person's number."""
    return _NUMBER.sub("", name or "")[:60] or "anonymous"
