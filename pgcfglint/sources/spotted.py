"""What stands in a file beside its settings: secrets in the clear, roles that Patroni renamed.

Each search looks for a word in the text first; most files have none, and pay for no more.
"""

from __future__ import annotations

import re

from pgcfglint.credentials import is_published
from pgcfglint.model import Location, Observation, Related
from pgcfglint.sources.node import SCALAR
from pgcfglint.sources.routes import place
from pgcfglint.sources.scalars import HELM

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pgcfglint.sources.node import Node
    from pgcfglint.sources.text import Source

_SECRET_SIGNS = ("assword", "ASSWORD", "asswd", "ASSWD", "oken", "OKEN", "ccess", "CCESS", "PRIVATE KEY")
_SECRET = (
    "password", "passwd", "passphrase", "token", "apikey", "api_key", "secretaccesskey", "secret_access_key",
    "clientsecret", "client_secret", "privatekey", "private_key",
)  # fmt: skip
"""How the name of a secret ends, in lower case."""
_REFERENCES = r"(?i)keys?$|ref$|^existing|annotations$|labels$|^matchlabels$"
"""Maps whose values only name secrets, and maps that are public by nature."""
_REFERENCE = r"(?i)^\s*$|[$<{]|^(?:true|false|null|~|none|vault:|ref\+|enc\[|arn:|!)|^\*+$|file:"
_PRIVATE_KEY = "PRIVATE KEY-----"
_LINE = 64
"""Characters in a line of a PEM file."""


def secrets(root: Node, dialect: str) -> Iterator[Observation]:
    """Passwords, tokens and private keys that stand in values in the clear, one observation of each kind.

    What a chart publishes or means as a placeholder is no secret.
    """
    if dialect != HELM:
        return
    found: dict[str, list[tuple[str, Location]]] = {}
    waiting: list[tuple[Node, tuple[str, ...]]] = [(root, ())]
    while waiting:
        node, route = waiting.pop()
        for index, item in enumerate(node.items):
            if item.kind != SCALAR:
                waiting.append((item, (*route, str(index))))
        for name, (key, value) in node.pairs.items():
            if value.kind != SCALAR:
                if not re.search(_REFERENCES, name):
                    waiting.append((value, (*route, name)))
            elif value.text and (kind := _kind(name, value.text)):
                found.setdefault(kind, []).append((name, place(key, (*route, name))))
    for kind, places in found.items():
        places.sort(key=lambda item: (item[1].path, item[1].line))
        yield _one(kind, places)


def has_secrets(text: str) -> bool:
    """Whether a text has a word of a secret in it."""
    return any(sign in text for sign in _SECRET_SIGNS)


def _kind(name: str, text: str) -> str:
    if len(text) > _LINE and _PRIVATE_KEY in text:
        return "private-key"
    if not name.lower().endswith(_SECRET) or re.search(_REFERENCE, text) or is_published(text):
        return ""
    return "inline-secret"


def _one(kind: str, places: list[tuple[str, Location]]) -> Observation:
    fields = {
        "name": places[0][0],
        "names": ", ".join(dict.fromkeys(".".join(location.keys) for _, location in places)),
        "count": str(len(places)),
    }
    return Observation(kind, places[0][1], tuple(Related(location) for _, location in places[1:]), fields)


_COMMAND = r"(?:--role[= ]+)['\"]?master\b"
_LABEL = r"(?:^|[\s{,(&?'\"])['\"]?role['\"]?\s*(?:=|:\s)\s*['\"]?master\b"
_KEPT = (
    r"(?i)leader_label_value['\"]?\s*[:=]\s*['\"]?master"
    r"|name:\s*\S*LEADER_LABEL_VALUE\S*\s+value:\s*['\"]?master"
)


def old_roles(sources: Mapping[str, Source], *, kept: bool = False) -> Iterator[Observation]:
    """Places that speak of Patroni's leader as `master`: `patronictl --role master`, labels role=master.

    Labels count unless a file gives the leader that label itself (leader_label_value), or another one that
    is not among these does (`kept`).
    """
    kept = kept or keeps_label(sources)
    for path, source in sources.items():
        if "master" not in source.text or "role" not in source.text:
            continue
        for number, line in enumerate(source.lines, 1):
            if "master" not in line or "role" not in line or line.lstrip().startswith("#"):
                continue
            code = line.split(" #", 1)[0]
            match = re.search(_COMMAND, code) or (None if kept else re.search(_LABEL, code))
            if match:
                start = match.start() + len(match[0]) - len(match[0].lstrip(" {,(&?"))
                where = Location(path, number, start + 1, number, match.end() + 1)
                yield Observation("old-role", where, (), {"text": match[0].strip(" {,(&?'\"")})


def keeps_label(sources: Mapping[str, Source]) -> bool:
    """Whether a file gives the leader the label `master`."""
    return any("master" in source.text and re.search(_KEPT, source.text) for source in sources.values())


def in_templates(sources: Mapping[str, Source], kept: bool) -> Iterator[Observation]:
    """The same in a chart's templates, as one observation: the first place, the others beside it."""
    found = list(old_roles(sources, kept=kept))
    if found:
        yield found[0].replace(related=tuple(Related(each.location) for each in found[1:]))


def spotted(roots: Iterable[Node], sources: Mapping[str, Source], dialect: str) -> Iterator[Observation]:
    """Everything of the above in the files of an input."""
    if any(has_secrets(source.text) for source in sources.values()):
        for root in roots:
            yield from secrets(root, dialect)
    yield from old_roles(sources)
