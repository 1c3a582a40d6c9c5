"""The vocabularies of what is told to those who subscribe (prenumeration)."""

from __future__ import annotations

from lifecare_gql.domain.words import Word


class ChangeTopic(Word):
    """What a change is about (ändring)."""

    MESSAGE = "MESSAGE", "meddelande", "A message that the unit sent or received."
    EPISODE = "EPISODE", "vårdtillfälle", "A care episode that the unit takes part in."
    PLAN = "PLAN", "SIP", "A coordinated individual plan that the unit takes part in."
    TASK = "TASK", "uppgift", "Something that waits for the unit."
    OUTAGE = "OUTAGE", "driftstopp", "An outage of the unit's region."


class TaskChangeKind(Word):
    """What happened to a task (uppgift)."""

    OPENED = "OPENED", "ny uppgift", "It waits from now on."
    MOVED = "MOVED", "ändrad frist", "It waits since, or until, another time."
    DONE = "DONE", "klar", "It no longer waits."


class ResyncReason(Word):
    """Why what lies between cannot be told, so that the lists must be read anew (läs om)."""

    TOO_OLD = "TOO_OLD", "för gammal markör", "What came after the cursor is no longer kept."
    UNKNOWN = "UNKNOWN", "okänd markör", "The database is older than the cursor: it was restored from a copy."
