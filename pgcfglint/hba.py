"""The lines of pg_hba as rules see them: who gets in from where, and which line hides another.

https://www.postgresql.org/docs/current/auth-pg-hba-conf.html. The first line that matches a
connection decides, whatever its method; there is no second try.
"""

from __future__ import annotations

from pgcfglint.model import LOCAL
from pgcfglint.platform.hba import asks_certificate, fields, line_problem, reject_everybody

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from pgcfglint.model import Setting

# What connections a type matches: in clear, over TLS, with GSSAPI encryption.
_MATCHES = {
    "local": {"socket"},
    "host": {"clear", "tls", "gss"},
    "hostssl": {"tls"},
    "hostnossl": {"clear", "gss"},
    "hostgssenc": {"gss"},
    "hostnogssenc": {"clear", "tls"},
}
_EVERYWHERE = ("all", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0", "::0/0")
_SUPERUSER = "postgres"


class Line:
    """One line, read. `parts` are its fields as platform.hba.fields gives them."""

    __slots__ = ("address", "databases", "kind", "method", "options", "users")

    def __init__(self, text: str) -> None:
        # A line with a template's placeholder in it says nothing yet.
        self.kind, databases, users, self.address, self.method, self.options = fields(
            "" if _is_template(text) else text
        )
        self.databases, self.users = _items(databases), _items(users)

    @property
    def loopback(self) -> bool:
        """Whether only this machine itself can match."""
        return self.address in ("localhost", "samehost", "::1/128", "::1") or self.address.startswith("127.")

    @property
    def tls_only(self) -> bool:
        """Whether a connection in clear cannot match."""
        return self.kind in ("hostssl", "hostgssenc")

    def covers(self, later: Line) -> bool:
        """Whether every connection that matches a later line matches this one."""
        if not self.kind or not later.kind or not _MATCHES[later.kind] <= _MATCHES[self.kind]:
            return False
        return (
            all(name in self.databases or self._all_but_replication(name) for name in later.databases)
            and ("all" in self.users or later.users <= self.users)
            and (self.kind == "local" or _contains(self.address, later.address))
        )

    def _all_but_replication(self, name: str) -> bool:
        return "all" in self.databases and name != "replication"


def _is_template(text: str) -> bool:
    return "{{" in text or "{%" in text or "${" in text


def _items(text: str) -> set[str]:
    return {item.strip().strip('"') for item in text.split(",") if item.strip()}


def _contains(wide: str, narrow: str) -> bool:
    """Whether an address matches whatever another does; False where a name would have to be asked."""
    if wide in ("all", narrow) or (wide == "samenet" and narrow == "samehost"):
        return True
    if not wide[:1].isdigit() and ":" not in wide:
        return False
    import ipaddress  # 4 ms, and most lists never need it

    try:
        outer, inner = (ipaddress.ip_network(text, strict=False) for text in (wide, narrow))
    except ValueError:
        return False
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def hba_item(line: Setting, lines: Sequence[Setting]) -> Mapping[str, Any]:
    """`hba.*` of a line among the lines of its own list (pg_hba of the DCS and local ones are two lists)."""
    own = [other for other in lines if _list_of(other) == _list_of(line)]
    read = Line(line.text)
    above = [Line(other.text) for other in own[: own.index(line)]]
    cover = next((index for index, other in enumerate(above) if other.covers(read)), None)
    return {
        "hba.line": " ".join(line.text.split()),
        "hba.type": read.kind,
        "hba.database": ",".join(sorted(read.databases)),
        "hba.user": ",".join(sorted(read.users)),
        "hba.address": read.address,
        "hba.method": read.method,
        "hba.remote": bool(read.kind) and read.kind != "local" and not read.loopback,
        "hba.loopback": read.loopback,
        "hba.everywhere": read.address in _EVERYWHERE,
        "hba.superuser": bool(read.users & {"all", _SUPERUSER}),
        "hba.replication": "replication" in read.databases,
        "hba.certificate": asks_certificate(line.text),
        "hba.covered_by": "" if cover is None else " ".join(own[cover].text.split()),
        "hba.covered_method": "" if cover is None else above[cover].method,
        "hba.covered_line": 0 if cover is None else own[cover].location.line,
        "hba.only_tls": read.kind == "hostssl" and _is_first_of_tls_only(line, own),
        "hba.rejects_everybody": line is own[0] and reject_everybody(own),
        "hba.no_replication": own[0] is line and _shuts_replication_out(line, lines, True),
        "hba.no_remote_replication": own[0] is line and _shuts_replication_out(line, lines, False),
        "hba.problem": line_problem(line) if read.kind or not _is_template(line.text) else "",
    }


def _shuts_replication_out(line: Setting, lines: Sequence[Setting], loopback: bool) -> bool:
    """Whether no line of the list that counts (local lines hide those of the DCS) lets a standby in over TCP
    (`loopback`: from this machine is enough); a line that is not known yet might."""
    if line.layer != LOCAL and any(other.layer == LOCAL for other in lines):
        return False
    own = [other.text for other in lines if _list_of(other) == _list_of(line)]
    if any(_is_template(text) or text.lstrip().startswith(("include", "@")) for text in own):
        return False
    read = [Line(text) for text in own]
    return not any(
        "replication" in each.databases and each.kind.startswith("host") and (loopback or not each.loopback)
        for each in read
        if each.method != "reject"
    )


def _list_of(line: Setting) -> tuple[str, tuple[str, ...], str]:
    return line.location.path, line.location.keys[:-1], line.layer


def _is_first_of_tls_only(line: Setting, own: Sequence[Setting]) -> bool:
    """Whether a line is the first over TCP and no line lets a connection in clear in (from elsewhere)."""
    over_tcp = [(other, Line(other.text)) for other in own]
    over_tcp = [(other, read) for other, read in over_tcp if read.kind.startswith("host")]
    lets_in = [read for _, read in over_tcp if read.method != "reject" and not read.loopback]
    first = next((other for other, read in over_tcp if read.kind == "hostssl"), None)
    return bool(lets_in) and first is line and all(read.tls_only for read in lets_in)
