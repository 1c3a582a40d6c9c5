"""The vocabularies of who may do what beside the care itself: roles, and what happened to a permission."""

from __future__ import annotations

from lifecare_gql.domain.words import Word


class Role(Word):
    """What somebody may do besides caring for patients (roll). One person may have several (S131)."""

    LOCAL_OBJECT_SPECIALIST = (
        "LOCAL_OBJECT_SPECIALIST",
        "lokal objektspecialist",
        "Coordinates within an organisation with local administration (S19, S131).",
    )
    SUPER_USER = "SUPER_USER", "superanvändare", "Trains and supports the users of an organisation (S19, S131)."
    LOCAL_PERMISSION_ADMINISTRATOR = (
        "LOCAL_PERMISSION_ADMINISTRATOR",
        "lokal behörighetsadministratör",
        "Grants and ends permissions within an organisation (S18, S19).",
    )
    OBJECT_OWNER = "OBJECT_OWNER", "objektägare", "Owns the regional object (S24)."
    OBJECT_OWNER_IT = "OBJECT_OWNER_IT", "objektägare it", "Owns its IT side (S24)."
    ADMINISTRATION_LEAD = "ADMINISTRATION_LEAD", "förvaltningsledare", "Leads the central administration (S24)."
    ADMINISTRATION_LEAD_IT = "ADMINISTRATION_LEAD_IT", "förvaltningsledare it", "Leads its IT side (S24)."
    OBJECT_SPECIALIST = "OBJECT_SPECIALIST", "objektspecialist", "Works in the central administration (S24)."
    IT_SPECIALIST = "IT_SPECIALIST", "it-specialist", "Works with the platform centrally (S24)."
    SYSTEM_ADMINISTRATOR = (
        "SYSTEM_ADMINISTRATOR",
        "ansvarig systemförvaltare",
        "Collects what is invoiced and counted after an outage (V33).",
    )
    AUDITOR = (
        "AUDITOR",
        "logggranskare",
        "Reviews the access log (loggkontroll, PDL 4:3). No source names the role.",
    )

    @property
    def local(self) -> bool:
        """Whether it is held within one organisation; else within a region."""
        return self in _LOCAL


_LOCAL = (Role.LOCAL_OBJECT_SPECIALIST, Role.SUPER_USER, Role.LOCAL_PERMISSION_ADMINISTRATOR)


class ReviewFinding(Word):
    """What came of looking into an entry of the access log (loggkontroll)."""

    NO_REMARK = "NO_REMARK", "utan anmärkning", "Nothing to remark."
    ASK = "ASK", "ska redas ut", "It is not clear why: the person, or whoever leads the unit, is to be asked."
    SUSPECTED = "SUSPECTED", "misstänkt obehörig", "The access is suspected to have been unauthorised."


class BlockAskedBy(Word):
    """Who asks that something is blocked, or that a block ends (spärr)."""

    PATIENT = "PATIENT", "patienten", "The patient, also a child that can judge it."
    GUARDIAN = "GUARDIAN", "vårdnadshavare", "A guardian, who has no right to block a child's data (PDL 4:4)."


class BlockEventKind(Word):
    """What happened to a block (spärr)."""

    SET = "SET", "spärrad", "The patient opposed that others read it."
    LIFTED_BY_CONSENT = "LIFTED_BY_CONSENT", "hävd med samtycke", "It was lifted for one unit for a while."
    LIFTED_IN_EMERGENCY = (
        "LIFTED_IN_EMERGENCY",
        "nödöppnad",
        "It was lifted for one unit for hours, because the patient could not be asked (PDL 4:5).",
    )
    ENDED = "ENDED", "upphävd", "The patient no longer opposes it."


class AccessBasis(Word):
    """On what ground something is opened to a unit for a while."""

    CONSENT = "CONSENT", "samtycke", "The patient consents (PDL 4:5; 2022:913, 3 kap. 1–2 §§)."
    EMERGENCY = (
        "EMERGENCY",
        "nödöppning",
        "The patient cannot be asked, and what is opened is indispensable (PDL 4:5; 2022:913, 3 kap.).",
    )


class AccessPurpose(Word):
    """For what the unit needs it. The law names no other, whatever is consented to (2022:913, 3 kap. 7 §)."""

    CARE = "CARE", "vård och behandling", "Care of the patient (2022:913, 3 kap. 1 §)."
    SOCIAL_CARE_SERVICE = "SOCIAL_CARE_SERVICE", "insats", "A service of social care (2022:913, 3 kap. 2 §)."
    SOCIAL_CARE_ASSESSMENT = (
        "SOCIAL_CARE_ASSESSMENT",
        "utredning",
        "Finding out which services are needed (2022:913, 3 kap. 2 §).",
    )


class RoleGrantEventKind(Word):
    """What happened to a role that somebody has (behörighet)."""

    GRANTED = "GRANTED", "tilldelad", "Somebody was given the role."
    RECERTIFIED = "RECERTIFIED", "omprövad", "It was gone through, and stays (omprövning)."
    ENDED = "ENDED", "avslutad", "It was taken away, or ended."
