"""Rows of a Parquet file, batch by batch. Needs pyarrow, which is loaded when it is first used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from engine.i18n import N_, Message
from engine.store.imports.reading import Row
from engine.store.imports.result import ImportRefused
from engine.store.values import SEPARATOR

_AT_ONCE = 10_000


class ParquetTable:
    """A Parquet file; its rows count from 1. Values become text, lists the values of a multi-value field."""

    def __init__(self, path: Path) -> None:
        library = _library()
        self._path = path
        try:
            self._file = library.ParquetFile(path)
            self.header: list[str] = [str(name) for name in self._file.schema_arrow.names]
            self.total = max(1, int(self._file.metadata.num_rows))
        except Exception as error:
            raise self._broken(error) from error
        self.done = 0

    def rows(self) -> Iterator[Row]:
        """Raises `ImportRefused` where the file breaks off."""
        line = count(1)
        batches = self._file.iter_batches(batch_size=_AT_ONCE)
        while True:
            try:
                batch = next(batches, None)
                columns = [] if batch is None else [column.to_pylist() for column in batch.columns]
            except Exception as error:
                raise self._broken(error) from error
            if batch is None:
                return
            for values in zip(*columns, strict=True):
                yield next(line), [_text(value) for value in values]
            self.done += batch.num_rows

    def close(self) -> None:
        self._file.close()

    def _broken(self, error: Exception) -> ImportRefused:
        text = N_("{file} is no Parquet file that can be read to its end ({reason}).")
        return ImportRefused(Message(text, file=self._path.name, reason=type(error).__name__))


def _library() -> Any:
    try:
        return import_module("pyarrow.parquet")
    except ImportError as error:
        text = N_("To read Parquet files, install pyarrow (pip install pyarrow), or save the file as CSV.")
        raise ImportRefused(Message(text)) from error


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="milliseconds")
        case list() | tuple():
            return SEPARATOR.join(_text(part) for part in value)
        case bytes():
            return value.decode("utf-8", errors="replace")
        case _:
            return str(value)
