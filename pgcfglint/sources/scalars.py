"""What a scalar means to the program that reads the file.

Two programs, two readings: Helm (Go's yaml.v2) reads values files, PyYAML reads what Patroni reads.
`on` is true to both, `y` only to Helm, `12:30:45` is 45045 to PyYAML and text to Helm, and Helm
passes every number through a float64, so that `| quote` makes `1e+06` of 1000000.
"""

from __future__ import annotations

from re import ASCII

from pgcfglint.lazy import pattern
from pgcfglint.sources.errors import Unreadable
from pgcfglint.sources.node import LIST, MAP, SCALAR

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from pgcfglint.sources.node import Node

HELM, PYYAML = "helm", "pyyaml"

Meaning = tuple[str, str]
"""A kind (str int float bool null list map, or "invalid": the program refuses the file) and a text."""


def resolve(node: Node, dialect: str) -> Meaning:
    """The kind of a node's value and the text that the next program in the chain gets.

    For Helm the text is what `| quote` renders (null renders as nothing), for PyYAML it is Python's
    str(), which Patroni writes into postgresql.conf.
    """
    if node.kind != SCALAR:
        return (node.kind, _collection(node, dialect))
    if node.style or (node.tag and (node.tag == "!" or node.tag.endswith(":str"))):
        return ("str", node.text)
    if node.tag and node.tag.endswith(":binary"):
        return ("str", _binary(node.text))
    cache, read = _READERS[dialect]
    meaning = cache.get(node.text)
    if meaning is None:
        meaning = cache[node.text] = read(node.text)
        if len(cache) > _CACHE_LIMIT:
            cache.clear()
    return meaning


def text_of(node: Node, dialect: str) -> str:
    """The text alone."""
    return resolve(node, dialect)[1]


def plain(node: Node) -> object:
    """A node as plain Python data, read as PyYAML does: for the project's own data files."""
    if node.kind == MAP:
        return {name: plain(value) for name, (_, value) in node.pairs.items()}
    if node.kind == LIST:
        return [plain(item) for item in node.items]
    kind, text = resolve(node, PYYAML)
    if kind == "int":
        return int(text)
    if kind == "bool":
        return text == "True"
    return None if kind == "null" else text


def refuse_infinity(root: Node) -> None:
    """Helm turns values into JSON, which knows neither infinity nor NaN: it refuses such a file."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.kind == MAP:
            waiting.extend(value for _, value in node.pairs.values())
        elif node.kind == LIST:
            waiting.extend(node.items)
        elif resolve(node, HELM)[0] == "invalid":
            raise Unreadable(
                node.path,
                f"Helm refuses {node.text}: JSON has no such number",
                line=node.line,
                column=node.column,
            )


# Helm 4 reads values with sigs.k8s.io/yaml, whose scalars are those of yaml.v2's resolve.go:
# https://github.com/kubernetes-sigs/yaml/blob/v1.4.0/goyaml.v2/resolve.go

_GO_WORDS: dict[str, Meaning] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), ("null", "")),
    **dict.fromkeys(
        ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), ("bool", "true")
    ),
    **dict.fromkeys(
        ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), ("bool", "false")
    ),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), ("invalid", "NaN")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), ("invalid", "+Inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), ("invalid", "-Inf")),
}
_GO_FLOAT = pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", ASCII)
_GO_FRACTION = pattern(r"\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?", ASCII)
_GO_INT = pattern(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))", ASCII)


def _go(text: str) -> Meaning:
    word = _GO_WORDS.get(text)
    if word is not None:
        return word
    first = text[0]
    if first == ".":
        # The only branch that keeps underscores, which Go allows between two digits.
        bare = text.replace("_", "")
        return (_go_float(bare) if bare == text or _GO_FRACTION.fullmatch(text) else None) or ("str", text)
    if first not in "+-0123456789" or text.strip(_NUMERIC):  # 16MB
        return ("str", text)
    if len(text) < _SHORT and text.isdecimal() and (first != "0" or text == "0"):
        return ("int", text)
    plain_text = text.replace("_", "")
    number = _go_int(plain_text)
    if number is not None:
        return ("int", go_number(float(number)))
    return _go_float(plain_text) or ("str", text)


_NUMERIC = "0123456789abcdefABCDEFxXoO_.+-"
"""What a number to Go is made of, whatever its base."""
_SHORT = 6
"""Digits below which `%v` needs no exponent."""


def _go_int(text: str) -> int | None:
    """A number that fits Go's int64 or uint64, None for any other text."""
    match = _GO_INT.fullmatch(text)
    if not match:
        return None
    sign, hexadecimal, binary, octal, decimal = match.groups()
    digits, base = (
        (hexadecimal, 16)
        if hexadecimal
        else (binary, 2)
        if binary
        else (octal, 8)
        if octal
        else (decimal, 10)
    )
    if len(digits) > _LONGEST:
        return None
    number = int(digits, base)
    if sign == "-":
        return -number if number <= 1 << 63 else None
    return number if number < 1 << (63 if sign else 64) else None


