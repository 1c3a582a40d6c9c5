"""Traces, if a deployment wants them: one span for each operation, and one for each of its phases.

The names are those of the GraphQL working group's drafts for OpenTelemetry (graphql/otel-wg, spec/spans.yml). What
the drafts also allow is left out on purpose: the document and its hash, variables, the client's own name for an
operation, paths and messages of errors, and a span for each resolver.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lifecare_gql.errors import ConfigurationError
from lifecare_gql.schema import references
from lifecare_gql.schema.failures import INTERNAL
from lifecare_gql.schema.observing import Observer, Phase, Seen
from lifecare_gql.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

REFERENCE = "lifecare.request"
"""The attribute that holds what the caller was told as the reference."""
_OURS = frozenset({INTERNAL, "UNAVAILABLE", "TRY_AGAIN", "ISSUER_UNAVAILABLE"})
"""Codes of failures that are the server's; any other is an answer that somebody asked for."""
_NAMES = {
    Phase.PARSING: "GraphQL Document Parsing",
    Phase.VALIDATION: "GraphQL Document Validation",
    Phase.EXECUTION: "GraphQL Operation Execution",
}


def tracers(settings: Settings) -> tuple[Observer, ...]:
    """The tracer that the settings want; ConfigurationError when the extra `otel` is not installed."""
    if settings.otlp_endpoint is None:
        return ()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider as Provider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ConfigurationError(
            "LIFECARE_OTLP_ENDPOINT needs the extra otel: pip install 'lifecare-gql[otel]'."
        ) from None
    provider = Provider(resource=Resource.create({"service.name": "lifecare-gql"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otlp_endpoint)))
    return (Tracing(provider),)


class Tracing:
    """Makes the spans of one provider."""

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry.trace import SpanKind

        self._tracer, self._server = provider.get_tracer("lifecare_gql"), SpanKind.SERVER

    @contextmanager
    def operation(self, seen: Seen) -> Iterator[None]:
        """The span `{graphql.operation.type}`; what an exception says never gets into it."""
        with self._tracer.start_as_current_span(
            "GraphQL Operation", kind=self._server, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except Exception:
                seen.codes = (INTERNAL,)
                raise
            finally:
                _describe(span, seen)

    @contextmanager
    def phase(self, phase: Phase, seen: Seen) -> Iterator[None]:
        """A span inside that of the operation."""
        with self._tracer.start_as_current_span(
            _NAMES[phase], record_exception=False, set_status_on_exception=False
        ) as span:
            yield
            span.set_attributes(_attributes(seen))


def _describe(span: Span, seen: Seen) -> None:
    from opentelemetry.trace import StatusCode

    span.update_name(" ".join(filter(None, (seen.type, seen.name))) if seen.type else "GraphQL Operation")
    span.set_attributes(_attributes(seen) | {REFERENCE: references.reference()})
    if seen.codes:
        span.set_attribute("error.type", seen.codes[0])
    if _OURS.intersection(seen.codes):
        span.set_status(StatusCode.ERROR)


def _attributes(seen: Seen) -> dict[str, str]:
    told = {"graphql.operation.type": seen.type, "graphql.operation.name": seen.name}
    return {name: value for name, value in told.items() if value}
