"""Strict reading of JSON that may come from anybody.

The standard library's parser does the work; where it or a check stumbles, the slower scanner of
`engine.files.scanner` runs and says which line and field it is.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from engine.files.errors import FileError
from engine.files.scanner import FlawError, Scan, line_at, number, scan, storable
from engine.i18n import N_, Message

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 32

_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class Source:
    """A parsed JSON object together with the text that it came from, for errors that name line and field."""

    def __init__(self, path: Path, text: str, value: dict[str, Any]) -> None:
        self.path = path
        self.text = text
        self.value = value
        self._scan: Scan | None = None

    def error(self, path: tuple[str | int, ...], message: Message) -> FileError:
        """An error at a field. Where the field itself is missing, the line is that of what should hold it."""
        return FileError(self.path, self._line(path), ".".join(str(part) for part in path), message)

    def _line(self, path: tuple[str | int, ...]) -> int:
        if self._scan is None:
            self._scan = scan(self.text, MAX_DEPTH)
        positions = self._scan.positions
        known = next(path[:end] for end in range(len(path), -1, -1) if path[:end] in positions)
        return line_at(self.text, positions[known])

    def located(self, loc: tuple[str | int, ...]) -> tuple[tuple[str | int, ...], bool]:
        """A model's location as a path into the file, and whether the two are the same.

        Models add parts that the file does not have (the members of a union); they are dropped here.
        """
        path: list[str | int] = []
        value: Any = self.value
        for index, part in enumerate(loc):
            if (isinstance(value, Mapping) and part in value) or _is_index(value, part):
                value = value[part]
                path.append(part)
            elif index == len(loc) - 1 and isinstance(value, Mapping):
                path.append(part)  # a field that is missing
        return tuple(path), len(path) == len(loc)


def read_bytes(path: Path) -> bytes:
    """The content of a regular file of at most `MAX_BYTES`. Raises `FileError`."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise FileError(path, None, "", Message(N_("This is a folder. Choose a file.")))
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device would block or never end
            raise FileError(path, None, "", Message(N_("This is not a regular file. Choose another.")))
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise FileError(path, None, "", Message(N_("There is no such file."))) from None
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    return data


def unreadable(path: Path, error: OSError | ValueError) -> FileError:
    """The error for a file that the system refuses to read."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return FileError(path, None, "", Message(N_("The file cannot be read: {reason}."), reason=reason))


def read_json(data: bytes, path: Path) -> Source:
    """Parse one JSON object strictly. `path` is what errors name.

    Raises `FileError` for anything but plain UTF-8 JSON without duplicate keys, values that are not numbers,
    numbers that lose digits, text that cannot be stored, more than `MAX_BYTES` or deeper than `MAX_DEPTH`.
    """
    text = _decoded(data, path)
    try:
        value = _parsed(text)
    except (ValueError, RecursionError):
        _refuse(text, path)
    if not isinstance(value, dict):
        raise FileError(path, 1, "", Message(N_("The file must hold one JSON object.")))
    return Source(path, text, value)


def _decoded(data: bytes, path: Path) -> str:
    if len(data) > MAX_BYTES:
        size = MAX_BYTES // 2**20
        raise FileError(path, None, "", Message(N_("The file is larger than {size} MiB."), size=size))
    if not data.strip():
        raise FileError(path, 1, "", Message(N_("The file is empty.")))
    if data.startswith(b"\xef\xbb\xbf"):
        message = Message(N_("The file begins with a byte order mark. Save it as UTF-8 without one."))
        raise FileError(path, 1, "", message)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = Message(N_("This is not UTF-8 text. Save the file as UTF-8."))
        raise FileError(path, line, "", message) from None


def _parsed(text: str) -> Any:
    """The value of the text; `ValueError` or `RecursionError` where it has to be looked at closely."""
    value = json.loads(
        text, object_pairs_hook=_object, parse_int=number, parse_float=number, parse_constant=_no_constant
    )
    if _SUSPECT_ESCAPE.search(text) and not _all_storable(value):
        raise ValueError("text that cannot be stored")
    _check_depth(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key")
    return result


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _check_depth(value: Any) -> None:
    level = [value] if isinstance(value, dict | list) else []
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError("too deep")
        level = [child for parent in level for child in _children(parent) if type(child) in (dict, list)]


def _children(value: Any) -> Any:
    return value.values() if type(value) is dict else value


def _all_storable(value: Any) -> bool:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if not storable(item):
                return False
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return True


def _refuse(text: str, path: Path) -> NoReturn:
    try:
        scan(text, MAX_DEPTH)
    except FlawError as flaw:
        field = ".".join(str(part) for part in flaw.path)
        raise FileError(path, line_at(text, flaw.position), field, flaw.message) from None
    raise FileError(path, 1, "", Message(N_("This is not a valid JSON file.")))


def _is_index(value: Any, part: str | int) -> bool:
    return isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value)
