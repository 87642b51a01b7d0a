"""A kind of file: its name, its version, how older versions become the present one, and its model."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from engine.files.errors import FileError
from engine.files.findings import findings
from engine.files.reading import Source, read_bytes, read_json
from engine.files.saving import save_bytes
from engine.files.writing import canonical
from engine.i18n import N_, Message

Step = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the object of one version to the next one, and leaves its argument alone."""


class FileModel(BaseModel):
    """Base of what stands in a file: unknown fields refused, nothing converted, values frozen."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        validate_by_name=True,
        validate_by_alias=True,
        defer_build=True,  # building only the models in use keeps the command line's start short
    )

    def canonical(self) -> dict[str, Any]:
        """The object as the file holds it: declared order, defaults written out."""
        return self.model_dump(mode="json", by_alias=True)


M = TypeVar("M", bound=FileModel)


class FileFormat(Generic[M]):
    """How one kind of file is read and written.

    Attributes:
        name: the value of the file's `format` field.
        model: what the file holds: a `FileModel`, or an annotated union of some.
        steps: for each older version, the step to the one after it. The present version follows from them.
    """

    def __init__(self, name: str, model: Any, steps: Mapping[int, Step] | None = None) -> None:
        self.name = name
        self.model = model
        self.steps = dict(steps or {})
        self.version = max(self.steps, default=0) + 1

    @cached_property
    def adapter(self) -> TypeAdapter[M]:
        """The model's validator, built when it is first needed."""
        return TypeAdapter(self.model)

    def load(self, path: Path) -> M:
        """Read a file. Raises `FileError`."""
        return self.parse(read_bytes(path), path)

    def parse(self, data: bytes, path: Path) -> M:
        """Read the content of a file; `path` is what errors name. Raises `FileError`."""
        return self.model_of(self.source(data, path))

    def source(self, data: bytes, path: Path) -> Source:
        """The file's object in the present version. Raises `FileError`."""
        return self._migrated(read_json(data, path))

    def model_of(self, source: Source) -> M:
        """The object read against the model. Raises `FileError` at what it refuses first."""
        try:
            # JSON mode: a model may ask for tuples and times, which only JSON may give as lists and texts.
            value: M = self.adapter.validate_json(source.text, by_alias=True, by_name=False)
        except ValidationError as error:
            raise first_error(source, error) from None
        return value

    def dump(self, value: M) -> bytes:
        """The canonical bytes."""
        return canonical(value.canonical())

    def save(self, value: M, path: Path) -> None:
        """Write the file atomically. Raises `FileError`."""
        save_bytes(path, self.dump(value))

    def _migrated(self, source: Source) -> Source:
        version = self._version(source)
        if version == self.version:
            return source
        value = source.value
        for step in range(version, self.version):
            value = self.steps[step](value)
            value["version"] = step + 1
        return Source(source.path, json.dumps(value, ensure_ascii=False), value)

    def _version(self, source: Source) -> int:
        if source.value.get("format") != self.name:
            message = Message(
                N_("This is not a {format} file: its field “format” says otherwise."), format=self.name
            )
            raise source.error(("format",), message)
        version = source.value.get("version")
        if type(version) is not int or version < min(self.steps, default=self.version):
            raise source.error(
                ("version",),
                Message(N_("“version” must be a whole number, at most {newest}."), newest=self.version),
            )
        if version > self.version:
            message = Message(
                N_("The file has version {version}, this program reads up to {newest}. Update the program."),
                version=version,
                newest=self.version,
            )
            raise source.error(("version",), message)
        return version


def first_error(source: Source, error: ValidationError) -> FileError:
    """The first of a model's findings, at its line."""
    finding = next(findings(error))
    path, _ = source.located(finding.path)
    return source.error(path, finding.message)
