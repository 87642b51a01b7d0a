"""A JSON parser that knows on which line everything stands.

It is slower than the standard library's, and therefore runs only when a file has to be refused: it finds the
first thing that is wrong, or the line of a field that a model did not accept.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, NamedTuple

from engine.i18n import N_, Message

Path = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*+)"')
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt])|u([0-9A-Fa-f]{4}))')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORD = re.compile(r"-?[A-Za-z_]+")
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CONSTANTS = {"true": True, "false": False, "null": None}
_MAX_DIGITS = 400
_INT64 = 2**63


class FlawError(Exception):
    """The first thing that is wrong in a text: its position, the field it belongs to, and what to do."""

    def __init__(self, position: int, path: Path, message: Message) -> None:
        super().__init__(position, path, message)
        self.position = position
        self.path = path
        self.message = message


class Scan(NamedTuple):
    """A parsed text and, for every field and list item in it, the position where it begins."""

    value: Any
    positions: dict[Path, int]


def number(literal: str) -> int | float:
    """The value of a number literal. Raises `ValueError` where it could not be kept without a loss."""
    if len(literal) > _MAX_DIGITS:
        raise ValueError(literal[:20])
    if not any(char in literal for char in ".eE"):
        whole = int(literal)
        if not -_INT64 <= whole < _INT64:
            raise ValueError(literal)
        return whole
    value = float(literal)
    if not math.isfinite(value) or Decimal(repr(value)) != Decimal(literal):
        raise ValueError(literal)
    return value


def storable(text: str) -> bool:
    """Whether UTF-8 and every database can hold the text: no lone surrogate, no NUL."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def line_at(text: str, position: int) -> int:
    """The line, counted from 1, on which a position of the text stands."""
    return text.count("\n", 0, position) + 1


def scan(text: str, max_depth: int) -> Scan:
    """Parse strictly. Raises `FlawError` at the first violation."""
    scanner = _Scanner(text, max_depth)
    value = scanner.document()
    return Scan(value, scanner.positions)


class _Scanner:
    def __init__(self, text: str, max_depth: int) -> None:
        self.text = text
        self.max_depth = max_depth
        self.at = 0
        self.path: list[str | int] = []
        self.positions: dict[Path, int] = {}
        self._depth = 0

    def flaw(self, message: Message, position: int | None = None) -> FlawError:
        return FlawError(self.at if position is None else position, tuple(self.path), message)

    def space(self) -> str:
        """Skip white space; the character that follows, "" at the end."""
        match = _SPACE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()
        return self.text[self.at : self.at + 1]

    def document(self) -> Any:
        self.space()
        value = self.value()
        if self.space():
            raise self.flaw(Message(N_("The file goes on after its end. Remove what follows here.")))
        return value

    def value(self) -> Any:
        char = self.space()
        self.positions.setdefault(tuple(self.path), self.at)
        if char in ("{", "["):
            if self._depth >= self.max_depth:
                raise self.flaw(
                    Message(N_("This is nested more than {depth} levels deep."), depth=self.max_depth)
                )
            self._depth += 1
            value = self.object() if char == "{" else self.list()
            self._depth -= 1
            return value
        if char == '"':
            return self.string()
        if match := _NUMBER.match(self.text, self.at):
            return self._number(match.group())
        return self._word(char)

    def _number(self, literal: str) -> int | float:
        try:
            value = number(literal)
        except ValueError:
            raise self.flaw(
                Message(N_("This number is too large or has too many digits to be kept exactly."))
            ) from None
        self.at += len(literal)
        return value

    def _word(self, char: str) -> bool | None:
        if not char:
            raise self.flaw(Message(N_("The file ends too early. It seems to be cut off.")))
        match = _WORD.match(self.text, self.at)
        if match and match.group() in _CONSTANTS:
            self.at = match.end()
            return _CONSTANTS[match.group()]
        if match and match.group().lstrip("-") in ("NaN", "Infinity"):
            raise self.flaw(
                Message(N_("{word} is not a number that a file can hold. Use a number."), word=match.group())
            )
        raise self.flaw(Message(N_("A value is expected here, but {found} stands here."), found=_shown(char)))

    def object(self) -> dict[str, Any]:
        self.at += 1
        result: dict[str, Any] = {}
        if self.space() == "}":
            self.at += 1
            return result
        while True:
            self.member(result)
            if self.closed("}"):
                return result

    def member(self, result: dict[str, Any]) -> None:
        char = self.space()
        if char != '"':
            raise self.flaw(_expected(Message(N_("A field name in quotes")), char))
        start = self.at
        key = self.string()
        self.path.append(key)
        if key in result:
            raise self.flaw(
                Message(N_("This field stands here a second time. Remove one of the two.")), start
            )
        self.positions[tuple(self.path)] = start
        if (char := self.space()) != ":":
            raise self.flaw(_expected(Message.verbatim("“:”"), char))
        self.at += 1
        result[key] = self.value()
        self.path.pop()

    def list(self) -> list[Any]:
        self.at += 1
        result: list[Any] = []
        if self.space() == "]":
            self.at += 1
            return result
        while True:
            self.path.append(len(result))
            result.append(self.value())
            self.path.pop()
            if self.closed("]"):
                return result

    def closed(self, end: str) -> bool:
        """Step over a comma (False) or the closing bracket (True). Raises `FlawError` at anything else."""
        char = self.space()
        if char not in (",", end) or not char:
            raise self.flaw(_expected(Message.verbatim(f"“,” / “{end}”"), char))
        self.at += 1
        if char == ",":
            self.space()
        return char == end

    def string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise self.flaw(
                Message(
                    N_("This text is not closed, or it holds a character or an escape that JSON forbids.")
                )
            )
        value = _unescaped(match.group(1))
        if not storable(value):
            raise self.flaw(Message(N_("Remove the invisible character that cannot be stored.")))
        self.at = match.end()
        return value


def _unescaped(body: str) -> str:
    if "\\" not in body:
        return body
    joined = _ESCAPE.sub(
        lambda match: _PLAIN.get(match[1], match[1]) if match[1] else chr(int(match[2], 16)), body
    )
    # Two escapes may make one character: a surrogate pair becomes the character that it stands for.
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _expected(what: Message, found: str) -> Message:
    if not found:
        return Message(N_("The file ends too early. It seems to be cut off."))
    return Message(N_("{what} is expected here, but {found} stands here."), what=what, found=_shown(found))


def _shown(char: str) -> str:
    return f"“{char}”" if char.isprintable() else f"U+{ord(char):04X}"
