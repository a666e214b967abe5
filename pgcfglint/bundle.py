"""The readable data files as modules of literals, for a fast start.

Parsing the YAML of all rules and layouts would cost more than checking a values file. The wheel's
build therefore turns them into Python source made of literals (`pgcfglint.bundling`), which the
installer compiles: no pickle and no marshal, so one wheel serves every version of Python. A checkout
and an editable install have no bundle: there `load` answers None, the readers open the files
themselves, and an edited rule counts at once.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FOLDER = "_bundle"
"""The sub-package of the installed package that holds the bundle."""

_loaded: dict[str, Any] = {}


def load(name: str) -> Any:
    """The part of the bundle called `name`, or None where there is no bundle (a checkout)."""
    if name not in _loaded:
        try:
            module = __import__(f"pgcfglint.{FOLDER}.{name}", fromlist=["DATA"])
        except ModuleNotFoundError:
            _loaded[name] = None
        else:
            _loaded[name] = module.DATA
    return _loaded[name]
