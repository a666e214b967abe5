"""YAML and JSON: the dynamic configuration, a member's REST answer, Helm's values, and postgresql.conf."""

from __future__ import annotations

import re

from pgcfglint.live import members, settings
from pgcfglint.model import POD, LiveSetting, LiveState, Location
from pgcfglint.sources.documents import cluster_of, documents
from pgcfglint.sources.node import MAP, SCALAR
from pgcfglint.sources.nodes import parse
from pgcfglint.sources.text import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pgcfglint.sources.documents import Document
    from pgcfglint.sources.node import Node

_HEADING = re.compile(r"(USER-SUPPLIED|COMPUTED) VALUES:[ \t]*$", re.M)
_ALTER_SYSTEM = "overwritten by the ALTER SYSTEM command"
_KINDS = {"show-config": "dcs", "postgresql-conf": "conf", "patroni-yml": "local"}


def from_documents(source: Source, known: Container[str]) -> Iterator[LiveState]:
    """What a text of a known layout says: a dump of the DCS, a conf file, Helm's values."""
    if _ALTER_SYSTEM in source.text and not re.search(r"(?m)^\s*[^#\s]", source.text):
        yield LiveState("alter-system", Location(source.path, 1, 1, 1, 2), complete=True)
        return
    heading = _HEADING.search(source.text)
    if heading is not None:
        text = source.text[: heading.start()] + "#" + source.text[heading.start() + 1 :]
        source = Source(source.path, text)
    for document in documents(source, known):
        yield from _states(document, source, heading[1] if heading else "")


def _states(document: Document, source: Source, heading: str) -> Iterator[LiveState]:
    cluster = cluster_of(document)
    kind = _KINDS.get(document.layout, "release")
    if kind == "conf" and _ALTER_SYSTEM in source.text:
        kind = "alter-system"
    for group in cluster.groups:
        if not group.settings and kind == "release":
            continue
        found = tuple(
            LiveSetting(item.name, item.text, item.location, kind=item.kind)
            for item in group.settings
            if item.layer != POD
        )
        yield LiveState(
            kind,
            cluster.location,
            found,
            group=group.number,
            scope=cluster.scope,
            complete=kind in ("dcs", "alter-system") or heading == "COMPUTED",
        )


def from_roots(source: Source, known: Container[str]) -> LiveState | None:
    """JSON or YAML that no layout describes: lists of members, pg_settings as JSON, REST answers."""
    for root in parse(source.text, source.path):
        for state in (
            members.from_node(root, source.path),
            _member(root, source.path),
            settings.from_node(root, source.path, known),
        ):
            if state is not None:
                return state
    return None


def _member(root: Node, path: str) -> LiveState | None:
    """REST `/patroni`: one member, its versions, what it waits for."""
    patroni = root.get("patroni") if root.kind == MAP else None
    if patroni is None or patroni.kind != MAP or "state" not in root.pairs:
        return None
    name = _text(patroni, "name")
    waits = root.get("pending_restart_reason")
    reasons = tuple(members.rest_reasons(waits, path)) if waits is not None and waits.kind == MAP else ()
    versions = {"patroni": _text(patroni, "version")}
    server = _text(root, "server_version")
    if server.isdigit():
        versions["postgresql"] = str(int(server) // 10000)
    place = Location(path, root.line, root.column, root.line, root.column + 1)
    member = members.member(name, _text(root, "role"), _text(root, "state"), place, reasons)
    member = member.replace(pending=member.pending or _text(root, "pending_restart") == "true")
    return LiveState(
        "members",
        place,
        members=(member,),
        member=name,
        scope=_text(patroni, "scope"),
        versions={key: version for key, version in versions.items() if version},
    )


def _text(node: Node, key: str) -> str:
    value = node.get(key)
    return value.text if value is not None and value.kind == SCALAR else ""


def annotated(source: Source) -> Source | None:
    """The configuration that Patroni keeps in an annotation of a Kubernetes object, as a text of its own."""
    if "config:" not in source.text and '"config"' not in source.text:
        return None
    for root in parse(source.text, source.path):
        node: Node | None = root
        for key in ("metadata", "annotations", "config"):
            node = node.get(key) if node is not None and node.kind == MAP else None
        if node is not None and node.kind == SCALAR and node.text.lstrip().startswith("{"):
            blank = "\n" * (node.line - 1) + " " * (node.column - 1 + node.quoted)
            return Source(source.path, blank + node.text)
    return None
