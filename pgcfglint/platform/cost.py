"""What it takes to bring a parameter's new value into force on a running cluster."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgcfglint.catalog import Parameter
    from pgcfglint.platform.effective import Effective

APPLY_BY_CONTEXT = {
    "postmaster": "restart",
    "sighup": "reload",
    "superuser": "reload",
    "user": "reload",
    "backend": "reconnect",
    "superuser-backend": "reconnect",
    "internal": "none",
}
"""What it takes to bring a new value into force, by pg_settings.context. Without an exception on
PostgreSQL 15 to 18 (https://www.postgresql.org/docs/current/view-pg-settings.html)."""

RAISE_ORDER = "standbys first"
LOWER_ORDER = "primary first"
"""https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-ADMIN"""


def apply_of(parameter: Parameter | None) -> str:
    """The cost of changing a parameter; a placeholder (`mycompany.x`) follows the reload."""
    return APPLY_BY_CONTEXT[parameter.context] if parameter is not None else "reload"


def order_of(parameter: Parameter | None, old: Effective, new: Effective) -> str | None:
    """Which members restart first: matters for the parameters that a standby compares with its primary."""
    if parameter is None or not parameter.standby_sensitive:
        return None
    numbers = [effective.value.number if effective.value else None for effective in (old, new)]
    before, after = numbers
    if before is None or after is None or before == after:
        return None
    return RAISE_ORDER if after > before else LOWER_ORDER
