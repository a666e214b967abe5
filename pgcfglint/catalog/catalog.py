"""The parameters of one major of PostgreSQL and of its extensions, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pgcfglint.catalog import facts_table, tables
from pgcfglint.catalog.parameter import Parameter
from pgcfglint.catalog.problem import ValueProblem, suggest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_PLACEHOLDER = r"(?:[A-Za-z_]|[^\x00-\x7f])(?:[A-Za-z_0-9]|[^\x00-\x7f])*"
_EXTENSION = len(("module", "since", "until"))

_loaded: dict[tuple[int, int | None], Catalog] = {}


def load(major: int, *, citus: int | None = 14) -> Catalog:
    """The parameters of a major of PostgreSQL (13 to 18), with those of its contrib modules, of Citus
    (a major without a table of its own takes the nearest; None: without Citus) and of other extensions.

    Raises ValueError for a major that has no table.
    """
    if citus is not None:
        citus = min(max(citus, tables.CITUS[0]), tables.CITUS[-1])
    key = (major, citus)
    if key not in _loaded:
        if major not in tables.MAJORS:
            raise ValueError(
                f"PostgreSQL {major} is not known, only {tables.MAJORS[0]} to {tables.MAJORS[-1]}"
            )
        _loaded[key] = Catalog(major, citus)
    return _loaded[key]


def nearest(major: int, *, citus: int | None = 14) -> Catalog:
    """The same; a major without a table takes the oldest or the newest one."""
    return load(min(max(major, tables.MAJORS[0]), tables.MAJORS[-1]), citus=citus)


class Catalog(Mapping[str, Parameter]):
    """Name (in any case, or an old name that the server still takes) to Parameter; KeyError if unknown."""

    def __init__(self, major: int, citus: int | None) -> None:
        self.major = major
        self.citus = citus
        self._rows = {row[0].lower(): row for row in tables.core_rows(major)}
        self._extensions: dict[str, list[str]] | None = None
        self._built: dict[str, Parameter] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        # A catalogue is the same in every process: it is loaded there, not sent.
        return _load, (self.major, self.citus)

    def __getitem__(self, name: str) -> Parameter:
        key = name.lower()
        found = self._built.get(key)
        if found is None:
            found = self._built[key] = self._build(key, name)
        return found

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        key = self._alias(name.lower())
        return key in self._rows or key in self._extension_rows()

    def __iter__(self) -> Iterator[str]:
        yield from (row[0] for row in self._rows.values())
        yield from (row[_EXTENSION] for row in self._extension_rows().values())

    def __len__(self) -> int:
        return len(self._rows) + len(self._extension_rows())

    def module_of(self, name: str) -> str:
        """The extension that a parameter belongs to; "" for PostgreSQL's own and for unknown names."""
        row = self._extension_rows().get(name.lower())
        return row[0] if row else ""

    def name_problem(self, name: str, major: int | None = None) -> ValueProblem | None:
        """Why the server does not know a name: removed, too-new or unknown; None if it does, or if a
        dotted name is a placeholder, which it takes without asking. `major` is the server's own where
        this catalogue is only the nearest: an older one still has what was removed since."""
        if name in self:
            return None
        if "." in name:
            return self._placeholder_problem(name)
        key = name.lower()
        first, last = facts_table.LIVES.get(key, (0, 0))
        if first > self.major:
            return ValueProblem("too-new", f"{name} exists from PostgreSQL {first} on, this is {self.major}")
        if key in facts_table.LATER:
            later = facts_table.LATER[key]
            return ValueProblem("too-new", f"{name} exists from PostgreSQL {later} on, this is {self.major}")
        if key in facts_table.ALIASES:
            instead, first = facts_table.ALIASES[key]
            return ValueProblem("too-new", f"{name} is a name for {instead} from PostgreSQL {first} on")
        if key in facts_table.REMOVED or last:
            return self._removed(name, last, major or self.major)
        near = suggest(name, self._names("."))
        return ValueProblem("unknown", f"PostgreSQL {self.major} has no parameter {name}", near or "")

    def last_major(self, name: str) -> int:
        """The last major that had a name which is gone; 0 where none of them is known to."""
        key = name.lower()
        until = facts_table.REMOVED.get(key, {}).get("last") or str(facts_table.LIVES.get(key, (0, 0))[1])
        return int(until.split(".")[0]) if until[0].isdigit() else 0

    def _removed(self, name: str, last: int, major: int) -> ValueProblem | None:
        if self.last_major(name) >= major:
            return None
        known = facts_table.REMOVED.get(name.lower(), {})
        until = known.get("last") or str(last)
        message = f"{name} is no longer a parameter: PostgreSQL {until} was the last with it"
        if "note" in known:
            message += f"; {known['note']}"
        instead = known.get("instead", "")
        return ValueProblem("removed", message, instead if instead in self else "")

    def _placeholder_problem(self, name: str) -> ValueProblem | None:
        parts = name.split(".")
        if len(parts) != 2 or not all(re.fullmatch(_PLACEHOLDER, part) for part in parts):
            message = (
                f"{name} is no name that PostgreSQL can read: two words of letters, digits and underscores"
            )
            return ValueProblem("unknown", message)
        prefix = parts[0].lower()
        siblings = [known for known in self._names("") if known.lower().startswith(prefix + ".")]
        near = suggest(name, siblings)
        if prefix in facts_table.COMPLETE and siblings:
            message = f"{self.module_of(siblings[0])} has no parameter {name}"
            return ValueProblem("unknown", message, near or "")
        if near:
            message = f"{name} is not known, {self.module_of(near)} has {near}"
            return ValueProblem("unknown", message, near)
        return None

    def _names(self, without: str) -> list[str]:
        """Every name, or those that do not have the character."""
        return [name for name in self if not without or without not in name]

    def _alias(self, key: str) -> str:
        current, since = facts_table.ALIASES.get(key, (key, 0))
        return current if self.major >= since and key not in self._rows else key

    def _extension_rows(self) -> dict[str, list[str]]:
        if self._extensions is None:
            self._extensions = {}
            for file, rows in tables.extension_rows().items():
                major = self.citus if file == "citus" else self.major
                for row in rows:
                    if major and int(row[1] or 0) <= major <= int(row[2] or 99):
                        self._extensions[row[_EXTENSION].lower()] = row
        return self._extensions

    def _build(self, key: str, name: str) -> Parameter:
        key = self._alias(key)
        module, minor, initdb = "", "", None
        row = self._rows.get(key)
        if row is not None:
            *columns, written, minor = row
            initdb = written or None
        else:
            row = self._extension_rows().get(key)
            if row is None:
                raise KeyError(name)
            module, columns, minor = row[0], row[_EXTENSION:-1], row[-1]
        spelling, vartype, unit, context, category, short, extra = columns[:7]
        least, most, boot, labels, hidden, others, flags = columns[7:]
        facts = facts_table.PARAMETERS.get(key, {})
        return Parameter(
            name=spelling,
            vartype=vartype,
            unit=unit,
            context=context,
            boot_val=None if boot == "\\N" else boot,
            min_val=least,
            max_val=most,
            enumvals=tuple(f"{labels}|{others}".split("|") if others else labels.split("|"))
            if vartype == "enum"
            else (),
            category=category,
            short_desc=short,
            extra_desc=extra,
            hidden_enumvals=dict(item.split("=") for item in hidden.split("|")) if hidden else {},
            module=module,
            minor=minor,
            initdb=initdb,
            flags=tuple(flags.split()),
            major=self.major,
            facts=facts,
            checks=tuple(self._checks(key, facts)),
        )

    def _checks(self, key: str, facts: Mapping[str, Any]) -> Iterator[tuple[str, int | str]]:
        """The checks of this major, a limit on a sum as what is left for this parameter."""
        for check in facts.get("checks", ()):
            if not check.get("since", 0) <= self.major <= check.get("until", 99):
                continue
            form, limit = next(item for item in check.items() if item[0] not in ("since", "until"))
            if form == "sum-limit":
                limit -= 1 + sum(int(self._rows[other][9]) for other in _SUM if other != key)
            yield form, limit


_SUM = ("autovacuum_max_workers", "max_connections", "max_wal_senders", "max_worker_processes")


def _load(major: int, citus: int | None) -> Catalog:
    return load(major, citus=citus)
