"""Windows on rows: from the driver's tuples to the answer, without a row in between.

A field that is fetched becomes one function: which rows, one statement for each level, and a comprehension for
each level. Only a field that is computed gets a row, with the columns it declares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql import FieldNode, GraphQLObjectType, get_named_type, is_non_null_type
from strawberry.types.field import StrawberryField

from lifecare_gql.actions.access import concerns_patients, looking
from lifecare_gql.compiled.asking import children, first_page, page_of, shown_of
from lifecare_gql.compiled.leaves import lost
from lifecare_gql.compiled.objects import Objects
from lifecare_gql.compiled.places import Place
from lifecare_gql.compiled.source import Declined, function, shown
from lifecare_gql.schema.ids import public_id
from lifecare_gql.schema.reading import Connection, Edge, PageInfo
from lifecare_gql.schema.selecting import (
    PUBLIC_ID,
    READ,
    Fetched,
    Fields,
    Needs,
    Selection,
    ToMany,
    ToOne,
    Whole,
    is_window,
    model_of,
)
from lifecare_gql.storage.reading.kept import Kept
from lifecare_gql.storage.reading.reader import RawRow, Row
from lifecare_gql.storage.reading.rows import Many, One, Rows, Shape
from lifecare_gql.storage.reading.sql import Layout
from lifecare_gql.storage.url import Dialect

Nodes = Sequence[FieldNode]


@dataclass(slots=True)
class Level:
    """One statement: the rows of a window, for one parent or for all of a level."""

    number: int
    kept: Kept
    layout: Layout
    place: int
    need: ToMany | Fetched
    subs: dict[int, Level] = field(default_factory=dict)
    """The to-many relations of this level's rows, by the place where they are selected."""
    parents: dict[int, int] = field(default_factory=dict)
    """Where in a tuple the id stands that each of them belongs to."""
    folded_at: int | None = None
    """Where in its parents' tuples it stands, if it has no statement of its own."""
    wholes: list[tuple[str, Layout]] = field(default_factory=list)
    """Records that are gathered as a whole, by their names in the function."""


class _Shapes(Selection):
    """Shapes as the interpreter makes them; which rows a to-many relation is about is asked in each request."""

    def __init__(self, fields: Fields) -> None:
        Fields.__init__(self, fields.schema, fields.fragments, fields.variables)

    def rows(self, window: Any, field: StrawberryField, node: FieldNode, need: ToMany) -> Rows:
        connection: Any = get_named_type(window.fields[node.name.value].type)
        shown_as: Any = get_named_type(connection.fields["nodes"].type)
        return Rows(model=model_of(shown_as))


