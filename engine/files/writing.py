"""The canonical form of a JSON file: equal content gives equal bytes.

UTF-8, LF, two spaces, one field a line, a list of plain values on one line, a final newline. The order of
fields is that of the dicts that come in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from json.encoder import encode_basestring  # the C implementation where there is one
from typing import Any

from engine.steps import Steps, finished


class Inline(dict[str, Any]):
    """An object that stands on one line, such as a link."""


class Lines(list[Any]):
    """A list whose plain values stand on a line each, such as the lines of a long text."""


def canonical(value: Any) -> bytes:
    """The bytes of a JSON value made of dict, list, tuple, str, int, float, bool and None.

    Raises `ValueError` for what no file may hold: NaN, infinity, NUL, a lone surrogate.
    """
    return finished(canonical_in_steps(value))


def canonical_in_steps(value: Any, depth: int = 2) -> Steps[bytes]:
    """`canonical`, whose steps are the values that lie so deep, such as the components of a campaign."""
    parts: list[str] = []
    yield from _in_steps(value, "\n", parts, depth)
    parts.append("\n")
    text = "".join(parts)
    if "\\u0000" in text and "\0" in "".join(_strings(value)):
        raise ValueError("a text holds NUL")
    return text.encode("utf-8")


def _in_steps(value: Any, newline: str, out: list[str], depth: int) -> Iterator[None]:
    """As `_write`, whose steps are the objects that lie so deep."""
    if depth == 0 or not value or type(value) is Inline or not isinstance(value, dict):
        _write(value, newline, out)
        yield
        return
    inner = newline + "  "
    separator = "{" + inner
    for key, item in value.items():
        out.append(f"{separator}{encode_basestring(key)}: ")
        yield from _in_steps(item, inner, out, depth - 1)
        separator = "," + inner
    out.append(newline + "}")


def _write(value: Any, newline: str, out: list[str]) -> None:
    kind = type(value)
    if kind is Inline:
        out.append(_inline(value))
    elif isinstance(value, dict):
        if not value:
            out.append("{}")
            return
        inner = newline + "  "
        separator = "{" + inner
        for key, item in value.items():
            out.append(f"{separator}{encode_basestring(key)}: ")
            if type(item) is str:
                out.append(encode_basestring(item))
            else:
                _write(item, inner, out)
            separator = "," + inner
        out.append(newline + "}")
    elif isinstance(value, list | tuple):
        _write_list(value, newline, out)
    else:
        out.append(_scalar(value))


def _write_list(value: list[Any] | tuple[Any, ...], newline: str, out: list[str]) -> None:
    if not value:
        out.append("[]")
    elif type(value) is not Lines and not any(isinstance(item, dict | list | tuple) for item in value):
        out.append("[" + ", ".join(map(_scalar, value)) + "]")
    else:
        inner = newline + "  "
        separator = "[" + inner
        for item in value:
            out.append(separator)
            _write(item, inner, out)
            separator = "," + inner
        out.append(newline + "]")


def _inline(value: dict[str, Any]) -> str:
    fields = ", ".join(f"{encode_basestring(key)}: {_scalar(item)}" for key, item in value.items())
    return "{ " + fields + " }" if fields else "{}"


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a number that a file can hold")
        return float.__repr__(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (key, *_strings(item))]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _strings(item)]
    return []
