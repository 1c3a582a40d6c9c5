"""Everything that is kept: the database, its migrations and its rows."""

#: Modules whose Tortoise models are mapped when a Database is opened.
MODULES: tuple[str, ...] = ("lifecare_gql.storage.rows",)
