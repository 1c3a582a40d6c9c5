"""What can go wrong outside the rules. A refusal by a routine is a result, not an error."""

from __future__ import annotations


class LifecareError(Exception):
    """Something that a person can mend; the message says what happened and what to do."""


class ConfigurationError(LifecareError):
    """The settings cannot be used."""


class RegionFault(LifecareError):
    """One or more plugins are faulty; the message lists every fault with the plugin's name."""


class MigrationError(LifecareError):
    """The database and the program do not fit together."""


class StorageBusy(LifecareError):
    """The database could not serve the request now; it may be tried again."""


class StorageUnavailable(LifecareError):
    """The database cannot be reached."""


class NotAuthenticated(LifecareError):
    """The token is missing, expired or not to be trusted."""


class IssuerUnavailable(LifecareError):
    """The issuer's keys have not been fetched yet, so none of its tokens can be verified."""


class NotPermitted(LifecareError):
    """The caller lacks the role that this needs. Never used where it would tell whether a patient exists."""


class BadInput(LifecareError):
    """An argument cannot be used; the message says which and what would be right. Never echoes the value."""
