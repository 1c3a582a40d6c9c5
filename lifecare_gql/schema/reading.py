"""How a window is made: fields that say which columns, which row, or which rows.

A resolver says which rows and never fetches. Fields at the root of a read (`record`, `connection`) fetch their
rows with everything selected below them; fields inside a window pick what has been fetched already.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

import strawberry
from graphql import get_named_type

from lifecare_gql.actions import access
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.texts import said
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.ids import public_id, row_id
from lifecare_gql.schema.publishing import described
from lifecare_gql.schema.selecting import (
    PUBLIC_ID,
    READ,
    Fetched,
    Needs,
    ToMany,
    ToOne,
    Whole,
    page_shape_below,
    shape_below,
)
from lifecare_gql.storage.reading.reader import Page, Row
from lifecare_gql.storage.reading.rows import DEFAULT_PAGE, MAX_PAGE, Rows, Shape, Window
from lifecare_gql.storage.rows import Record

T = TypeVar("T")
C = TypeVar("C", bound=type)

Guard = Callable[[Row, Info], Awaitable[None]]
Read = Callable[[Session, Rows, Shape], Awaitable[Page]]


@strawberry.interface(description="Anything with an id of its own. The id reveals nothing but the kind of thing.")
class Node:
    """A record with a public id."""

    __model__: ClassVar[type[Record]]

    @strawberry.field(description="The public id (publikt id).", metadata={READ: PUBLIC_ID})
    def id(root: strawberry.Parent[Row]) -> strawberry.ID:
        return strawberry.ID(public_id(root.model, root.id))


def window(model: type[Record], name: str | None = None) -> Callable[[C], C]:
    """Class decorator: the type shows rows of the model, and of them only the fields that stand in the class."""

    def offer(cls: C) -> C:
        cls.__model__ = model  # type: ignore[attr-defined]
        cls.is_type_of = classmethod(lambda _, row, info: isinstance(row, Row) and row.model is model)  # type: ignore[attr-defined]
        return strawberry.type(cls, name=name, description=described(cls))

    return offer


def column(description: str, name: str | None = None) -> Any:
    """A field that is a column of the row."""
    if name is None:
        return strawberry.field(description=description, metadata={READ: Needs(None)})
    return strawberry.field(
        resolver=lambda root: root.values[name], description=description, metadata={READ: Needs((name,))}
    )


def computed(*needs: str) -> Callable[[Callable[..., Any]], Any]:
    """Decorator: a field made in Python from the columns it names."""

    def declare(resolver: Callable[..., Any]) -> Any:
        return strawberry.field(resolver=resolver, description=described(resolver), metadata={READ: Needs(needs)})

    return declare


def gathered(shape: Shape) -> Callable[[Callable[..., Any]], Any]:
    """Decorator: a field made in Python from the whole record, read in a shape that is written by hand."""

    def declare(resolver: Callable[..., Any]) -> Any:
        described_as = described(resolver)
        return strawberry.field(resolver=resolver, description=described_as, metadata={READ: Whole(shape)})

    return declare


def to_one(
    relation: str,
    description: str,
    *needs: str,
    shown: Callable[[Row], bool] | None = None,
    of: Any = None,
) -> Any:
    """A field that is the row at the other end of a foreign key; null unless `shown` by the columns in `needs`.

    `of` is the row's type, for a field that does not stand in its window's class.
    """

    def resolve(root: strawberry.Parent[Row], info: Info):  # type: ignore[no-untyped-def]  # the window says the type
        return root.related[str(info.path.key)] if shown is None or shown(root) else None

    need = ToOne(relation, needs, shown)
    return strawberry.field(resolver=resolve, description=description, metadata={READ: need}, graphql_type=of)


def to_many(
    rows: Callable[..., Rows], parent: str, description: str, *, guard: Guard | None = None, of: Any = None
) -> Any:
    """A field that is a connection of rows; `rows(info, **arguments)` says which.

    `guard` sees the row that the field belongs to before the answer leaves, to note what was denied. `of` is
    the connection's type, for a field that does not stand in its window's class.
    """
    paged = _paged(rows)

    async def resolve(root: Any, info: Info, **_: Any) -> Any:
        if guard is not None:
            await guard(root, info)
        page = root.related[str(info.path.key)]
        info.context.show(len(page.rows))
        return page

    _sign(resolve, rows, "root")
    need = ToMany(paged, parent, guard)
    return strawberry.field(resolver=resolve, description=description, metadata={READ: need}, graphql_type=of)


def connection(rows: Callable[..., Rows], description: str, *, of: Any = None, read: Read = access.read) -> Any:
    """A field of the root that is a connection of rows; `rows(info, **arguments)` says which, `read` who may.

    `of` is the connection's type, for a field that does not stand in its class.
    """
    paged = _paged(rows)

    async def resolve(info: Info, **arguments: Any) -> Any:
        page = await read(info.context.session, paged(info, **arguments), page_shape_below(info))
        info.context.show(len(page.rows))
        return page

    _sign(resolve, rows)
    metadata = {READ: Fetched(paged)} if read is access.read else {}
    return strawberry.field(resolver=resolve, description=description, metadata=metadata, graphql_type=of)


def record(rows: Callable[..., Rows], description: str) -> Any:
    """A field of the root that is one record, or null; `rows(info, **arguments)` says which."""

    async def resolve(info: Info, **arguments: Any) -> Any:
        return await fetch_one(info, rows(info, **arguments))

    _sign(resolve, rows, paged=False)
    return strawberry.field(resolver=resolve, description=description, metadata={READ: Fetched(rows)})


async def fetch_one(info: Info, rows: Rows, type_name: str | None = None, read: Read = access.read) -> Any:
    """The first of the rows, with everything selected below the current field; None when there is none."""
    name = type_name or get_named_type(info._raw_info.return_type).name
    page = await read(info.context.session, rows, shape_below(info, name))
    return page.rows[0] if page.rows else None


_PAGING = {
    "first": (int | None, f"How many from the beginning, 1 to {MAX_PAGE}; {DEFAULT_PAGE} when neither is given."),
    "after": (strawberry.ID | None, "Only what comes after this cursor."),
    "last": (int | None, f"How many from the end, 1 to {MAX_PAGE}."),
    "before": (strawberry.ID | None, "Only what comes before this cursor."),
}


def _paged(rows: Callable[..., Rows]) -> Callable[..., Rows]:
    def paged(info: Info, **arguments: Any) -> Rows:
        paging = {name: arguments.pop(name, None) for name in _PAGING}
        wanted = rows(info, **arguments)
        return wanted.windowed(_window(wanted.model, **paging))

    return paged


def _window(
    model: type[Record], first: int | None, after: str | None, last: int | None, before: str | None
) -> Window:
    if first is not None and last is not None:
        raise BadInput("Give either first or last, not both.")
    size = first if first is not None else last
    if size is not None and not 1 <= size <= MAX_PAGE:
        raise BadInput(said("first and last must be 1 to {most}.", most=MAX_PAGE))
    return Window(
        size=size or DEFAULT_PAGE,
        after=_cursor(model, after, "after"),
        before=_cursor(model, before, "before"),
        backwards=last is not None,
    )


def _cursor(model: type[Record], text: str | None, argument: str) -> UUID | None:
    return None if text is None else row_id(text, model, argument)


def _sign(resolve: Any, rows: Callable[..., Rows], *leading: str, paged: bool = True) -> None:
    """Give the resolver the arguments of `rows`, and those of paging, for Strawberry to read."""
    own = list(inspect.signature(rows, eval_str=True).parameters.values())[1:]
    kind = inspect.Parameter.KEYWORD_ONLY
    paging = [
        inspect.Parameter(name, kind, default=None, annotation=_argument(annotation, description))
        for name, (annotation, description) in (_PAGING.items() if paged else ())
    ]
    before = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in leading]
    asked = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)
    parameters = [*before, asked, *(one.replace(kind=kind) for one in own), *paging]
    resolve.__signature__ = inspect.Signature(parameters)
    resolve.__annotations__ = {one.name: one.annotation for one in parameters if one.annotation is not one.empty}


def _argument(annotation: Any, description: str) -> Any:
    """The annotation of an argument with its description."""
    return Annotated[annotation, strawberry.argument(description=description)]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: strawberry.ID | None = strawberry.field(description="The first item's cursor.")
    end_cursor: strawberry.ID | None = strawberry.field(description="The last item's cursor.")


@strawberry.type(description="One item of a list with its cursor.")
class Edge(Generic[T]):
    """Relay's edge. Its source is the row itself."""

    @strawberry.field(description="The item.")
    def node(root: strawberry.Parent[Row]) -> T:
        return root  # type: ignore[return-value]

    @strawberry.field(description="Where the item stands: the row's own public id, which reveals nothing.")
    def cursor(root: strawberry.Parent[Row]) -> strawberry.ID:
        return strawberry.ID(public_id(root.model, root.id))


@strawberry.type(description="A list that is read page by page.")
class Connection(Generic[T]):
    """Relay's connection. Its source is a `Page`."""

    @strawberry.field(description="The items with their cursors.")
    def edges(root: strawberry.Parent[Page]) -> list[Edge[T]]:
        return root.rows

    @strawberry.field(description="The items.")
    def nodes(root: strawberry.Parent[Page]) -> list[T]:
        return root.rows

    @strawberry.field(description="Where the page stands in the list.")
    def page_info(root: strawberry.Parent[Page]) -> PageInfo:
        cursors = [strawberry.ID(public_id(row.model, row.id)) for row in root.rows]
        return PageInfo(
            has_next_page=root.has_next,
            has_previous_page=root.has_previous,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )
