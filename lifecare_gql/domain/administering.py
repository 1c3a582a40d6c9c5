"""Who may grant, connect and record, and what hinders it. Pure: every objection at once, with its source.

A local administration decides within its own organisation (S10, S18); the central one for those who have none
(S11, S23), for the first permission administrator of a local one, and for what is the region's. Nobody decides on
a permission of one's own. Where no document says who decides, the same roles do, which is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lifecare_gql.domain.access_words import Role
from lifecare_gql.domain.administration_routes import AdministrationRoute, OrganisationFacts
from lifecare_gql.domain.administration_words import AdministrationKind, AgreementKind
from lifecare_gql.domain.directory import Contact, Reach
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.sources import Source
from lifecare_gql.domain.texts import either, said, together

_Code = ObjectionCode

CENTRAL = (Role.OBJECT_SPECIALIST, Role.ADMINISTRATION_LEAD)
"""Who of the central administration decides. No document says what each of its roles may do: our reading."""
CONFIGURE = (Role.LOCAL_PERMISSION_ADMINISTRATOR, Role.LOCAL_OBJECT_SPECIALIST)
TRAIN = (*CONFIGURE, Role.SUPER_USER)
WHO = ("viewer", "role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A role that is valid now: in a region, a local one in an organisation."""

    role: Role
    region: str
    organisation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """Who acts, with all that the person's assignment may do."""

    staff_hsa_id: str
    unit: str
    held: tuple[Held, ...] = ()

    def locally(self, organisation: str, *roles: Role) -> bool:
        """Whether one of the roles is held in the organisation."""
        return any(one.role in roles and one.organisation == organisation for one in self.held)

    def centrally(self, region: str, *roles: Role) -> bool:
        """Whether one of the roles is held in the region."""
        return any(one.role in roles and one.region == region and not one.role.local for one in self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is to be decided: an organisation in its region, and whether it decides for itself."""

    organisation: OrganisationFacts
    region: Region | None
    route: AdministrationRoute
    has_permission_administrator: bool = False

    @property
    def local(self) -> bool:
        """Whether the organisation has an administration of its own (S20)."""
        return self.route.kind is AdministrationKind.LOCAL

    def source(self, fact: str) -> Source | None:
        """The passage; None where the region's documents have no such fact."""
        return self.region.source(fact) if self.region and self.region.fact(fact) else None


def may_permit(actor: Administrator, place: Place) -> bool:
    """Whether the actor grants and ends permissions at the organisation's units (S10, S11, S23)."""
    own = place.organisation.id
    if place.local and actor.locally(own, Role.LOCAL_PERMISSION_ADMINISTRATOR):
        return True
    first = not place.has_permission_administrator
    return (first or not place.local) and actor.centrally(place.organisation.region, *CENTRAL)


def may_configure(actor: Administrator, place: Place) -> bool:
    """Whether the actor edits the organisation's tree (S18) or connects units centrally (S8, S23)."""
    locally = place.local and actor.locally(place.organisation.id, *CONFIGURE)
    return locally or actor.centrally(place.organisation.region, *CENTRAL)


def may_grant(actor: Administrator, place: Place, role: Role) -> bool:
    """Whether the actor decides on the role; a reviewer of the log is appointed by the lead alone (assumption)."""
    if role.local:
        return may_permit(actor, place)
    deciders = (Role.ADMINISTRATION_LEAD,) if role is Role.AUDITOR else CENTRAL
    return actor.centrally(place.organisation.region, *deciders)


def may_train(actor: Administrator, place: Place, unit: str) -> bool:
    """Whether the actor appoints trainers and records training: the unit itself (S16, S119), or S18."""
    locally = place.local and actor.locally(place.organisation.id, *TRAIN)
    return actor.unit == unit or locally or actor.centrally(place.organisation.region, *CENTRAL)


def not_administrator(place: Place, *roles: Role) -> Objection:
    """That the actor lacks a role, and whom to turn to instead."""
    steps = place.route.steps
    needed = either(role.term for role in roles)
    remedy = (
        steps[0].instruction if steps else said("Ingen källa säger vem som beslutar; rollerna är vårt antagande.")
    )
    return Objection(
        code=_Code.NOT_ADMINISTRATOR,
        path=WHO,
        reason=said("Det krävs rollen {role} för {where}.", role=needed, where=place.organisation.name),
        remedy=remedy,
        region=place.organisation.region,
        source=steps[0].source if steps else None,
        call=tuple(_reach(step.contact) for step in steps if step.contact),
    )


def deciders(place: Place, role: Role | None = None) -> tuple[Role, ...]:
    """The roles that decide there on permissions, or on one role."""
    if role is Role.AUDITOR:
        return (Role.ADMINISTRATION_LEAD,)
    local = place.local and place.has_permission_administrator and (role is None or role.local)
    return (Role.LOCAL_PERMISSION_ADMINISTRATOR,) if local else CENTRAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose permission is decided on."""

    staff_hsa_id: str
    ended: bool = False
    has_role: bool = False


def judge_grant(actor: Administrator, place: Place, role: Role, holder: Holder) -> Iterator[Objection]:
    """What hinders that the role is granted."""
    if not may_grant(actor, place, role):
        yield not_administrator(place, *deciders(place, role))
    if role.local and not place.local:
        yield objection(_Code.NO_LOCAL_ADMINISTRATION, ("input", "role"), place, "S19")
    yield from _about_oneself(actor, place, holder)
    if holder.ended:
        yield objection(_Code.ASSIGNMENT_ENDED, ("input", "assignmentId"), place)
    if holder.has_role:
        yield objection(_Code.ROLE_HELD, ("input", "role"), place)


def judge_kept_role(
    actor: Administrator, place: Place, role: Role, holder: Holder, *, ends: bool
) -> Iterator[Objection]:
    """What hinders that a role is recertified or ended. One's own may be laid down, not confirmed."""
    if not may_grant(actor, place, role):
        yield not_administrator(place, *deciders(place, role))
    if not ends:
        yield from _about_oneself(actor, place, holder)
    if holder.ended:
        yield objection(_Code.ROLE_ENDED, ("input", "grantId"), place)


def judge_permission(
    actor: Administrator, place: Place, holder: Holder, *, ends: bool = False
) -> Iterator[Objection]:
    """What hinders that an assignment is made or ended."""
    if not may_permit(actor, place):
        yield not_administrator(place, *deciders(place))
    if not ends:
        yield from _about_oneself(actor, place, holder)
    if holder.ended:
        yield objection(_Code.ASSIGNMENT_ENDED, ("input", "assignmentId"), place)


def judge_agreement(place: Place, agreed: frozenset[AgreementKind]) -> Iterator[Objection]:
    """What hinders a connection: there is no agreement of those that the region demands (S7)."""
    region = place.region
    if region is None or region.administration is None:
        return
    accepted = region.administration.accepted(place.organisation.principal)
    if not accepted or agreed & {one.kind for one in accepted}:
        return
    names = either(one.kind.term for one in accepted)
    contacts = (region.contact(key) for key in region.administration.contacts)
    yield Objection(
        code=_Code.NO_CARE_AGREEMENT,
        path=("input", "organisationId"),
        reason=said(
            "{organisation} har inget registrerat {agreement} som gäller nu.",
            organisation=place.organisation.name,
            agreement=names,
        ),
        remedy=said("Registrera avtalet, eller kontakta den som ansluter verksamheter."),
        region=region.code,
        source=region.source(accepted[0].fact),
        call=tuple(_reach(one) for one in contacts if one),
    )


def _about_oneself(actor: Administrator, place: Place, holder: Holder) -> Iterator[Objection]:
    if actor.staff_hsa_id == holder.staff_hsa_id:
        yield objection(_Code.OWN_PERMISSION, WHO, place)


def _reach(contact: Contact) -> Reach:
    return Reach(name=contact.name, phone=contact.phone, missing=contact.missing, fact=contact.fact)


_TEXTS: dict[ObjectionCode, tuple[str, str]] = {
    _Code.NO_LOCAL_ADMINISTRATION: (
        "Rollen hör till en lokal förvaltning, och organisationen har ingen.",
        "Behörighet tilldelas av den centrala förvaltningen; se permissionRoute.",
    ),
    _Code.OWN_PERMISSION: ("Det gäller den egna behörigheten.", "Låt någon annan besluta."),
    _Code.ASSIGNMENT_ENDED: ("Medarbetaruppdraget är avslutat.", "Ge personen ett nytt uppdrag först."),
    _Code.ROLE_HELD: ("Uppdraget har redan rollen.", "Ompröva den rollen i stället."),
    _Code.ROLE_ENDED: ("Rollen är avslutad.", "Tilldela rollen på nytt."),
    _Code.HSA_ID_TAKEN: ("HSA-id används redan.", "Kontrollera HSA-id."),
    _Code.VALUE_NOT_UNDERSTOOD: ("Det som står där går inte att tyda.", "Rätta det som står där."),
    _Code.UNIT_NOT_REGISTERED: ("Enheten är inte i bruk.", "Välj en enhet som är i bruk."),
    _Code.DATE_PASSED: ("Avtalet slutar innan det börjar.", "Rätta datumen."),
    _Code.ALREADY_TRAINER: ("Personen är redan utbildare för enheten.", "Inget mer behövs."),
    _Code.URL_NOT_ALLOWED: ("Dit får ingenting skickas.", "Ange mottagarens adress med https."),
    _Code.WRONG_STATE: ("Läget är ett annat.", "Läs om, och gör det som går i det läget."),
    _Code.MOMENT_IN_FUTURE: ("Dagen ligger i framtiden.", "Ange när det skedde."),
}


def objection(
    code: ObjectionCode, path: tuple[str, ...], place: Place, fact: str | None = None, detail: str | None = None
) -> Objection:
    """An objection of the administration, with the passage where the region's documents have one."""
    reason, remedy = _TEXTS[code]
    return Objection(
        code=code,
        path=path,
        reason=together(said(reason), detail),
        remedy=said(remedy),
        region=place.organisation.region,
        source=place.source(fact) if fact else None,
    )
