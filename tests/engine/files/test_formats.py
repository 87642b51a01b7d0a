"""Formats: name, version, migration, and where a model's findings stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from engine.files import FileError, FileFormat, FileModel
from engine.files.findings import findings

PATH = Path("x.thing.json")


class Thing(FileModel):
    format: Literal["thing"] = "thing"
    version: Literal[3] = 3
    size: int
    tags: tuple[str, ...] = ()


def _second(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "size": value["length"]}


def _third(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != "length"}


THING: FileFormat[Thing] = FileFormat("thing", Thing, {1: _second, 2: _third})


def test_writes_defaults_and_reads_without_them() -> None:
    thing = THING.parse(b'{"format": "thing", "version": 3, "size": 1}', PATH)
    assert THING.dump(thing) == (b'{\n  "format": "thing",\n  "version": 3,\n  "size": 1,\n  "tags": []\n}\n')


@pytest.mark.parametrize(
    "data",
    [
        b'{"format": "thing", "version": 1, "length": 7}',
        b'{"format": "thing", "version": 2, "length": 7, "size": 7}',
        b'{"format": "thing", "version": 3, "size": 7}',
    ],
)
def test_migrates_step_by_step(data: bytes) -> None:
    assert THING.parse(data, PATH) == Thing(size=7)


@pytest.mark.parametrize(
    ("data", "line", "field", "words"),
    [
        (b'{"version": 3, "size": 1}', 1, "format", "not a thing file"),
        (b'{\n"format": "other"}', 2, "format", "not a thing file"),
        (b'{"format": "thing"}', 1, "version", "at most 3"),
        (b'{"format": "thing",\n"version": 4, "new": 1}', 2, "version", "Update the program"),
        (b'{"format": "thing",\n"version": true}', 2, "version", "at most 3"),
        (b'{"format": "thing", "version": 3,\n"size": "1"}', 2, "size", "whole number"),
        (b'{"format": "thing", "version": 3,\n"size": 1.0}', 2, "size", "whole number"),
        (b'{"format": "thing", "version": 3, "size": 1, "tags": ["a",\n2]}', 2, "tags.1", "text"),
        (b'{"format": "thing", "version": 3, "size": 1,\n"sice": 2}', 2, "sice", "not known"),
        (b'{"format": "thing", "version": 3}', 1, "size", "Fill this in"),
    ],
)
def test_refuses_with_line_and_field(data: bytes, line: int, field: str, words: str) -> None:
    with pytest.raises(FileError) as caught:
        THING.parse(data, PATH)
    assert (caught.value.line, caught.value.field) == (line, field)
    assert words in str(caught.value.message)


def test_save_and_load(tmp_path: Path) -> None:
    THING.save(Thing(size=2), tmp_path / "a")
    assert THING.load(tmp_path / "a") == Thing(size=2)


def test_a_list_of_wrong_items_is_not_called_too_short_as_well() -> None:
    class Listing(BaseModel):
        names: tuple[str, ...] = Field(min_length=1)

    def said(data: str) -> list[str]:
        with pytest.raises(ValidationError) as caught:
            Listing.model_validate_json(data)
        return [str(found.message) for found in findings(caught.value)]

    assert said('{"names": [1]}') == ["Enter a text."]
    assert said('{"names": []}') == ["Choose at least 1."]