_LONGEST = 400
"""Digits, leading zeros included, beyond which no number is looked for."""


def helm_key(node: Node) -> str:
    """What Helm makes of a key: JSON knows only texts, so `y` becomes "true" and `010` becomes "8"."""
    text = node.text
    if (node.style or (text[:1].isalpha() and text not in _GO_WORDS)) and node.tag is None:
        return text
    kind, text = resolve(node, HELM)
    if kind == "int":
        return str(_go_int(node.text.replace("_", "")))
    if kind == "null":
        raise Unreadable(node.path, "Helm refuses null as a key", line=node.line, column=node.column)
    return text


def has_plain_keys(root: Node) -> bool:
    """Whether Helm takes every key of a document for the text that it is."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for key, value in node.pairs.values():
            if helm_key(key) != key.text:
                return False
            if value.kind != SCALAR:
                waiting.append(value)
        waiting.extend(item for item in node.items if item.kind != SCALAR)
    return True


def _go_float(text: str) -> Meaning | None:
    if not _GO_FLOAT.fullmatch(text):
        return None
    number = float(text)
    return None if number in (_INFINITY, -_INFINITY) else ("float", go_number(number))


_INFINITY = float("inf")


def go_number(number: float) -> str:
    """A float64 as Go's `%v` prints it: the shortest digits that mean it, an exponent where it would be
    below -4 or above 5. https://pkg.go.dev/strconv#FormatFloat."""
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    mantissa, _, exponent_text = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    exponent = len(whole) - 1 + int(exponent_text or 0)
    if whole == "0":
        exponent = -1 - (len(fraction) - len(fraction.lstrip("0")))
    digits = digits.rstrip("0") or "0"
    if exponent < -4 or exponent > 5:
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    if len(digits) <= exponent + 1:
        return f"{sign}{digits}{'0' * (exponent + 1 - len(digits))}"
    return f"{sign}{digits[: exponent + 1]}.{digits[exponent + 1 :]}"


def _pyyaml(text: str) -> Meaning:
    """PyYAML's own resolver and constructors, so there is nothing to get wrong."""
    from yaml import SafeLoader
    from yaml.constructor import SafeConstructor
    from yaml.nodes import ScalarNode

    for tag, shape in SafeLoader.yaml_implicit_resolvers.get(text[:1], ()):
        if not shape.match(text):
            continue
        if tag == "tag:yaml.org,2002:null":
            return ("null", "None")
        if tag not in _PYYAML_KINDS:
            return ("str", text)
        kind, construct = _PYYAML_KINDS[tag]
        try:
            return (kind, str(getattr(SafeConstructor(), construct)(ScalarNode(tag, text))))
        except (ValueError, OverflowError):
            return ("invalid", text)
    return ("str", text)


_PYYAML_KINDS = {
    "tag:yaml.org,2002:bool": ("bool", "construct_yaml_bool"),
    "tag:yaml.org,2002:int": ("int", "construct_yaml_int"),
    "tag:yaml.org,2002:float": ("float", "construct_yaml_float"),
    "tag:yaml.org,2002:timestamp": ("str", "construct_yaml_timestamp"),
}
_CACHE_LIMIT = 10_000
_READERS = {HELM: ({}, _go), PYYAML: ({}, _pyyaml)}  # type: ignore[var-annotated]


def _binary(text: str) -> str:
    from base64 import b64decode

    try:
        return b64decode(text).decode("utf-8", "replace")
    except ValueError:
        return text


def _collection(node: Node, dialect: str) -> str:
    """A list or map in the place of a text: as Go's `%v` or Python's str() shows it."""
    if dialect == HELM:
        if node.kind == LIST:
            return "[" + " ".join(text_of(item, dialect) for item in node.items) + "]"
        return (
            "map["
            + " ".join(f"{name}:{text_of(node.pairs[name][1], dialect)}" for name in sorted(node.pairs))
            + "]"
        )
    if node.kind == LIST:
        return "[" + ", ".join(_quoted(item) for item in node.items) + "]"
    return "{" + ", ".join(f"{name!r}: {_quoted(value)}" for name, (_, value) in node.pairs.items()) + "}"


def _quoted(node: Node) -> str:
    kind, text = resolve(node, PYYAML)
    return repr(text) if kind == "str" else text
