"""`schema.json` of a data folder: the types of attributes, tags and events."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from engine.files.errors import FileError
from engine.files.reading import read_bytes, read_json
from engine.i18n import N_, Message
from engine.shapes.conditions import FieldType
from engine.shapes.model import Shape
from engine.shapes.text import Text
from engine.store.fields import DataSchema
from engine.store.imports.result import ImportRefused
from engine.store.values import MAX_KEY

FieldName = Annotated[Text, Field(min_length=1, max_length=MAX_KEY)]
FieldTypes = dict[FieldName, FieldType]


class SchemaFile(Shape):
    """The content of `schema.json`; every part may be left out."""

    attributes: FieldTypes = Field(default_factory=dict)
    tags: FieldTypes = Field(default_factory=dict)
    events: dict[FieldName, FieldTypes] = Field(default_factory=dict)


def read_schema(path: Path) -> DataSchema:
    """The types that the file gives; none where there is no such file. Raises `ImportRefused`."""
    if not path.exists():
        return DataSchema()
    try:
        source = read_json(read_bytes(path).removeprefix(b"\xef\xbb\xbf"), path)
    except FileError as error:
        raise ImportRefused(_place(path, error.field, error.message, error.line)) from error
    try:
        parsed = SchemaFile.model_validate(source.value)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        types = Message(N_("The types are text, number, time and multi."))
        raise ImportRefused(_place(path, where, types, None)) from error
    return DataSchema(parsed.attributes, parsed.tags, parsed.events)


def _place(path: Path, field: str, message: Message, line: int | None) -> Message:
    place = path.name if line is None else f"{path.name}:{line}"
    return Message(
        N_("{place}: {field}: {message}") if field else N_("{place}: {message}"),
        place=place,
        field=field,
        message=message,
    )