class Windows:
    """Writes the functions for fields that are fetched."""

    def __init__(self, objects: Objects, dialect: Dialect) -> None:
        self._objects = objects
        self._source = objects.source
        self._dialect = dialect
        self._shapes = _Shapes(objects.fields)
        self._levels = 0
        self._inner: list[str] = []
        self.kept: list[Kept] = []
        objects.fetch = self.fetch

    def fetch(self, place: Place, number: int) -> str:
        """The call of a new function that fetches a field and writes its value."""
        outer, self._inner = self._inner, []
        kind: Any = get_named_type(place.field.type)
        paged = not is_window(kind)
        shape = self._shapes.nodes_shape(kind, place.nodes) if paged else self._shapes.shape(kind, place.nodes)
        level = self._level(shape, number, place.said.metadata[READ], None)
        written = self._page(level, kind, place.nodes) if paged else self._first(level, kind, place)
        lines = [
            *self._asks(level),
            *self._reads(level, concerns_patients(shape)),
            *self._inner,
            f"return {written}",
        ]
        self._inner = outer
        return f"{self._source.add(self._source.fresh(place.key), 'q', lines)}(q)"

    # -- which rows, and the statements

    def _level(self, shape: Shape, place: int, need: ToMany | Fetched, parent: str | None) -> Level:
        self._levels += 1
        kept = Kept(self._dialect, shape, parent)
        self.kept.append(kept)
        return Level(number=self._levels, kept=kept, layout=kept.layout, place=place, need=need)

    def _asks(self, level: Level) -> Iterator[str]:
        """Which rows each level is about; nothing is fetched before all resolvers have said it."""
        says = self._source.name("rows", level.need.rows)
        given = [f"q.info({level.place})"]
        if self._objects.places[level.place].takes_arguments:
            given.append(f"**q.arguments({level.place})")
        yield f"which_{level.number} = {says}({', '.join(given)})"
        for sub in level.subs.values():
            yield from self._asks(sub)

    def _reads(self, level: Level, about_patients: bool) -> Iterator[str]:
        looks, first = self._source.name("looking", looking), self._source.name("first page", first_page)
        n, kept = level.number, self._source.name("sql", level.kept)
        yield f"async with {looks}(q.session, {about_patients}) as look:"
        yield f"    page_{n} = await {first}(look, {kept}, {_which(level)})"
        yield f"    rows_{n} = page_{n}.rows"
        for line in self._goes_on(level):
            yield f"    {line}"

    def _goes_on(self, level: Level) -> Iterator[str]:
        """Whom the rows are about, what is gathered of them, and the levels below."""
        n = level.number
        if about := sorted(set(_patients(level.layout))):
            several = f"row[at] for row in rows_{n} for at in {tuple(about)}"
            yield f"look.reader.saw([{several if len(about) > 1 else f'row[{about[0]}] for row in rows_{n}'}])"
        for whole, layout in level.wholes:
            yield f"{whole} = await look.reader.whole({self._source.name('layout', layout)}, rows_{n})"
        for place, sub in level.subs.items():
            if sub.folded_at is None:
                yield from self._fetches(sub, n, level.parents[place])
            else:
                folded = f"(row[{sub.folded_at}] for row in rows_{n})"
                yield f"rows_{sub.number} = {self._source.name('shown', shown_of)}(which_{sub.number}, {folded})"
            yield from self._goes_on(sub)

    def _fetches(self, sub: Level, above: int, parent_at: int) -> Iterator[str]:
        n, kept = sub.number, self._source.name("sql", sub.kept)
        parents = f"[row[{parent_at}] for row in rows_{above}]"
        below = self._source.name("children", children)
        yield f"pages_{n} = await {below}(look, {kept}, {parents}, {_which(sub)})"
        yield f"rows_{n} = [row for page in pages_{n}.values() for row in page.rows]"

    # -- pages

    def _first(self, level: Level, kind: GraphQLObjectType, place: Place) -> str:
        rows = self._rows(level, lambda binds: self._row(level, kind, place.nodes, level.layout, binds), kind.name)
        none = self._lost() if is_non_null_type(place.field.type) else "None"
        text = f"({rows}(rows_{level.number}))[0]"
        return f"{text} if rows_{level.number} else {none}"

    def _page(self, level: Level, kind: GraphQLObjectType, nodes: Nodes) -> str:
        """The call of a function that writes a page of the level."""
        _demand(kind, Connection)
        window = get_named_type(kind.fields["nodes"].type)
        pairs = [(key, self._of_page(level, kind, window, found)) for key, found in self._below(kind, nodes)]
        called = self._define(kind.name, "page", ["q.show(len(page.rows))", f"return {shown(pairs)}"])
        return f"{called}(page_{level.number})"

    def _of_page(
        self, level: Level, kind: GraphQLObjectType, window: GraphQLObjectType, nodes: list[FieldNode]
    ) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(kind.name)
        if name == "nodes":
            rows = self._rows(
                level, lambda binds: self._row(level, window, nodes, level.layout, binds), window.name
            )
            return f"{rows}(page.rows)"
        if name == "edges":
            edge = get_named_type(kind.fields["edges"].type)
            rows = self._rows(level, lambda binds: self._edge(level, edge, window, nodes, binds), edge.name)
            return f"{rows}(page.rows)"
        if name == "pageInfo":
            return self._page_info(level, get_named_type(kind.fields[name].type), nodes)
        raise Declined("an unknown field of a connection")

    def _page_info(self, level: Level, kind: GraphQLObjectType, nodes: Nodes) -> str:
        _demand(kind, PageInfo)
        first, last = (self._public_id(level.layout, f"page.rows[{at}][{level.layout.id_at}]") for at in (0, -1))
        said = {
            "__typename": repr(kind.name),
            "hasNextPage": "page.has_next",
            "hasPreviousPage": "page.has_previous",
            "startCursor": f"{first} if page.rows else None",
            "endCursor": f"{last} if page.rows else None",
        }
        return shown((key, said[found[0].name.value]) for key, found in self._below(kind, nodes))

    def _edge(
        self, level: Level, kind: GraphQLObjectType, window: GraphQLObjectType, nodes: Nodes, binds: list[str]
    ) -> str:
        _demand(kind, Edge)

        def written(name: str, found: Nodes) -> str:
            if name == "node":
                return self._row(level, window, found, level.layout, binds)
            return {"__typename": repr(kind.name), "cursor": self._id(level.layout)}[name]

        return shown((key, written(found[0].name.value, found)) for key, found in self._below(kind, nodes))

    def _rows(self, level: Level, write: Any, name: str) -> str:
        """How a function is called that writes the rows it is given."""
        binds: list[str] = []
        one = write(binds)
        folded = (sub.folded_at for sub in level.subs.values() if sub.folded_at is not None)
        width = 1 + max([*_positions(level.layout), *folded])
        columns = "".join(f"c{at}, " for at in range(width))
        lines = [
            "return [",
            f"    {one}",
            f"    for ({columns}*_) in rows",
            *(f"    {bind}" for bind in binds),
            "]",
        ]
        return self._define(name, "rows", lines)

    def _define(self, stem: str, parameters: str, lines: Iterable[str]) -> str:
        text, called = function(self._source.fresh(stem), parameters, lines)
        self._inner += text.split("\n")
        return called

    # -- one row

    def _row(self, level: Level, kind: GraphQLObjectType, nodes: Nodes, layout: Layout, binds: list[str]) -> str:
        """The expression that writes one row; what it needs besides the columns is bound first."""
        row = _LightRow(self, level, layout, binds)
        pairs = [(key, self._field(row, kind, key, found)) for key, found in self._below(kind, nodes)]
        row.bind()
        return shown(pairs)

    def _field(self, row: _LightRow, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> str:
        self._source.count_field()
        name = nodes[0].name.value
        if name == "__typename":
            return repr(kind.name)
        said, objects = self._objects.said(kind, name), self._objects
        need, wanted = said.metadata.get(READ), kind.fields[name].type
        if need is PUBLIC_ID:
            return self._id(row.layout)
        if isinstance(need, ToOne):
            return self._to_one(row, key, wanted, nodes, need)
        place = objects.place(kind, key, nodes, said)
        if isinstance(need, ToMany):
            return self._to_many(row, key, place, wanted, nodes, need)
        if isinstance(need, Needs) and said.base_resolver is None:
            return self._column(row, said.python_name, wanted)
        if not isinstance(need, Needs | Whole):
            raise Declined("a field that declares no reading")
        return objects.value(wanted, nodes, objects.called(said, place, row.named(need, said.python_name)), place)

    def _column(self, row: _LightRow, name: str, wanted: Any) -> str:
        nullable = not is_non_null_type(wanted)
        leaf = wanted if nullable else wanted.of_type
        leaves, model = self._objects.leaves, row.layout.model
        return leaves.column(self._source, model, name, leaf, f"c{row.at(name)}", nullable=nullable)

    def _to_one(self, row: _LightRow, key: str, wanted: Any, nodes: Nodes, need: ToOne) -> str:
        layout = row.layout.ones[key]
        written = self._row(row.level, get_named_type(wanted), nodes, layout, row.binds)
        none = self._lost() if is_non_null_type(wanted) else "None"
        found = f"{written} if c{layout.id_at} is not None else {none}"
        if need.shown is None:
            return f"({found})"
        light = row.named(Needs(need.columns), key)
        return f"(({found}) if {self._source.name('shown', need.shown)}({light}) else {none})"

    def _to_many(
        self, row: _LightRow, key: str, place: int, wanted: Any, nodes: list[FieldNode], need: ToMany
    ) -> str:
        many: Many = row.layout.shape.manys[key]
        level = self._level(many.shape, place, need, many.parent)
        row.level.subs[place], row.level.parents[place] = level, row.layout.id_at
        if row.layout is row.level.layout:  # each is there once; what several rows share is fetched once for all
            level.folded_at = row.level.kept.fold(level.kept)
        text = self._page(level, get_named_type(wanted), nodes)
        found = f"pages_{level.number}[c{row.layout.id_at}]"
        if level.folded_at is not None:
            self.kept.remove(level.kept)  # its parent's statement has it
            found = f"{self._source.name('page of', page_of)}(which_{level.number}, c{level.folded_at})"
        written = text.replace(f"(page_{level.number})", f"({found})")
        if need.guard is None:
            return f"({written})"
        light = row.named(PUBLIC_ID, key)
        return f"(await {self._source.name('guard', need.guard)}({light}, q.info({place})), {written})[1]"

    def _id(self, layout: Layout) -> str:
        return self._public_id(layout, f"c{layout.id_at}")

    def _public_id(self, layout: Layout, var: str) -> str:
        prefix = public_id(layout.model, UUID(int=0))[:-32]
        digits = f"{var}.hex" if self._dialect is Dialect.POSTGRES else f"{var}.replace('-', '')"
        return f"{prefix!r} + {digits}"

    def _below(self, kind: GraphQLObjectType, nodes: Nodes) -> Iterable[tuple[str, list[FieldNode]]]:
        return self._objects.fields.below(kind, nodes).items()

    def _lost(self) -> str:
        return f"{self._source.name('lost', lost)}()"


class _LightRow:
    """What the computed fields of one row get: a row with the columns that they declare, if there are any."""

    def __init__(self, windows: Windows, level: Level, layout: Layout, binds: list[str]) -> None:
        self._windows, self.level, self.layout, self.binds = windows, level, layout, binds
        self._columns: set[str] = set()
        self._wholes: list[Shape] = []
        self._place = len(binds)
        self._name: str | None = None

    def at(self, name: str) -> int:
        """Where the column stands."""
        return next(at for known, at, _ in self.layout.columns if known == name)

    def named(self, need: Needs | Whole, own: str) -> str:
        """The row's name in the comprehension, with what the field declares in it."""
        if isinstance(need, Whole):
            self._wholes.append(need.shape)
        else:
            self._columns.update((own,) if need.columns is None else need.columns)
        self._name = self._name or self._windows._source.fresh("row")
        return self._name

    def bind(self) -> None:
        """Bind the name, before whatever the rows below it bind."""
        if self._name is not None:
            made = self._whole() if self._wholes else self._made()
            self.binds.insert(self._place, f"for {self._name} in ({made},)")

    def _made(self) -> str:
        source, leaves, layout = self._windows._source, self._windows._objects.leaves, self.layout
        kind = Row if self._windows._dialect is Dialect.POSTGRES else RawRow
        row_id, patient = ("None" if at is None else f"c{at}" for at in (layout.id_at, layout.patient_at))
        values = shown(
            (name, leaves.value(source, layout.model, name, f"c{self.at(name)}")) for name in sorted(self._columns)
        )
        model = source.name(layout.model.__name__, layout.model)
        made = f"{source.name('Row', kind)}({model}, {row_id}, {patient}, {values})"
        return made if layout is self.level.layout else f"None if c{layout.id_at} is None else {made}"

    def _whole(self) -> str:
        """The record is read as the interpreter reads it: from the columns and relations of the shapes."""
        wanted = self._columns.union(*(one.columns for one in self._wholes))
        ones: dict[str, One] = {key: one for shape in self._wholes for key, one in shape.ones.items()}
        manys: dict[str, Many] = {key: many for shape in self._wholes for key, many in shape.manys.items()}
        layout = Layout(
            model=self.layout.model,
            shape=Shape(model=self.layout.model, columns=frozenset(wanted), ones=ones, manys=manys),
            id_at=self.layout.id_at,
            patient_at=self.layout.patient_at,
            columns=[one for one in self.layout.columns if one[0] in wanted],
            ones={key: self.layout.ones[key] for key in ones},
        )
        name = self._windows._source.fresh("whole")
        self.level.wholes.append((name, layout))
        return f"{name}.get(c{self.layout.id_at})"


def _which(level: Level) -> str:
    """Which rows a statement is about: those of the level, and of what is folded into it."""
    folded = (_which(sub) for sub in level.subs.values() if sub.folded_at is not None)
    return ", ".join((f"which_{level.number}", *folded))


def _patients(layout: Layout) -> Iterator[int]:
    if layout.patient_at is not None:
        yield layout.patient_at
    for one in layout.ones.values():
        yield from _patients(one)


def _positions(layout: Layout) -> Iterator[int]:
    yield layout.id_at
    yield from [] if layout.patient_at is None else [layout.patient_at]
    yield from (at for _, at, _ in layout.columns)
    for one in layout.ones.values():
        yield from _positions(one)


def _demand(kind: GraphQLObjectType, wanted: type) -> None:
    """That the type is the one whose fields are written here, and no other."""
    definition = kind.extensions["strawberry-definition"]
    if definition.origin is not wanted and getattr(definition.concrete_of, "origin", None) is not wanted:
        raise Declined(f"a type that is no {wanted.__name__}")
