"""Tokens: whose they may be, with which keys they are verified, and what they say."""

from lifecare_gql.web.identity.issuers import Issuer, load_issuers
from lifecare_gql.web.identity.verifier import Verifier

__all__ = ["Issuer", "Verifier", "load_issuers"]
