"""What resolvers get to know of the request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import strawberry

from lifecare_gql.actions.changes import Feed, place_now
from lifecare_gql.actions.cursors import Positions
from lifecare_gql.actions.session import Session
from lifecare_gql.errors import StorageBusy, StorageUnavailable
from lifecare_gql.region_running import Trial
from lifecare_gql.regions import Regions
from lifecare_gql.schema.acted import Acted
from lifecare_gql.schema.rates import Meter


@dataclass(frozen=True, slots=True)
class Aged:
    """An answer of a region's plugin that is its last good one: where, whose, and how old."""

    path: tuple[str | int, ...]
    region: str
    plugin: str
    seconds: int

    @property
    def told(self) -> dict[str, Any]:
        """As it stands in an answer."""
        told = {"path": list(self.path), "region": self.region, "plugin": self.plugin}
        return told | {"ageSeconds": self.seconds}


@dataclass(slots=True)
class Context:
    """One operation, and nothing of HTTP: the session of the actions, anew for each delivery of a subscription.

    `feed` is None where nothing can be subscribed to. `meter`: what the operation is measured with. `start`: from
    where a subscription goes on that has been told something already. `aged`: what is a region's last good answer.
    """

    session: Session
    feed: Feed | None = None
    meter: Meter | None = None
    start: Positions | None = None
    aged: list[Aged] = field(default_factory=list)
    # What the operation has done, by the key that the answer has it under.
    acts: dict[str | int, Acted] = field(default_factory=dict)
    # The attempt to answer in a quicker way; over when it came to no end.
    trial: Trial | None = None
    _place: Positions | Exception | None = None

    @property
    def regions(self) -> Regions:
        """The enabled regions."""
        return self.session.regions

    async def begin(self, query: str | None) -> None:
        """Before anything is read: if the operation asks where the changes stand, that is now.

        Root fields are read side by side; read as one of them, the place could be later than a list beside it.
        """
        if self.session.caller is not None and "changesCursor" in (query or ""):
            try:
                self._place = await place_now(self.session)
            except (StorageBusy, StorageUnavailable) as error:
                self._place = error

    @property
    def place(self) -> Positions:
        """Where the changes stood when the operation began; NotAuthenticated for an anonymous caller."""
        self.session.known()
        if isinstance(self._place, Exception):
            raise self._place
        assert self._place is not None, "whoever asks for it names the field"
        return self._place

    def show(self, items: int) -> None:
        """Note that a list with so many items was resolved."""
        if self.meter is not None:
            self.meter.shown += items


Info = strawberry.Info[Context, None]
