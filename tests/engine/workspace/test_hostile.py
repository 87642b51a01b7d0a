"""Files from anybody: 2,000 generated bad ones, each refused with a place; nothing on the disk changes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.files import MAX_BYTES, MAX_DEPTH, FileError
from engine.workspace import bundle
from engine.workspace.checking import fmt, validate
from engine.workspace.formats import canonical_form
from engine.workspace.template import SHIPPED
from tests.engine.workspace import examples
from tests.engine.workspace.examples import NOW, PATH, encoded, filled_workspace

COUNT = 2_000

Chance = random.Random
Mutation = Callable[[bytes, Chance], bytes]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a value with one of its keys or indices."""
    found = []
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict | list):
            keys = list(item) if isinstance(item, dict) else range(len(item))
            found += [(item, key) for key in keys]
            pending += item.values() if isinstance(item, dict) else item
    return found


def cut(data: bytes, chance: Chance) -> bytes:
    return data[: chance.randrange(len(data) - 2)]


def flip(data: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def splice(data: bytes, chance: Chance) -> bytes:
    at, length = chance.randrange(len(data)), chance.randrange(1, 40)
    piece = data[chance.randrange(len(data)) :][:length]
    return data[:at] + piece + data[at + chance.choice([0, length]) :]


def replaced(data: bytes, chance: Chance, *values: Any) -> bytes:
    value = json.loads(data)
    container, key = chance.choice(places(value))
    container[key] = "\x00HERE\x00"
    return json.dumps(value, indent=1).replace('"\\u0000HERE\\u0000"', chance.choice(values)).encode()


def wrong_type(data: bytes, chance: Chance) -> bytes:
    return replaced(data, chance, "null", "true", "3", "-1.5", '"x"', "[]", "{}", "[[1]]", '{"a": {"b": 1}}')


def no_number(data: bytes, chance: Chance) -> bytes:
    return replaced(
        data, chance, "NaN", "Infinity", "-Infinity", "1e999", "9" * 30, "9" * 5000, "0.1" + "7" * 30
    )


def unstorable(data: bytes, chance: Chance) -> bytes:
    return replaced(data, chance, '"\\u0000"', '"a\\ud800"', '"\\udfff\\ud800"', '"\x00"', '"\x1f"', '"\t"')


def deep(data: bytes, chance: Chance) -> bytes:
    depth = chance.choice([MAX_DEPTH + 1, 100, 5_000])
    return replaced(data, chance, "[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth, "[" * depth)


def duplicate(data: bytes, chance: Chance) -> bytes:
    value = json.loads(data)
    objects = [container for container, _ in places(value) if isinstance(container, dict)]
    target = chance.choice(objects)
    target["HERE"] = 1
    key = json.dumps(chance.choice([key for key in target if key != "HERE"]))
    return json.dumps(value, indent=1).replace('"HERE"', key).encode()


def unknown_key(data: bytes, chance: Chance) -> bytes:
    value = json.loads(data)
    container, _ = chance.choice(places(value))
    if isinstance(container, dict):
        container[chance.choice(["extra", "__proto__", "", "名", "Id", "x" * 300])] = chance.choice(
            [1, "x", {}]
        )
    return encoded(value)


def missing_key(data: bytes, chance: Chance) -> bytes:
    value = json.loads(data)
    container, key = chance.choice(places(value))
    del container[key]
    return encoded(value)


def not_utf8(data: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + chance.choice([b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"]) + data[at:]


def other_encoding(data: bytes, chance: Chance) -> bytes:
    return data.decode().encode(chance.choice(["utf-8-sig", "utf-16", "utf-32-le"]))


MUTATIONS: list[Mutation] = [
    cut, flip, splice, wrong_type, no_number, unstorable, deep, duplicate, unknown_key, missing_key, not_utf8,
    other_encoding,
]  # fmt: skip


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """A canonical file of every kind."""
    values = [value for name, value in vars(examples).items() if name.endswith("_JSON")]
    workspace = filled_workspace(tmp_path_factory.mktemp("workspace"))
    exported = bundle.write(bundle.make(workspace, workspace.load_campaign("c_1")))
    templates = [path.read_bytes() for path in sorted(SHIPPED.iterdir())]
    return [canonical_form(encoded(value), PATH) for value in values] + [exported] + templates


def refusal(data: bytes, path: Path) -> FileError | None:
    """Why a file is refused; a mutation may leave a good one, and then writing and reading it agree."""
    try:
        wanted = canonical_form(data, path)
    except FileError as error:
        return error
    assert canonical_form(wanted, path) == wanted
    return None


def test_generated_bad_files(tmp_path: Path, originals: list[bytes]) -> None:
    chance = random.Random(20261123)
    path = tmp_path / "hostile.json"
    refused = 0
    kinds: set[str] = set()
    while refused < COUNT:
        mutation = chance.choice(MUTATIONS)
        data = mutation(chance.choice(originals), chance)
        path.write_bytes(data)
        error = refusal(data, path)
        if error is not None:
            refused += 1
            kinds.add(mutation.__name__)
            assert error.path == path
            assert error.line is not None or error.field
            assert str(error.message).strip()
            if refused % 10 == 0:  # the commands that people call on such files
                assert [finding.code for finding in validate(path, NOW)] == ["file_error"]
                with pytest.raises(FileError):
                    fmt(path, check=False)
        assert path.read_bytes() == data
        assert [entry.name for entry in tmp_path.iterdir()] == ["hostile.json"]
    assert len(kinds) == len(MUTATIONS)


@pytest.mark.parametrize("filler", [b" ", b"["])
def test_huge(tmp_path: Path, filler: bytes) -> None:
    path = tmp_path / "huge.campaign.json"
    path.write_bytes(b'{"format": "campaign", "x": ' + filler * MAX_BYTES)
    with pytest.raises(FileError, match="larger than 10 MiB"):
        fmt(path, check=False)
    (finding,) = validate(path, NOW)
    assert "larger than 10 MiB" in str(finding)
