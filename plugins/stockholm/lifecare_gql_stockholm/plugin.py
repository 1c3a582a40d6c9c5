"""What Region Stockholm announces beside the files in data/: the types and fields that only this region has."""

from __future__ import annotations

from lifecare_gql import hookimpl
from lifecare_gql.hookspecs import RegionSchema


@hookimpl
def lifecare_schema() -> RegionSchema:
    """The types and fields that only this region has."""
    from lifecare_gql_stockholm.schema import SCHEMA  # GraphQL types are made when the schema is built

    return SCHEMA
