"""The vocabularies of the domain, offered as enums with their Swedish terms."""

from __future__ import annotations

from lifecare_gql.domain import objections, routines, words
from lifecare_gql.domain.identity import IdentityKind
from lifecare_gql.schema.publishing import publish_words

for _vocabulary in (
    words.AccessAct,
    words.Awaiting,
    words.CareType,
    words.ConsentForm,
    words.FactUse,
    words.MessageEventKind,
    words.MessageState,
    words.Principal,
    words.Protection,
    words.Purpose,
    words.ReceiptState,
    words.Severity,
    words.UnitKind,
    words.Urgency,
    objections.ObjectionCode,
    routines.CountedFrom,
    routines.DutyKind,
    IdentityKind,
):
    publish_words(_vocabulary)
