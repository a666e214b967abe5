"""Words that look beyond one group: at the other groups, at versions, at the lines of pg_hba."""

from __future__ import annotations

from pgcfglint.expression import UNKNOWN, evaluate
from pgcfglint.words.registry import values, word

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.expression import Tree
    from pgcfglint.scope import Scope


@word("of_coordinator", "named", gives="same")
def of_coordinator(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The value of a name in Citus group 0; UNKNOWN where no group has that number."""
    coordinator = _coordinator(scope)
    return UNKNOWN if coordinator is None else coordinator.amount(arguments[0][1])


@word("apart_from_coordinator", "name", gives="bool")
def apart_from_coordinator(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether this group writes the name at another place than the coordinator's group does."""
    coordinator, name = _coordinator(scope), arguments[0][1]
    if coordinator is None or coordinator is scope:
        return False
    own, other = scope.setting(name), coordinator.setting(name)
    return own is not None and other is not None and own.location != other.location


@word("has_place", "name", gives="bool")
def has_place(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether this kind of file is the place where a name of the pod would be written, and nobody else
    writes it where the file does not."""
    name = arguments[0][1]
    return scope.setting(name) is not None or (scope.group.homes or {}).get(name) is not None


@word("given_major", gives="bool")
def given_major(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether PostgreSQL's major is known rather than assumed."""
    return all(target.origin != "default" for target in scope.cluster.targets if target.name == "postgresql")


def _coordinator(scope: Scope) -> Scope | None:
    return next((peer for peer in scope.peers if peer.group.number == "0"), None)


@word("shared_with_smaller", "name", gives="bool")
def shared_with_smaller(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether a group with a smaller memory limit has the name from the same place, or none writes it."""
    limit, own = scope.amount("limits.memory"), scope.setting(arguments[0][1])
    if limit is UNKNOWN:
        return False
    for peer in scope.peers:
        theirs, other = peer.amount("limits.memory"), peer.setting(arguments[0][1])
        if theirs is not UNKNOWN and theirs < limit:
            if own is None and other is None:
                return True
            if own is not None and other is not None and own.location == other.location:
                return True
    return False


@word("least", "named", gives="same")
def least(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The smallest value of a name among the groups that have one."""
    values = _everywhere(scope, arguments[0][1])
    return min(values) if values else UNKNOWN


@word("most", "named", gives="same")
def most(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The largest value of a name among the groups that have one."""
    values = _everywhere(scope, arguments[0][1])
    return max(values) if values else UNKNOWN


def _everywhere(scope: Scope, name: str) -> list[Any]:
    values = (peer.amount(name) for peer in scope.peers)
    return [value for value in values if isinstance(value, (int, float))]


@word("major_of", "literal", gives="count")
def major_of(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The major version of postgresql, patroni or citus, as far as it is not merely assumed."""
    for target in scope.cluster.targets:
        if target.name == arguments[0][1] and target.origin in ("option", "config", "input"):
            major = target.version.split(".")[0]
            return int(major) if major.isdigit() else UNKNOWN
    return UNKNOWN


@word("same_value", "text", "text", "text", gives="bool")
def same_values(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether two texts mean the same value of the parameter that the first argument names."""
    name, one, other = values(scope, arguments)
    if UNKNOWN in (name, one, other):
        return UNKNOWN
    return scope.means_the_same(str(name), str(one), str(other))


@word("is_parameter", "text", gives="bool")
def is_parameter(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether PostgreSQL has a parameter of this name."""
    name = evaluate(arguments[0], scope)
    return UNKNOWN if name is UNKNOWN else str(name) in scope.catalog


@word("hba_asks_certificate", gives="bool")
def hba_asks_certificate(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether a line of pg_hba wants a certificate from the client."""
    lines = scope.cluster.hba
    if not lines:
        return False
    from pgcfglint.platform.hba import asks_certificate

    return any(asks_certificate(line.text) for line in lines)


@word("hba_uses", "literal", gives="bool")
def hba_uses(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether a line of pg_hba has this method."""
    lines = scope.cluster.hba
    if not lines:
        return False
    from pgcfglint.platform.hba import fields

    return any(fields(line.text)[4] == arguments[0][1] for line in lines)
