"""What resolvers get to know of the request."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from lifecare_gql.actions.session import Session
from lifecare_gql.regions import Regions


@dataclass(slots=True)
class Context:
    """One operation: the session of the actions, and nothing of HTTP."""

    session: Session

    @property
    def regions(self) -> Regions:
        """The enabled regions."""
        return self.session.regions


Info = strawberry.Info[Context, None]
