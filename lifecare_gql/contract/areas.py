"""Which area of the documentation a type belongs to: by the name that it shares with what it is about."""

from __future__ import annotations

from collections.abc import Mapping

AREAS: Mapping[str, tuple[str, str]] = {
    # file name: title, and how the names of its types begin; the longest beginning decides
    "messages": (
        "Messages outside the care episode",
        "Message Reply Receipt Case OpenCase Forum RegisterForum Inbox RecordInbox Send Review Verdict Topic"
        " Purpose Urgency Routing Expectation Awaiting ImaginedMessage",
    ),
    "episodes": (
        "Care episodes and the discharge process",
        "Episode Admission Assessment CanReceive CareRequest Checklist Clock Discharge Expected FixedCare Forward"
        " Information Misdirected MissingItem Need Notice PatientInformation PhoneCall Planning Process Ready"
        " AvailableAction Party Legal",
    ),
    "plans": ("Coordinated individual plans (SIP)", "Plan Meeting AvailablePlan"),
    "consents": ("Consents", "Consent RecordConsent"),
    "outages": (
        "Outages and what is done after them",
        "Outage Planned PhoneLog ImportPhoneLog Recovery Invoicing AvailableOutage WhileDown LongAfter"
        " NotBackfilled RegionOutage Interval Period",
    ),
    "access": (
        "Access: blocks, what is opened, and the log of it",
        "Access Block CareAccess CareRelation Emergency Logged ReviewAccess ReviewFinding",
    ),
    "administration": (
        "Administration",
        "Administration Agreement Assign CareAgreement CloseUnit ConnectUnit EndAssignment EndTrainer"
        " LocalAdministration Role Route Support Trainer Training UpdateUnit UnitResult UnitChanged Client"
        " Requirement Technical CentralAdministration Webhook RegisterWebhook ReplayFrom ReplayWebhook",
    ),
    "payment": ("Payment liability", "Payment Average Municipal Statutory Year Outpatient"),
    "directory": ("Directory: patients, units, staff", "Patient Unit Organisation Staff Viewer Reach"),
    "regions": ("Regions, their documents and routines", "Region"),
}
REST = "regions"
"""Where a type belongs that no beginning fits: what the documents say, and the words all share."""


def area_of(type_name: str) -> str:
    """The area of a type."""
    fits = [
        (len(start), area)
        for area, (_, starts) in AREAS.items()
        for start in starts.split()
        if type_name.startswith(start)
    ]
    return max(fits)[1] if fits else REST
