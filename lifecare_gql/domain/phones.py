"""Swedish telephone numbers: as the source prints them, and as a machine dials them."""

from __future__ import annotations

import re

import phonenumbers
from pydantic import Field, ValidationInfo, field_validator

from lifecare_gql.domain.values import value

_EXTENSION = re.compile(r"[\s,(]*\bank(n|nytning)\b.*", re.IGNORECASE | re.DOTALL)
"""An extension (anknytning). The library would take its digits for part of the number."""

_DIALLED = re.compile(r"[0-9+][0-9 \u00a0()/–-]*")
"""The library alone would also find a number inside a sentence, or spell one out of letters."""


@value
class PhoneNumber:
    """A Swedish telephone number (telefonnummer).

    In a data file ``printed`` is enough; if ``e164`` is given too it must be the same number. Short numbers
    (112, 1177) have no E.164 form and are refused with ``ValueError``.
    """

    printed: str = Field(description="The number exactly as the source prints it (som i källan).")
    e164: str = Field(
        default="",
        validate_default=True,
        description="The number in E.164 form, without any extension (internationellt format).",
    )

    @classmethod
    def swedish(cls, printed: str) -> PhoneNumber:
        """The number printed as ``printed``; ``ValueError`` names a text that is no valid Swedish number."""
        return cls(printed=printed)

    @field_validator("printed")
    @classmethod
    def _valid(cls, printed: str) -> str:
        _e164(printed)
        return printed

    @field_validator("e164")
    @classmethod
    def _agrees(cls, given: str, info: ValidationInfo) -> str:
        if "printed" not in info.data:  # refused already, with a better message
            return given
        computed = _e164(info.data["printed"])
        if given not in ("", computed):
            raise ValueError(f"{given!r} is not the printed number, which is {computed}")
        return computed


def _e164(printed: str) -> str:
    dialled = _EXTENSION.sub("", printed)
    if not _DIALLED.fullmatch(dialled):
        raise ValueError(f"{printed!r} is not a telephone number")
    try:
        number = phonenumbers.parse(dialled, "SE")
    except phonenumbers.NumberParseException:
        raise ValueError(f"{printed!r} is not a telephone number") from None
    if not phonenumbers.is_valid_number_for_region(number, "SE"):
        raise ValueError(f"{printed!r} is not a valid Swedish telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
