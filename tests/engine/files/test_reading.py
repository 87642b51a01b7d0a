"""Strict reading: what is refused, and where the error says it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.files import MAX_BYTES, MAX_DEPTH, FileError, read_bytes, read_json
from engine.files.scanner import scan
from engine.i18n import Message

PATH = Path("some.json")


def refused(data: bytes) -> FileError:
    with pytest.raises(FileError) as caught:
        read_json(data, PATH)
    return caught.value


@pytest.mark.parametrize(
    ("data", "line", "field", "words"),
    [
        (b'{\n"a": {"b": 1,\n"b": 2}}', 3, "a.b", "second time"),
        (b'{\n"a": NaN}', 2, "a", "NaN"),
        (b'{"a": [0,\n-Infinity]}', 2, "a.1", "-Infinity"),
        (b'{"a":\n"\\ud800"}', 2, "a", "cannot be stored"),
        (b'{"\\udc00": 1}', 1, "", "cannot be stored"),
        (b'{"a": "\\u0000"}', 1, "a", "cannot be stored"),
        (b'{"a": "\x00"}', 1, "a", "JSON forbids"),
        (b'{"a": "x\ny"}', 1, "a", "JSON forbids"),
        (b'\xef\xbb\xbf{"a": 1}', 1, "", "byte order mark"),
        (b'{\n\n"a": "\xff"}', 3, "", "UTF-8"),
        (b'{"a": 1e999}', 1, "a", "too large"),
        (b'{"a": 9223372036854775808}', 1, "a", "too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", 1, "a", "too large"),
        (b'{"a": 0.12345678901234567890}', 1, "a", "digits"),
        (b"[1]", 1, "", "one JSON object"),
        (b"  \n", 1, "", "empty"),
        (b'{"a": [1, 2', 1, "a", "cut off"),
        (b'{"a": 1,\n}', 2, "", "field name"),
        (b'{"a": 1} {', 1, "", "goes on"),
        (b'{"a": 01}', 1, "", "expected"),
        (b'{"a": tru}', 1, "a", "value is expected"),
        (b"\x00", 1, "", "value is expected"),
    ],
)
def test_refuses_with_line_and_field(data: bytes, line: int, field: str, words: str) -> None:
    error = refused(data)
    assert (error.line, error.field) == (line, field)
    assert words in str(error.message)
    assert str(error).startswith("some.json:")


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_refuses_depth_before_it_overflows(opening: bytes) -> None:
    assert "levels deep" in str(refused(b'{"x":' + opening * 200_000).message)


def test_depth_limit_is_exact() -> None:
    def nested(depth: int) -> bytes:
        return b'{"a":' * depth + b"1" + b"}" * depth

    assert read_json(nested(MAX_DEPTH), PATH).value
    assert refused(nested(MAX_DEPTH + 1)).field.count("a") == MAX_DEPTH


def test_size_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    path.write_bytes(b'{"a": "' + b"x" * MAX_BYTES + b'"}')
    with pytest.raises(FileError, match="larger than 10 MiB"):
        read_json(read_bytes(path), path)


def test_surrogate_pairs_are_characters() -> None:
    assert read_json(b'{"\\ud83d\\ude00": "\\ud83d\\ude00"}', PATH).value == {"😀": "😀"}


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # opening it would wait for a writer for ever
    for path, words in ((pipe, "regular file"), (tmp_path, "folder"), (tmp_path / "none", "no such file")):
        with pytest.raises(FileError, match=words):
            read_bytes(path)


def test_error_stands_at_the_line_of_what_should_hold_a_missing_field() -> None:
    source = read_json(b'{\n "a": {\n  "b": [1,\n 2]}}', PATH)
    assert source.error(("a", "b", 1), Message("x")).line == 4
    assert source.error(("a", "c"), Message("x")).line == 2
    assert source.error((), Message("x")).line == 1


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.integers(0, 3) | st.none(), st.booleans())
def test_scanner_and_parser_agree(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert scan(text, 64).value == json.loads(text)
