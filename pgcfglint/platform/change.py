"""What a change of configuration does to a running cluster: who notices it, and what it costs."""

from __future__ import annotations

from pgcfglint.model import APPLIES, BOOTSTRAP
from pgcfglint.platform.adjust import libraries
from pgcfglint.platform.cost import apply_of, order_of
from pgcfglint.platform.effective import DEFAULTED, IGNORED, REFUSED, RUNS, describe
from pgcfglint.platform.tables import table
from pgcfglint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcfglint.platform.effective import Effective
    from pgcfglint.platform.effects import Effects


SPELLING = "the same value, written otherwise"
"""The note of a change that changes the spelling alone."""


class Change(Record):
    """One parameter whose written or effective value differs.

    `old` and `new` are what runs before and after, None where it cannot be known; `old_written` and
    `new_written` what is written, None where nothing is. `apply` is the cost on a running cluster;
    `reaches` is running, "new clusters" (an edit of bootstrap.dcs alone) or nobody; `derived` marks
    what nobody wrote: it follows from another change.
    """

    parameter: str
    old: str | None
    new: str | None
    old_written: str | None
    new_written: str | None
    apply: str
    order: str | None = None
    reaches: str = "running"
    note: str = ""
    derived: bool = False


def changes(old: Effects, new: Effects) -> tuple[Change, ...]:
    """Everything that differs between two states of a group, in the order of the parameters' names."""
    names = {name.lower(): name for effects in (old, new) for name in effects.names()}
    found = (_change(old, new, names[key]) for key in sorted(names))
    return tuple(change for change in found if change is not None)


def costliest(changed: tuple[Change, ...]) -> str:
    """The highest cost among changes."""
    return max((change.apply for change in changed), key=APPLIES.index, default="none")


def _change(old: Effects, new: Effects, name: str) -> Change | None:
    before, after = old.of(name), new.of(name)
    old_written = before.setting.text if before.setting else None
    new_written = after.setting.text if after.setting else None
    same = _same(before, after)
    if same and old_written == new_written:
        return None
    parameter = new.catalog.get(name) or old.catalog.get(name)
    change = Change(after.name, before.text, after.text, old_written, new_written, "none")
    reaches = _reaches(after if after.setting else before)
    if after.fate == REFUSED:
        # The running server keeps what it has; the next start fails.
        return change.replace(reaches="nobody", note=after.reason)
    refused = after.fate == DEFAULTED and parameter is not None and bool(parameter.module)
    if refused and before.fate != DEFAULTED and _is_loaded(old, parameter.module if parameter else ""):
        # The running server refuses the value; only its next start falls back to the module's default.
        note = f"{after.reason} from its next start on; until then {before.text} stays"
        return change.replace(reaches="nobody", note=note)
    if same:
        return change.replace(reaches="nobody", note=_why_same(before, after))
    if after.setting is None and _is_lost(before):
        note = f"the chart did not pass {before.name} on: {before.written} reached nobody"
        return change.replace(old=after.text, reaches="nobody", note=note)
    if before.setting is None and _is_lost(after):
        return change.replace(new=before.text, reaches="nobody", note=after.reason)
    if parameter is None and after.setting is None and before.fate == RUNS:
        return change.replace(apply=apply_of(None), reaches=reaches)
    if after.origin == "unknown" or (after.value is None and after.fate != RUNS):
        return change.replace(reaches="nobody", note=describe(after))
    apply, note = apply_of(parameter), after.reason
    if (
        apply == "restart"
        and parameter is not None
        and parameter.module
        and not _is_loaded(new, parameter.module)
    ):
        apply, note = (
            "reload",
            f"{parameter.module} is not in shared_preload_libraries: only a placeholder changes",
        )
    return change.replace(
        apply=apply,
        order=order_of(parameter, before, after) if apply == "restart" else None,
        reaches=reaches,
        note=note,
        derived=old_written == new_written,
    )


def _same(before: Effective, after: Effective) -> bool:
    """Whether the same thing runs before and after, compared in base units."""
    if before.value is not None and after.value is not None:
        return before.value.setting == after.value.setting
    return before.text == after.text and (before.value is None) == (after.value is None)


def _why_same(before: Effective, after: Effective) -> str:
    if after.reason:
        return describe(after)
    if before.reason:
        return f"what was written before did not run: {before.reason}"
    return SPELLING


def _is_lost(effective: Effective) -> bool:
    """Whether a value is written that the chart does not pass on."""
    return effective.origin == "unknown" and effective.fate == IGNORED


def _reaches(effective: Effective) -> str:
    if effective.setting is not None and effective.setting.layer == BOOTSTRAP:
        return "new clusters"
    return "running"


def _is_loaded(effects: Effects, module: str) -> bool:
    """Whether the server loads a module at its start."""
    return module in set(_loaded(effects))


def _loaded(effects: Effects) -> Iterator[str]:
    brings = table("citus")["brings"]
    for library in libraries(effects):
        yield library
        yield from brings.get(library, ())
