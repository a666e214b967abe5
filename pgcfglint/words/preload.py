"""Words about libraries, extensions, and the databases that have them."""

from __future__ import annotations

from pgcfglint.expression import UNKNOWN, evaluate
from pgcfglint.platform import libraries
from pgcfglint.words.registry import word

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from typing import Any

    from pgcfglint.expression import Tree
    from pgcfglint.scope import Scope

_LIST = "shared_preload_libraries"


@word("out_of_order", "name", gives="text")
def out_of_order(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """Which library stands in front of one that must come first, "" where none does."""
    members = scope.members_of(arguments[0][1])
    return UNKNOWN if members is UNKNOWN else libraries.out_of_order(members)


@word("in_order", "name", gives="text")
def in_order(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The list of libraries in an order that they accept."""
    members = scope.members_of(arguments[0][1])
    return UNKNOWN if members is UNKNOWN else ",".join(libraries.ordered(members))


@word("unknown_libraries", "name", gives="text")
def unknown_libraries(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The members of a list that neither PostgreSQL nor a known extension ships, "" where all are known."""
    members = scope.members_of(arguments[0][1])
    return UNKNOWN if members is UNKNOWN else ", ".join(libraries.unknown(members))


@word("not_in_image", "name", "text", gives="text")
def not_in_image(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The members of a list that the image is known not to have; "" also for images that nobody knows."""
    members, image = scope.members_of(arguments[0][1]), evaluate(arguments[1], scope)
    if UNKNOWN in (members, image):
        return UNKNOWN
    return ", ".join(libraries.missing_in(image, members))


@word("unloaded_extensions", gives="text", reads=(_LIST,))
def unloaded_extensions(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The extensions of the databases whose library is not preloaded, "" where none is missing."""
    missing = _missing(scope)
    return UNKNOWN if missing is UNKNOWN else ", ".join(missing)


@word("with_libraries", "name", gives="text", reads=(_LIST,))
def with_libraries(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """A list of libraries with those that the databases' extensions need behind it."""
    members, missing = scope.members_of(arguments[0][1]), _missing(scope)
    if UNKNOWN in (members, missing):
        return UNKNOWN
    return ",".join((*members, *dict.fromkeys(missing.values())))


def _missing(scope: Scope) -> Any:
    """Extension to library, of those that are not preloaded."""
    members = scope.members_of(_LIST)
    if members is UNKNOWN:
        return UNKNOWN
    extensions = (
        name for database in scope.cluster.databases if database.enabled for name in database.extensions
    )
    needed = {name: libraries.for_extension(name) for name in extensions}
    return {name: library for name, library in needed.items() if library and library not in members}


@word("strange_databases", "name", gives="text")
def strange_databases(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The members of a list of databases that the input does not create, "" where all are; UNKNOWN where
    the input says nothing about databases."""
    members, databases = scope.members_of(arguments[0][1]), scope.cluster.databases
    if members is UNKNOWN or not databases:
        return UNKNOWN
    names = {"postgres", "template1", *(database.name for database in databases)}
    return ", ".join(name for name in members if name not in names)


@word("databases_without", "name", "literal", gives="text")
def databases_without(scope: Scope, arguments: tuple[Tree, ...]) -> Any:
    """The members of a list of databases that the input creates without an extension."""
    members = scope.members_of(arguments[0][1])
    if members is UNKNOWN:
        return UNKNOWN
    wanted = arguments[1][1]
    poorer = [
        item.name for item in scope.cluster.databases if not item.enabled or wanted not in item.extensions
    ]
    return ", ".join(name for name in members if name in poorer)
