"""The wiring: settings, regions, database, schema and routes become one Starlette application."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from lifecare_gql.compiled.executor import Compiled
from lifecare_gql.demo import MovedClock, actors
from lifecare_gql.domain.webhooks import WebhookPolicy
from lifecare_gql.errors import MigrationError
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.schema import build_schema, fitting
from lifecare_gql.schema.building import Extended
from lifecare_gql.settings import Mode, Settings
from lifecare_gql.storage.database import SERVING, Database
from lifecare_gql.storage.hub import Hub
from lifecare_gql.storage.migrate import pending
from lifecare_gql.web.crossing import Crossing
from lifecare_gql.web.development import Login, development_routes
from lifecare_gql.web.documents import Documents, load_documents
from lifecare_gql.web.entrance import Entrance
from lifecare_gql.web.graphiql import graphiql_routes, load_tabs
from lifecare_gql.web.identity import Verifier, load_issuers
from lifecare_gql.web.kits import kit_routes
from lifecare_gql.web.languages import Languages
from lifecare_gql.web.live import Live
from lifecare_gql.web.logging import RequestLog
from lifecare_gql.web.metrics import Metrics, metrics_route
from lifecare_gql.web.probes import Readiness, probe_routes
from lifecare_gql.web.refusals import refused
from lifecare_gql.web.tokens import DevelopmentIssuer
from lifecare_gql.web.tracing import tracers
from lifecare_gql.web.view import GraphQLView
from lifecare_gql.web.webhooks import Deliverer

_log = logging.getLogger(__name__)


def utc_now() -> dt.datetime:
    """The wall clock, in UTC: the only place where it is read."""
    return dt.datetime.now(dt.UTC)


def create_app(
    settings: Settings, regions: Regions | None = None, clock: Callable[[], dt.datetime] = utc_now
) -> Starlette:
    """The application. Raises ConfigurationError or RegionFault before anything is opened."""
    regions = _usable(
        regions or load_regions(settings.regions, settings.assumptions, lenient=settings.regions_lenient)
    )
    schema = build_schema(regions)
    documents = load_documents(settings, schema._schema)
    db = _database(settings)
    verifier = Verifier(load_issuers(settings))
    metrics = Metrics(db, regions.guards)
    _equip(schema, settings, db, metrics, documents)
    moved = MovedClock.of(settings, clock) if settings.mode is Mode.DEVELOPMENT else None
    now = moved or clock
    entrance = _entrance(settings, db, regions, verifier, now)
    deliverer = Deliverer(db, regions, settings.key(), now, webhook_policy(settings), heard=metrics.webhook)
    hub = Hub(db, also=deliverer.wake)
    live = Live(send_seconds=settings.send_seconds, per_caller=settings.sockets_per_caller)
    view = GraphQLView(schema, entrance, settings, hub, live, documents)
    crossing = [Middleware(Crossing, origins=settings.cors_origins)] if settings.cors_origins else []
    routes: list[BaseRoute] = [
        Route("/graphql", view, middleware=crossing),  # the view tells which methods there are
        WebSocketRoute("/graphql", view),
        _printed(schema.as_str()),
        *probe_routes(Readiness(db, verifier, regions)),
        *kit_routes(entrance, settings.key()),
    ]
    if settings.metrics_token or settings.mode is Mode.DEVELOPMENT:
        routes.append(metrics_route(metrics, settings.metrics_token))
    if moved:
        routes += _development(settings, regions, moved)

    @asynccontextmanager
    async def lifespan(started: Starlette) -> AsyncIterator[None]:
        await _check_migrated(settings.database_url)
        started.state.deliverer = deliverer
        async with db, verifier.fresh(), hub, deliverer.delivering() if settings.webhooks else nullcontext():
            yield

    return Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: refused},
        middleware=_around(settings, routes, metrics),
    )


def _printed(sdl: str) -> Route:
    async def printed(request: Request) -> Response:
        return PlainTextResponse(sdl)

    return Route("/schema.graphql", printed)


def _around(settings: Settings, routes: list[BaseRoute], metrics: Metrics) -> list[Middleware]:
    """The language is found outermost: what nobody has caught is told in it, too."""
    paths = frozenset(route.path for route in routes if isinstance(route, Route))
    return [
        Middleware(Languages, default=settings.language),
        Middleware(RequestLog, paths=paths, told=metrics.answered),
    ]


def _database(settings: Settings) -> Database:
    return Database.from_url(
        settings.database_url, pool_size=settings.pool_size, timeouts=SERVING, walled=settings.walled
    )


def _usable(regions: Regions) -> Regions:
    found = fitting(regions)
    for problem in found.problems:
        _log.error("Problem %s: %s", problem.key, problem.told())
    return found


def _equip(schema: Extended, settings: Settings, db: Database, metrics: Metrics, documents: Documents) -> None:
    schema.observers, schema.name_of = (metrics, *tracers(settings)), documents.name_of
    schema.quick = Compiled(schema, db.dialect, metrics.planned) if settings.compiled else None


def _entrance(
    settings: Settings, db: Database, regions: Regions, verifier: Verifier, clock: Callable[[], dt.datetime]
) -> Entrance:
    return Entrance(
        db=db,
        regions=regions,
        verifier=verifier,
        secret=settings.key(),
        clock=clock,
        production=settings.mode is Mode.PRODUCTION,
        browsers=settings.browser_versions,
        names_staff=settings.access_extract_names_staff,
        emergency=dt.timedelta(hours=settings.emergency_hours),
        webhooks=webhook_policy(settings),
    )


def webhook_policy(settings: Settings) -> WebhookPolicy:
    """What the deployment lets webhooks do."""
    return WebhookPolicy(
        networks=settings.webhook_networks,
        loopback=settings.mode is Mode.DEVELOPMENT,
        seconds=settings.webhook_seconds,
        dead_letters=settings.webhook_dead_letters,
        rotation=dt.timedelta(hours=settings.webhook_rotation_hours),
    )


async def _check_migrated(url: str) -> None:
    missing = await pending(url)
    if missing:
        raise MigrationError(f"The database lacks {', '.join(missing)}. Run `lifecare-gql migrate` first.")


def _development(settings: Settings, regions: Regions, clock: MovedClock) -> list[BaseRoute]:
    async def home(request: Request) -> Response:
        return RedirectResponse("/graphiql")

    logins = [
        Login(
            id=actor.id,
            staff_hsa_id=actor.staff_hsa_id,
            name=actor.name,
            label=actor.label,
            region=actor.region,
            regionName=actor.region_name,
        )
        for actor in actors(regions)
    ]
    return [
        Route("/", home),
        *graphiql_routes(load_tabs()),
        *development_routes(logins, DevelopmentIssuer(settings), clock),
    ]
