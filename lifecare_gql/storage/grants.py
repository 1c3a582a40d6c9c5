"""What the application's own role may do in PostgreSQL: no more than the program does.

Another role owns the tables and migrates. So what the log and the records say stays said, also to somebody who
has got hold of the application's password: it may not delete, change what was logged, or switch off a trigger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lifecare_gql.errors import ConfigurationError

_READ = ("select",)
_ADD = ("select", "insert")
_KEEP = ("select", "insert", "update")

RIGHTS: dict[str, tuple[str, ...]] = {
    # Organisations and patients come from elsewhere; so does what was migrated.
    **dict.fromkeys(("organisation", "schema_migration"), _READ),
    "staff": _ADD,
    # Nothing in it is changed; but it is locked while something about the patient is decided, which takes this.
    "patient": ("select", "update (id)"),
    # What was said, done or logged: it is added to.
    **dict.fromkeys(("access_log", "access_log_seal", "access_review", "idempotency_key"), _ADD),
    **dict.fromkeys(
        ("message_event", "episode_event", "plan_event", "outage_event", "role_grant_event", "block_event"), _ADD
    ),
    **dict.fromkeys(("consent", "consent_entry", "inbox_reading", "forum", "care_case", "case_party"), _ADD),
    **dict.fromkeys(("phone_log_import", "unit_event", "assignment_event", "care_agreement"), _ADD),
    "training_record": _ADD,
    # Who is to be told: no record. What is old is removed by the owner (`lifecare-gql events trim`).
    "outbox": _ADD,
    "stream": _KEEP,
    # How things stand now, read from what was said; triggers keep the columns that never change.
    **dict.fromkeys(("message", "receipt", "episode", "episode_party", "notice_receipt", "care_relation"), _KEEP),
    **dict.fromkeys(("plan_process", "plan_party", "outage", "role_grant", "task", "block", "care_access"), _KEEP),
    **dict.fromkeys(("unit", "assignment", "unit_trainer"), _KEEP),
    "webhook_event": _ADD,
    **dict.fromkeys(("webhook", "webhook_delivery"), _KEEP),
    # A view.
    "access_entry": _READ,
}
"""By table, what the role is granted. There is no DELETE: the program deletes nothing."""

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def grants(role: str) -> Iterator[str]:
    """The statements, to be run by the tables' owner after each migration; harmless when run again.

    ConfigurationError for a name that would have to be quoted.
    """
    if not _NAME.fullmatch(role):
        raise ConfigurationError("The role's name must be lower-case letters, digits and _, e.g. lifecare_app.")
    yield f"revoke all on all tables in schema public from {role};"
    yield f"revoke all on schema public from {role};"
    yield f"grant usage on schema public to {role};"
    for table, rights in RIGHTS.items():
        yield f"grant {', '.join(rights)} on {table} to {role};"
