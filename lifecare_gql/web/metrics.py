"""What Prometheus is told: numbers by type of operation, code and route. No value of any request is a label.

The names are those of OpenTelemetry's GraphQL and HTTP conventions as Prometheus writes them. With several worker
processes (`PROMETHEUS_MULTIPROC_DIR`) whichever is asked answers for all of them.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lifecare_gql.region_running import Guards
from lifecare_gql.schema.observing import Phase, Seen
from lifecare_gql.settings import shared_metrics
from lifecare_gql.storage.database import Database
from lifecare_gql.web.refusals import refusal

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LAGS = (0.1, 0.5, 1, 5, 30, 60, 300, 1800, 3600, 6 * 3600, 24 * 3600, 72 * 3600)
_PLUGIN = ("plugin", "point")
_OPERATION = ("graphql_operation_type", "graphql_operation_name", "error_type")


class Metrics:
    """The numbers of one process, in a registry of its own: a process may hold several applications."""

    def __init__(self, db: Database, guards: Guards | None = None) -> None:
        self._db, self._guards, self._registry = db, guards or Guards(), CollectorRegistry()
        self._operations = self._histogram(
            "graphql_server_request_duration_seconds",
            "Operations, by the first error's code.",
            _OPERATION,
        )
        self._running = self._gauge("graphql_server_active_requests", "Operations that run now.")
        self._answers = self._histogram(
            "http_server_request_duration_seconds",
            "Answers over HTTP; a websocket counts when it ends.",
            ("http_route", "http_response_status_code"),
        )
        self._statements = self._histogram(
            "lifecare_database_statement_seconds", "Statements, with the wait for a connection."
        )
        self._failed = self._counter(
            "lifecare_database_failures_total", "Statements that the database could not serve.", ("kind",)
        )
        self._told = self._counter(
            "lifecare_webhook_deliveries_total",
            "Attempts to tell a webhook something, by what came of them; `dead` are dead letters.",
            ("outcome",),
        )
        self._late = Histogram(
            "lifecare_webhook_lag_seconds",
            "What was delivered to webhooks, by how long ago it had happened.",
            registry=self._registry,
            buckets=_LAGS,
        )
        self._plans = self._counter(
            "lifecare_compiled_operations_total",
            "Operations that were compiled, and those that graphql-core answered, by the reason.",
            ("outcome", "reason"),
        )
        self._pool = self._gauge("lifecare_database_connections", "Connections of the pool.", ("state",))
        self._unanswered = self._counter(
            "lifecare_region_failures_total",
            "Calls of a region's plugin that did not answer.",
            (*_PLUGIN, "failing"),
        )
        self._open = self._gauge("lifecare_region_breaker_open", "1: the plugin is left alone there.", _PLUGIN)
        self._lost = self._gauge(
            "lifecare_region_lost_threads", "Threads of calls that were given up.", ("plugin",)
        )
        self._guards.told = self.unanswered
        db.on_statement = self.statement

    def _histogram(self, name: str, help: str, labels: tuple[str, ...] = ()) -> Histogram:
        return Histogram(name, help, labels, registry=self._registry, buckets=_SECONDS)

    def _counter(self, name: str, help: str, labels: tuple[str, ...]) -> Counter:
        return Counter(name, help, labels, registry=self._registry)

    def _gauge(self, name: str, help: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(name, help, labels, registry=self._registry, multiprocess_mode="livesum")

    @contextmanager
    def operation(self, seen: Seen) -> Iterator[None]:
        """Counts an operation."""
        began = time.perf_counter()
        self._running.inc()
        try:
            yield
        finally:
            self._running.dec()
            code = seen.codes[0] if seen.codes else ""
            self._operations.labels(seen.type, seen.name, code).observe(time.perf_counter() - began)

    @contextmanager
    def phase(self, phase: Phase, seen: Seen) -> Iterator[None]:
        """Nothing: what a phase takes is told by traces."""
        yield

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is one that is known, or `other`."""
        self._answers.labels(route, str(status)).observe(seconds)

    def statement(self, seconds: float, failure: str) -> None:
        """Count a statement; `failure` is the kind of error that ended it, empty for none."""
        self._statements.observe(seconds)
        if failure:
            self._failed.labels(failure).inc()

    def webhook(self, outcome: str, seconds: float) -> None:
        """Count an attempt to deliver; `seconds` since what it tells of happened."""
        self._told.labels(outcome).inc()
        if outcome == "delivered":
            self._late.observe(seconds)

    def unanswered(self, plugin: str, point: str, failing: str) -> None:
        """Count a call of a region's plugin that did not answer; `point` is a place of the schema."""
        self._unanswered.labels(plugin, point, failing).inc()

    def _look_at_plugins(self) -> None:
        for guard in list(self._guards.by_plugin.values()):
            self._lost.labels(guard.plugin).set(guard.pool.abandoned)
            for point, breaker in list(guard.breakers.items()):
                self._open.labels(guard.plugin, point).set(breaker.opened_at is not None)

    def planned(self, outcome: str, reason: str) -> None:
        """Count what became of an operation; `reason` is one of few, never something that was sent."""
        self._plans.labels(outcome, reason).inc()

    def text(self) -> bytes:
        """Everything, in Prometheus's form."""
        for state, connections in self._db.connections().items():
            self._pool.labels(state).set(connections)
        self._look_at_plugins()
        if shared_metrics() is None:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def metrics_route(metrics: Metrics, token: SecretStr | None) -> Route:
    """`/metrics`; with a token only for who has it."""
    wanted = None if token is None else f"Bearer {token.get_secret_value()}".encode()

    async def told(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if wanted is not None and not hmac.compare_digest(given, wanted):
            return refusal(401, "This needs the token of LIFECARE_METRICS_TOKEN.", {"www-authenticate": "Bearer"})
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})

    return Route("/metrics", told)


def forget_the_dead(directory: str) -> None:
    """Leave out the gauges of worker processes that are gone; counts stay, for what was done was done."""
    for file in Path(directory).glob("gauge_live*_*.db"):
        process = file.stem.rpartition("_")[2]
        if process.isdecimal() and not _lives(int(process)):
            mark_process_dead(int(process), directory)  # type: ignore[no-untyped-call]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, that has got the number
        return False
    return True
