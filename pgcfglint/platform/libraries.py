"""Which libraries parameters and extensions need, and which ones an image has (libraries.yaml)."""

from __future__ import annotations

import re

from pgcfglint.platform.tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def needed(name: str) -> str:
    """The library without which a dotted parameter means nothing, "" where there is none such: many
    modules load themselves when they are first used."""
    return str(table("libraries")["prefixes"].get(name.partition(".")[0].lower(), ""))


def loaded_by(platforms: Collection[str], name: str) -> bool:
    """Whether the platform preloads the library of a dotted parameter by itself."""
    prefix = name.partition(".")[0].lower()
    lists = table("libraries")["preloaded_by"]
    return any(prefix in lists.get(platform, ()) for platform in platforms)


def for_extension(extension: str) -> str:
    """The library that CREATE EXTENSION, or the extension's first use, wants preloaded; else ""."""
    return str(table("libraries")["extensions"].get(extension.lower(), ""))


def unknown(members: Iterable[str]) -> tuple[str, ...]:
    """The members of a list that are no library known to anybody."""
    data = table("libraries")
    known = {*data["contrib"], *data["known"]}
    return tuple(name for name in members if _stem(name) not in known and "/" not in _stem(name))


def missing_in(image: str, members: Iterable[str]) -> tuple[str, ...]:
    """The members of a list that an image is known not to have; none for an image that is not known."""
    data = table("libraries")
    for entry in data["images"]:
        if re.search(entry["image"], image):
            there = {*data["contrib"], *entry["has"]}
            return tuple(name for name in members if _stem(name) not in there and "/" not in _stem(name))
    return ()


def out_of_order(members: Iterable[str], first: Collection[str] = ()) -> str:
    """What stands in the wrong order in a list of libraries (hazards.yaml), "" where nothing does;
    `first` are the libraries that the platform moves to the front."""
    names = [_stem(name) for name in members]
    for entry in table("hazards")["order"]:
        library = entry["library"]
        if library not in names or library in first:
            continue
        place = names.index(library)
        before = [other for other in entry.get("before", ()) if other in names[:place]]
        if before:
            return f"{before[0]} stands before {library}"
        after = entry.get("after")
        if after in names[place:]:
            return f"{library} stands before {after}"
        if after and after not in names and entry.get("missing"):
            return f"{library} needs {after} before it"
    return ""


def ordered(members: Iterable[str]) -> tuple[str, ...]:
    """The members in an order that the libraries accept."""
    names = list(members)
    for entry in table("hazards")["order"]:
        library, after = entry["library"], entry.get("after")
        if library not in names:
            continue
        if entry.get("before") and any(other in names for other in entry["before"]):
            names.remove(library)
            names.insert(0, library)
        if after:
            names.remove(library)
            names = [name for name in names if name != after]
            names += [after, library]
    return tuple(names)


def _stem(name: str) -> str:
    return name.removeprefix("$libdir/").removesuffix(".so")
