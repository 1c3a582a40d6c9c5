"""The vocabularies of the administration: whose it is, what it did, what it was shown, what a computer meets."""

from __future__ import annotations

from lifecare_gql.domain.words import Word


class AdministrationKind(Word):
    """Whose administration a unit turns to (förvaltning)."""

    LOCAL = "LOCAL", "lokal förvaltning", "That of its own organisation (S10, S18)."
    CENTRAL = "CENTRAL", "central förvaltning", "The region's, for those who have none of their own (S11, S23)."


class AgreementKind(Word):
    """What ties an organisation to the region before its units are connected (avtal)."""

    CARE_AGREEMENT = "CARE_AGREEMENT", "vårdavtal", "A care agreement with the region (S7)."
    DATA_PROCESSING_AGREEMENT = (
        "DATA_PROCESSING_AGREEMENT",
        "personuppgiftsbiträdesavtal",
        "What a municipality has where others have a care agreement (S30).",
    )


class UnitEventKind(Word):
    """What was done to a unit in the organisation tree (organisationsträd)."""

    CONNECTED = "CONNECTED", "ansluten", "The unit was connected (S7)."
    UPDATED = "UPDATED", "ändrad", "What stands of it was changed."
    CLOSED = "CLOSED", "avslutad", "It no longer sends or receives. It is never removed."


class AssignmentEventKind(Word):
    """What was done to an assignment (medarbetaruppdrag), which is what lets somebody in (behörighet)."""

    ASSIGNED = "ASSIGNED", "tilldelat", "Somebody was given the permission at a unit."
    ENDED = "ENDED", "avslutat", "It was taken away, at once."


class TrainingKind(Word):
    """A form of training that the documents name (utbildning)."""

    TRAINER = "TRAINER", "utbildning av utbildare", "What a trainer is given (S119)."
    END_USER = "END_USER", "utbildning av slutanvändare", "What a trainer gives the users of a unit (S120)."
    DIRECT = "DIRECT", "utbildning direkt av projektet", "For small units without a trainer (S124)."
    RECORDED = "RECORDED", "inspelad utbildning", "A recorded training (S121)."
    E_LEARNING = "E_LEARNING", "e-utbildning", "The course beside the others (S125)."


class TrainingForm(Word):
    """How a training was held, which the trainer decides (S120)."""

    DIGITAL = "DIGITAL", "digital", "Wholly digital."
    MIXED = "MIXED", "digital och lokal diskussion", "Digital, with discussion at the workplace."


class RequirementKind(Word):
    """What a technical requirement is about (teknisk förutsättning)."""

    OPERATING_SYSTEM = "OPERATING_SYSTEM", "operativsystem", "The system of a desktop or laptop (S13)."
    BROWSER = "BROWSER", "webbläsare", "The browser (S14)."


class ClientVerdict(Word):
    """What can be said of a computer from what its browser says of itself."""

    MET = "MET", "uppfyllt", "The requirement is met."
    NOT_MET = "NOT_MET", "inte uppfyllt", "The requirement is not met."
    NOT_TESTED = "NOT_TESTED", "inte kravställt och inte testat", "The document says that it is not tested (S13)."
    CANNOT_TELL = "CANNOT_TELL", "kan inte avgöras", "The browser does not say, or we lack what to compare with."
