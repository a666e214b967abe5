"""What terminals, shells and kubectl leave in a saved output, taken out without moving a line."""

from __future__ import annotations

import re

from pgcfglint.sources.text import Source

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>()][A-Z0-9]?")
_HEADER = re.compile(r"HTTP/\d(?:\.\d)? \d{3}\b.*(?:\n[A-Za-z][\w-]*: .*)*\n(?=\n)")


def cleaned(source: Source) -> Source:
    """The text without colours, carriage returns and the headers of `curl -i`; lines keep their numbers."""
    text = source.text
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "")
    if text.startswith("HTTP/"):
        text = _HEADER.sub(lambda found: "\n" * found.group().count("\n"), text, count=1)
    return source if text == source.text else Source(source.path, text)


NOISE = re.compile(
    r"Defaulted container |Defaulting container |Unable to use a TTY|Use 'kubectl |command terminated"
    r"|[WEI]\d{4} \d\d:|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]?\d* *(?:WARNING|INFO|ERROR|- |$)"
    r"|[$#%>+] ?\S* ?(?:kubectl|psql|patronictl|env|curl)\b"
    r"|\S+@\S+[:~].*[$#] |```|/\S+\.py:\d+: \w*Warning|  warnings\.warn|psql: warning|Null display is"
)
"""Lines that stand around an output and are none of it."""
