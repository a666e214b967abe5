"""A finding's identity, which survives that lines move."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def fingerprint(rule: str, path: str, keys: Iterable[str], parameter: str | None, value: str | None) -> str:
    """64 bits in hexadecimal of what a finding is about: neither place nor wording.

    BLAKE2, because its digest is as short as asked for, the same on every machine, and does not
    collide as checksums of similar texts do. From where `hashlib` takes it: that would also load
    OpenSSL (4 ms instead of 0.3).
    """
    try:
        from _blake2 import blake2b
    except ImportError:  # an interpreter that builds its hashes differently
        from hashlib import blake2b
    parts = (rule, path.replace("\\", "/"), parameter or "", value or "", *keys)
    text = "\0".join(part.replace("\0", "\\0") for part in parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
