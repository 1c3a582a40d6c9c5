"""The GraphQL schema: the core's types, and what the regions add to them."""

from __future__ import annotations

from lifecare_gql.schema.building import build_schema, fitting
from lifecare_gql.schema.context import Context

__all__ = ["Context", "build_schema", "fitting"]
