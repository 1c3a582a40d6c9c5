"""How long something that a document says is to be trusted, as far as anybody has said."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, model_validator

from lifecare_gql.domain.values import value


@value
class Lifetime:
    """What is known of one fact's, contact's or number's own time, where its document does not say it for all."""

    valid_from: dt.date | None = Field(default=None, description="From which day it holds (gäller från).")
    valid_to: dt.date | None = Field(default=None, description="The last day on which it holds (gäller till).")
    reviewed_at: dt.date | None = Field(
        default=None,
        description="When somebody last compared it with its document, or rang the number (granskad).",
    )
    owner: str | None = Field(default=None, description="The role that keeps it, never a person (ansvarig roll).")

    @model_validator(mode="after")
    def _in_order(self) -> Lifetime:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError("valid_to must not come before valid_from")
        return self
