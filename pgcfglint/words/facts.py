"""Words that look at the input: what it writes, installs, and runs on."""

from __future__ import annotations

from pgcfglint.expression import UNKNOWN
from pgcfglint.platform.tables import is_since
from pgcfglint.vocabulary import NAMES
from pgcfglint.words.registry import word

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.expression import Tree
    from pgcfglint.scope import Scope


@word("given", "name", gives="bool")
def given(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether the input gives the name a value. Never UNKNOWN."""
    return scope.is_given(arguments[0][1])


@word("passed_on", "name", gives="bool")
def passed_on(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether the chart passes the parameter on."""
    return scope.is_passed_on(arguments[0][1])


@word("installs", "literal", gives="bool")
def installs(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether a list of extensions that the chart really installs names the extension."""
    return any(
        arguments[0][1] in database.extensions for database in scope.cluster.databases if database.enabled
    )


@word("lists", "literal", gives="bool")
def lists(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether any list of extensions names the extension, switched on or not."""
    return any(arguments[0][1] in database.extensions for database in scope.cluster.databases)


@word("databases_with", "literal", gives="text")
def databases_with(scope: Scope, arguments: tuple[Tree, ...]) -> str:
    """The databases whose extensions name the extension, as a comma list; else the main database."""
    wanted = arguments[0][1]
    databases = scope.cluster.databases
    names = [database.name for database in databases if database.enabled and wanted in database.extensions]
    names = names or [database.name for database in databases if wanted in database.extensions]
    return ",".join(names or [database.name for database in databases[:1]] or ["postgres"])


@word("database_count", gives="count")
def database_count(scope: Scope, arguments: tuple[Tree, ...]) -> int:
    """How many databases the input creates, at least one."""
    return max(1, len(scope.cluster.databases))


@word("is_written_in_overlay", "name", gives="bool")
def is_written_in_overlay(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether the name stands in the last of the stacked values files (and there is more than one)."""
    return scope.is_in_overlay(arguments[0][1])


@word("platform_is", "literal", gives="bool")
def platform_is(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether the cluster runs on a platform: patroni, citus, kubernetes, cloudnative-pg, ..."""
    return arguments[0][1] in scope.cluster.platform


@word("layout_is", "literal", gives="bool", repeats=True)
def layout_is(scope: Scope, arguments: tuple[Tree, ...]) -> bool:
    """Whether the input was read by one of these layouts."""
    return any(argument[1] == scope.cluster.layout for argument in arguments)


@word("written_in", "literal", gives="count")
def written_in(scope: Scope, arguments: tuple[Tree, ...]) -> int:
    """How many parameters the group writes in a layer: bootstrap, dynamic or local."""
    layer = arguments[0][1]
    return sum(1 for setting in scope.group.settings if setting.layer == layer and setting.name not in NAMES)


@word("old", "named", gives="same")
def old(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The value of a name as it was before (a baseline, the release that runs); UNKNOWN without one, and
    where a remedy has changed it in thought: that is no change since."""
    name = arguments[0][1]
    return UNKNOWN if scope.before is None or scope.is_thought(name) else scope.before.amount(name)


@word("was", "name", gives="text")
def was(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The same as a person reads it."""
    shown = None if scope.before is None else scope.before.show(arguments[0][1])
    return UNKNOWN if shown is None else shown


@word("changed_in", "text", gives="text")
def changed_in(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The parameters that a layer (bootstrap, dynamic or local) writes otherwise than before, no longer or
    anew, "" for none; UNKNOWN where nothing is known of before."""
    if scope.before is None:
        return UNKNOWN
    old, new = (_texts_in(each, arguments[0][1]) for each in (scope.before, scope))
    return ", ".join(name for name in {**new, **old} if old.get(name) != new.get(name))


def _texts_in(scope: Scope, layer: str) -> dict[str, str]:
    """The values that a layer writes, by parameter; a null writes none."""
    return {
        setting.name: setting.text
        for setting in scope.group.settings
        if setting.layer == layer and setting.name not in NAMES and setting.kind != "null"
    }


@word("since", "literal", "literal", gives="bool")
def since(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Whether postgresql, patroni or citus is of a version or newer; UNKNOWN where the version is."""
    version = scope.cluster.version(arguments[0][1])
    return is_since(version, arguments[1][1]) if version else UNKNOWN
