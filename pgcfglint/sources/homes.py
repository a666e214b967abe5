"""Where names stand, or would stand if they were written."""

from __future__ import annotations

from collections.abc import Mapping

from pgcfglint.sources.routes import deepest

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.model import Location
    from pgcfglint.sources.routes import Found


class Homes(Mapping[str, "Location"]):
    """Name to place. A place is made when somebody asks for it: most are never asked for."""

    __slots__ = ("_starts",)

    def __init__(self, other: Homes | None = None) -> None:
        self._starts: dict[str, tuple[Found, str]] = dict(other._starts) if other is not None else {}

    def add(self, name: str, start: Found, path: str = "") -> None:
        """Says where a name stands, unless that is known already: at the path, or as near as there is."""
        if name not in self._starts:
            self._starts[name] = (start, path)

    def update(self, other: Homes) -> None:
        """What the other knows wins."""
        self._starts.update(other._starts)

    def __getitem__(self, name: str) -> Location:
        start, path = self._starts[name]
        return deepest(start, path).home

    def __contains__(self, name: object) -> bool:
        return name in self._starts

    def __iter__(self) -> Iterator[str]:
        return iter(self._starts)

    def __len__(self) -> int:
        return len(self._starts)

    def __reduce__(self) -> tuple[type, tuple[dict[str, Location]]]:
        return (dict, (dict(self),))  # the places without the document around them
