"""Hiding the values of secrets in the lines that are shown.

The patterns are compiled when a line looks as if it needed them: most never do.
"""

from __future__ import annotations

import re

MASK = "********"

_WORDS = ("pass", "pwd", "secret", "token", "conninfo", "cred", "key", "_command", "://", "-----begin")
"""A line without one of these (in any case) needs no closer look."""

_NAME = (
    r"[\w.\-]*(?:password|passwd|passphrase|pwd|secret|token|conninfo|credential|api_?key|private_?key"
    r"|access_?key|_command|key)"
)
_PAIR = rf"""(?i)([\s\-]*["']?(?:--?)?({_NAME}[\w.\-]*)["']?\s*[:=]\s*)([^\s#].*)$"""
_INSIDE = rf"""(?i)(\b({_NAME}[\w.\-]*)["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\s,}})\]"']+)"""
_BLOCK = rf"""(?i)\s*(?:-\s+)?["']?({_NAME}[\w.\-]*)["']?\s*:\s*[|>][-+0-9]*\s*(?:#.*)?$"""
_NAMED = rf"""(?i)\s*-?\s*name:\s*["']?({_NAME}[\w.\-]*)"""
_VALUE = r"(\s*-?\s*value:\s*)\S"
_HARMLESS = r"(?i)(?:secret|token|key)s?_?(?:name|ref)$|keys$|secrets$|tokens$|_(?:file|path|encryption)$"
_KEY = r"(?i)(?:private|api|access|server|client|ssl|tls|encryption|secret)[_.\-]?key$|^key$"
_URL = r"(://[^\s:/@]*:)[^\s@/]+(?=@)"


def secret(name: str) -> bool:
    """Whether a key's name says that its value must not be shown."""
    if re.search(_HARMLESS, name):
        return False
    if name.lower().endswith("key") and not re.search(_KEY, name):
        return False
    return re.match(_NAME, name, re.IGNORECASE) is not None


def masked(lines: list[str], number: int) -> str:
    """Line `number` (from 1) with the values of secrets masked."""
    line = lines[number - 1]
    if _in_secret_block(lines, number):
        return line[: len(line) - len(line.lstrip())] + MASK
    if "value:" in line and number > 1:
        above, value = re.match(_NAMED, lines[number - 2]), re.match(_VALUE, line)
        if above and value and secret(above[1]):
            return value[1] + MASK
    lowered = line.lower()
    if not any(word in lowered for word in _WORDS):
        return line
    if "-----begin" in lowered:
        return line[: len(line) - len(line.lstrip())] + MASK
    pair = re.match(_PAIR, line)
    if pair and secret(pair[2]) and pair[3][0] not in "|>&{[":
        return pair[1] + MASK  # without a comment: it may say the value once more
    line = re.sub(_INSIDE, lambda found: found[1] + MASK if secret(found[2]) else found[0], line)
    return re.sub(_URL, rf"\g<1>{MASK}", line)


def _in_secret_block(lines: list[str], number: int) -> bool:
    """Whether a line belongs to a block scalar (`|`) under a secret's key."""
    line = lines[number - 1]
    indent = len(line) - len(line.lstrip())
    for above in range(number - 2, max(-1, number - 500), -1):
        other = lines[above]
        if indent and other.strip() and len(other) - len(other.lstrip()) < indent:
            if "|" not in other and ">" not in other:
                return False
            block = re.match(_BLOCK, other)
            return block is not None and secret(block[1])
    return False
