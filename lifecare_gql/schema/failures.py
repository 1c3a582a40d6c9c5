"""Errors that leave the server: a stable code, the path, and nothing of what went wrong inside.

What is logged is the kind of error, the path and the operation's name: never a query, a value or a message
that could carry a person's data.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext, ExecutionResult

from lifecare_gql.errors import BadInput, NotAuthenticated, StorageBusy, StorageUnavailable

log = logging.getLogger("lifecare_gql.errors")

_CODES: dict[type[Exception], str] = {
    BadInput: "BAD_USER_INPUT",
    NotAuthenticated: "UNAUTHENTICATED",
    StorageBusy: "TRY_AGAIN",
    StorageUnavailable: "UNAVAILABLE",
}
_TOLD = {
    "TRY_AGAIN": "The database is busy. Nothing was done; try again with the same idempotency key.",
    "UNAVAILABLE": "The database cannot be reached. Try again with the same idempotency key.",
}
# What the library says of a wrong value repeats the value, which may be a person's.
_FOUND = re.compile(r"(found|value): .*", re.DOTALL)
_QUOTED = re.compile(r"Value '.*' does not exist", re.DOTALL)
_NUMBER = re.compile(r"\d{6,}[-+]?\w*")


def code_of(error: GraphQLError) -> str:
    """The stable code of an error."""
    told = (error.extensions or {}).get("code")
    if isinstance(told, str):
        return told
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return "BAD_USER_INPUT" if error.path or error.message.startswith("Variable '") else "INVALID_DOCUMENT"
    return next((code for kind, code in _CODES.items() if isinstance(cause, kind)), "INTERNAL")


def told(error: GraphQLError) -> GraphQLError:
    """The error as the caller hears it. One that nobody expected is masked, with a reference found in the log."""
    code = code_of(error)
    extensions: dict[str, Any] = {**(error.extensions or {}), "code": code}
    message = _TOLD.get(code, error.message)
    if code == "INTERNAL":
        extensions["reference"] = reference = uuid4().hex
        message = "Something went wrong on our side, and nothing was done. Give us the reference."
        log.error("reference=%s", reference)
    elif error.original_error is None or isinstance(error.original_error, GraphQLError):
        message = without_values(message)
    return GraphQLError(message, error.nodes, path=error.path, extensions=extensions)


def without_values(message: str) -> str:
    """What the library says, without the caller's own values in it."""
    return _NUMBER.sub("…", _QUOTED.sub("Value does not exist", _FOUND.sub(r"\1: …", message)))


class Schema(strawberry.Schema):
    """Strawberry's schema, with a log that carries no data and errors that carry a code."""

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        result = await super().execute(*args, **kwargs)
        result.errors = [told(error) for error in result.errors] if result.errors else None
        return result

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        for error in errors:
            code = code_of(error)
            path = ".".join(safe(str(part)) for part in error.path or ())
            cause = type(error.original_error).__name__ if error.original_error else "GraphQLError"
            level = logging.ERROR if code == "INTERNAL" else logging.INFO
            name = safe(execution_context.operation_name if execution_context else None)
            log.log(level, "code=%s cause=%s path=%s operation=%s", code, cause, path, name)


class OneOperation(SchemaExtension):
    """A document with several operations must say which; and the access log must name the right one."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        definitions = document.definitions if document else ()
        operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
        if len(operations) > 1 and context._provided_operation_name is None:
            context.pre_execution_errors = [GraphQLError("Say which operation to run: give operationName.")]
        context.context.session.operation = safe(context.operation_name)
        yield


def safe(name: str | None) -> str:
    """A name that the caller chose, without what could be a person's number."""
    return _NUMBER.sub("", name or "")[:60] or "anonymous"
