"""Imports over the wire, of folders and of tables."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.server.wire.base import Answer, FilePath, Wire
from engine.workspace.fields import FieldType
from engine.workspace.mapping import MappingFile


class ImportOrder(Wire):
    """A data folder on the engine's own computer."""

    folder: FilePath


class ImportReject(Answer):
    """A row that was not taken; `line` counts from 1, null for the file as a whole."""

    file: str
    line: int | None
    text: str


class ImportAnswer(Answer):
    """What an import did.

    Attributes:
        counts: rows taken, by kind (`people`, `tags`, `events` …).
        rejected: rows that were not; `rejects` are the first of them.
        notes: what was assumed.
    """

    counts: dict[str, int]
    rejected: int
    rejects: list[ImportReject] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)


class TableImportOrder(Wire):
    """A table on the engine's own computer, and what its columns are."""

    file: FilePath
    mapping: MappingFile


class LearnedFields(Answer):
    """What an import brought that a catalogue may not know: types by name; values of tags, where few."""

    attributes: dict[str, FieldType] = Field(default_factory=dict)
    tags: dict[str, FieldType] = Field(default_factory=dict)
    events: dict[str, dict[str, FieldType]] = Field(default_factory=dict)
    id_types: list[str] = Field(default_factory=list)
    values: dict[str, list[str]] = Field(default_factory=dict)


class ImportState(Answer):
    """The import that runs, or the last one that did since the engine started.

    Attributes:
        id: its number, null before it has one. file: its name.
        done, total: of the file's bytes or rows, as far as that is known.
        answer: what it did, once it is done. problem: why nothing of it was taken.
    """

    state: Literal["none", "running", "done", "failed", "cancelled"]
    id: int | None = None
    file: str = ""
    done: int = 0
    total: int = 0
    answer: ImportAnswer | None = None
    learned: LearnedFields | None = None
    problem: str | None = None


class KnownImport(Answer):
    """An import that was. `rejects`: there is a file with the rows that were not taken."""

    id: int
    state: str
    source: str
    started_at: str
    finished_at: str | None
    counts: dict[str, int] = Field(default_factory=dict)
    undoable: bool = False
    rejects: bool = False


class KnownImports(Answer):
    """The last imports, the latest first."""

    imports: list[KnownImport]


class Undone(Answer):
    """What was taken back, by kind (`people`, `values`, `events`, `coupons`), and what stays (`…_kept`)."""

    counts: dict[str, int]
