"""`data import`: a folder of CSV files into the engine's database."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.client import bundled
from engine.commands.target import Target
from engine.server.answering import import_answer
from engine.server.wire import ImportAnswer
from engine.store.fields import DataSchema


def import_data(target: Target, folder: Path) -> None:
    """Import a data folder, through the running engine if there is one; print counts and rejects.

    Raises `ImportRefused`, `EngineRefused`, `FileError`, `StoreError`, `Refused`.
    """
    client = None if target.workspace is None else bundled(target.workspace.folder)
    if client is not None:
        with client:
            show(client.import_folder(folder))
    else:
        show(_directly(target, folder))


def show(answer: ImportAnswer) -> None:
    """One line a count, then one line a reject."""
    for name, count in answer.counts.items():
        print(f"{name}: {count}")
    print(f"rejected: {answer.rejected}")
    for reject in answer.rejects:
        place = reject.file if reject.line is None else f"{reject.file}:{reject.line}"
        print(f"{place}: {reject.text}")
    for note in answer.notes:
        print(note)


def _directly(target: Target, folder: Path) -> ImportAnswer:
    catalogue = None if target.workspace is None else DataSchema.of(target.workspace.catalog)
    with target.engine() as (engine, _):
        return import_answer(engine.import_data(folder, catalogue, _progress()))


class _progress:  # noqa: N801 - used like a function
    """Tells a person at the terminal how far the import is; silent where nobody watches."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()

    def __call__(self, file: str, rows: int) -> None:
        if self._watched:
            print(f"\r{file}: {rows:,}", end="", file=sys.stderr, flush=True)
