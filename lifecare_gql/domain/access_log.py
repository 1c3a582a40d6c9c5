"""What the access log means to the people in it: how long it is kept, and what a patient reads in an extract."""

from __future__ import annotations

import datetime as dt

from lifecare_gql.domain.texts import said, together
from lifecare_gql.domain.words import AccessAct


def kept_since(now: dt.datetime, years: int) -> dt.datetime:
    """Since when every entry must still be there: the same day that many years ago; 28 February for 29.

    `now` is aware. How many years are allowed at all, the settings decide.
    """
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)


_WHAT: dict[AccessAct, tuple[str, str]] = {
    # What was done, and what came of it where that needs saying.
    AccessAct.READ: ("Uppgifter om dig visades", ""),
    AccessAct.CREATE: ("Något skrevs in om dig", ""),
    AccessAct.UPDATE: ("Något som rör dig ändrades", ""),
    AccessAct.REFUSED: ("Någon försökte göra något som reglerna inte tillåter", "Inget ändrades."),
    AccessAct.DENIED: ("Någon försökte nå uppgifter om dig men fick det inte", "Inget visades."),
    AccessAct.AUDITED: ("Listan över vilka som har tagit del av uppgifter om dig granskades", ""),
    AccessAct.REVIEWED: ("En granskning av vem som har tagit del av uppgifter om dig antecknades", ""),
    AccessAct.EMERGENCY: ("Uppgifter om dig öppnades i ett nödläge", "Det följs upp."),
    AccessAct.EXTRACTED: ("En lista som den här togs fram", ""),
}
_ABOUT: dict[str, str] = {
    "Message": "meddelande mellan vårdenheter",
    "Episode": "tid på sjukhus och planering inför utskrivning",
    "Plan": "samordnad individuell plan, SIP",
    "PlanProcess": "samordnad individuell plan, SIP",
    "Consent": "samtycke",
    "Case": "ärende",
    "Webhook": "underrättelse till vårdenhetens eget datasystem",
}


def in_plain_swedish(act: AccessAct, subject: str) -> str:
    """What was done, in words that the patient understands; `subject` is the log's own name of what it was."""
    what, outcome = _WHAT[act]
    about = _ABOUT.get(subject)
    told = (
        said("{what} ({about}).", what=said(what), about=said(about))
        if about
        else said("{what}.", what=said(what))
    )
    return together(told, said(outcome) if outcome else None)
