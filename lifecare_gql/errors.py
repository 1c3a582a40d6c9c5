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


class RegionUnavailable(LifecareError):
    """What a region's plugin adds cannot be had now; everything else can.

    `hook` and `point` say where the plugin was called, `failing` in which way it did not answer. A GraphQL error
    made of it takes over its `extensions`.
    """

    def __init__(self, *, region: str, plugin: str, hook: str, point: str, failing: str) -> None:
        super().__init__(f"What the plugin {plugin} adds here cannot be had now: {failing}. All else is answered.")
        self.extensions = {
            "region": region,
            "plugin": plugin,
            "hook": hook,
            "point": point,
            "failing": str(failing),
        }
