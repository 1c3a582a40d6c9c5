"""The roles that the caller has, and what happens to somebody who lacks the one that is needed."""

from __future__ import annotations

from lifecare_gql.actions.at_once import transaction
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.access_words import Role
from lifecare_gql.domain.texts import either, said
from lifecare_gql.errors import NotPermitted
from lifecare_gql.storage import rows


async def held(session: Session) -> dict[Role, rows.RoleGrant]:
    """The caller's roles that are valid now, as the directory has them; asked anew for each operation."""
    caller = session.known()
    async with transaction(session) as tx:
        grants = await rows.RoleGrant.filter(assignment_id=caller.assignment_id, since__lte=session.now).using_db(
            tx.client
        )
    return {one.role: one for one in grants if one.until is None or one.until > session.now}


async def demand(session: Session, *roles: Role) -> dict[Role, rows.RoleGrant]:
    """Those of the roles that the caller has; NotPermitted, which names what is needed, without any of them."""
    mine = {role: grant for role, grant in (await held(session)).items() if role in roles}
    if not mine:
        needed = either(role.term for role in roles)
        raise NotPermitted(
            said("Det krävs rollen {role}. Vem som tilldelar den visar permissionRoute.", role=needed)
        )
    return mine
