"""lifecare-gql: the routines of Swedish regions for discharge planning, enforced and quoted, as GraphQL.

A region's plugin imports `hookimpl` from here; everything else it needs stands in `hookspecs`,
`region_files` and `domain`.
"""

from importlib.metadata import PackageNotFoundError, version

from lifecare_gql.hookspecs import hookimpl

try:
    __version__ = version("lifecare-gql")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0"

__all__ = ["__version__", "hookimpl"]
