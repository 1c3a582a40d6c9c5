"""Find a patient by the number on the identity card."""

from __future__ import annotations

import hashlib
import hmac

from lifecare_gql.actions.session import Session
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.identity import InvalidIdentity, PersonIdentity, parse_identity
from lifecare_gql.domain.texts import said
from lifecare_gql.errors import BadInput
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import Rows
from lifecare_gql.storage.reading.where import Where


def identity_digest(secret: bytes, identity: PersonIdentity) -> str:
    """A keyed digest of the number, so that no index, query plan or database log carries the number itself."""
    return hmac.new(secret, identity.value.encode(), hashlib.sha256).hexdigest()


def digest_of(session: Session, identifier: str) -> str:
    """The number's digest; BadInput, which never repeats the number, when it cannot be one."""
    try:
        identity = parse_identity(identifier, stockholm_day(session.now))
    except InvalidIdentity as fault:
        raise BadInput(said("identifier: {fault}", fault=said(fault.message))) from None
    return identity_digest(session.secret, identity)


def by_identifier(session: Session, identifier: str) -> Rows:
    """The patient with that number; BadInput, which never repeats the number, when it cannot be one."""
    digest = digest_of(session, identifier)
    return Rows(
        model=rows.Patient, where=Where("{t}.identifier_digest = {digest}", {"digest": digest}), sought=True
    )
