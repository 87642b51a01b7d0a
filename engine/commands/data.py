"""`data`: folders and tables into the engine's database, what was imported and how it is undone, erasing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.client import EngineClient, bundled
from engine.client.imports import learned_of
from engine.commands.errors import CommandError
from engine.commands.target import Target
from engine.i18n import N_, Message, tr
from engine.server.answering import import_answer, moment_text
from engine.server.wire.imports import ImportAnswer
from engine.store.fields import DataSchema
from engine.store.imports.formats import format_of_file
from engine.store.imports.guessing import Kind, guessed
from engine.store.imports.identities import Rules
from engine.store.imports.learned import Learned, too_many_ids
from engine.store.imports.result import ImportRefused
from engine.store.imports.survey import Survey, preview, survey
from engine.store.imports.table import TableOrder
from engine.workspace.catalog import Catalog
from engine.workspace.engine_folder import rejects_file
from engine.workspace.mapping import MAPPING, MappingFile, problem_of

POLL_S = 0.2
"""Between two questions how far an import is."""


class Reading(NamedTuple):
    """How a table is to be read where that is not to be found out; each may be None."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


def import_data(
    target: Target, path: Path, mapping: str | None, reading: Reading, rejects: Path | None
) -> None:
    """Import a data folder, or a table by a mapping; print counts and rejects.

    Through the running engine if there is one. mapping: a file, or the name of one of the workspace; None:
    the one of the workspace that fits. rejects: where the rows of a table are written that are not taken.
    Raises `ImportRefused`, `EngineRefused`, `FileError`, `StoreError`, `Refused`, `CommandError`.
    """
    if path.is_dir():
        with _client(target) as client:
            answer = client.import_folder(path) if client is not None else _folder(target, path)
            show(answer)
        return
    how = _mapping(target, path, mapping, reading)
    with _client(target) as client:
        if client is not None:
            answer, learned = _table_there(client, path, how, rejects)
        else:
            answer, learned = _table_here(target, path, how, rejects)
    show(answer)
    if target.workspace is not None and learned is not None:
        target.workspace.amend_catalog(learned.taught)


def describe(
    path: Path, kind: Kind | None, reading: Reading, out: Path | None, target: Target | None
) -> None:
    """Print what a table holds, and write a mapping to begin with. Raises `ImportRefused`, `FileError`."""
    found = survey(path, format_of_file(path, *reading) if any(reading) else None)
    catalog = Catalog() if target is None or target.workspace is None else target.workspace.catalog
    mapping = guessed(found, catalog, path, kind)
    _print_survey(found, mapping)
    if out is not None:
        MAPPING.save(mapping, out)
        if (problem := problem_of(mapping)) is not None:
            print(tr("{file}: {problem}", file=out, problem=problem))


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


def imports(target: Target) -> None:
    """Print the last imports, the latest first: number, state, time, source, counts."""
    with target.engine() as (engine, _):
        for one in engine.imports():
            counts = " ".join(f"{name}={n}" for name, n in one.counts.items() if n)
            undoable = tr("can be undone") if one.undoable else "-"
            begun = moment_text(one.started_at)
            print(f"{one.id} {one.state} {begun} {one.source} {undoable} {counts}".rstrip())


def undo(target: Target, id: int) -> None:
    """Take an import back; print what was taken back and what stays. Raises `UndoRefused`."""
    with _client(target) as client:
        if client is not None:
            _show_counts(client.undo_import(id))
            return
    with target.engine() as (engine, _):
        _show_counts(engine.undo_import(id))


def erase(target: Target, person: str, *, suppress: bool, certain: bool) -> None:
    """Forget a person, once somebody said yes. Raises `UnknownPerson`, `CommandError`."""
    if not certain:
        text = N_("Erasing “{id}” cannot be undone. Say --yes if that is what you want.")
        raise CommandError(Message(text, id=person))
    with _client(target) as client:
        if client is not None:
            _show_counts(client.erase_person(person, suppress=suppress))
            return
    with target.engine() as (engine, _):
        _show_counts(engine.erase_person(person, suppress=suppress))


@contextmanager
def _client(target: Target) -> Iterator[EngineClient | None]:
    """A client of the workspace's engine, if it runs."""
    client = None if target.workspace is None else bundled(target.workspace.folder)
    if client is None:
        yield None
        return
    with client:
        yield client


def _mapping(target: Target, path: Path, mapping: str | None, reading: Reading) -> MappingFile:
    """A mapping file, one of the workspace by its name, or the one of the workspace that fits the table."""
    workspace = target.workspace
    if mapping is not None and (Path(mapping).is_file() or workspace is None):
        found: MappingFile | None = MAPPING.load(Path(mapping))
    elif workspace is not None and mapping is not None:
        found = workspace.mappings.by_name(mapping)
        if found is None:
            text = N_("The workspace has no mapping “{name}”, and there is no such file.")
            raise CommandError(Message(text, name=mapping))
    else:
        header = preview(path, format_of_file(path, *reading)).header
        known = [] if workspace is None else list(workspace.mappings.values())
        found = next((one for one in known if one.fits(header)), None)
    if found is None:
        text = N_(
            "Say what the columns of {file} are, with --mapping. “data describe {file} --out MAPPING” writes"
            " a mapping to begin with."
        )
        raise CommandError(Message(text, file=path.name))
    said = {name: value for name, value in reading._asdict().items() if value is not None}
    return found.model_copy(update=said)


def _table_there(
    client: EngineClient, path: Path, mapping: MappingFile, rejects: Path | None
) -> tuple[ImportAnswer, Learned | None]:
    """By the engine that runs."""
    client.import_table(path, mapping)
    progress = _progress_of_table()
    while (state := client.import_state()).state == "running":
        progress(state.done, state.total)
        time.sleep(POLL_S)
    if state.answer is None:
        raise CommandError(Message.verbatim(state.problem or tr("The import was cancelled.")))
    if rejects is not None and state.answer.rejected and state.id is not None:
        client.save_rejects(state.id, rejects)
    return state.answer, None if state.learned is None else learned_of(state.learned)


def _table_here(
    target: Target, path: Path, mapping: MappingFile, rejects: Path | None
) -> tuple[ImportAnswer, Learned | None]:
    """By an engine of our own."""
    workspace = target.workspace
    catalog = Catalog() if workspace is None else workspace.catalog
    if (problem := too_many_ids(mapping, catalog)) is not None:
        raise ImportRefused(problem)
    several = frozenset(name for name, type_ in catalog.id_types.items() if type_.multi)
    place = None if workspace is None else partial(rejects_file, workspace.folder)
    with target.engine() as (engine, _):
        order = TableOrder(
            path,
            mapping,
            ZoneInfo("UTC" if workspace is None else workspace.settings.time_zone),
            DataSchema.of(catalog),
            Rules(catalog.identifying, several),
            place if rejects is None else lambda _id: rejects,
        )
        result = engine.import_table(order, _progress_of_table())
    return import_answer(result), result.learned


def _folder(target: Target, folder: Path) -> ImportAnswer:
    catalogue = None if target.workspace is None else DataSchema.of(target.workspace.catalog)
    with target.engine() as (engine, _):
        return import_answer(engine.import_data(folder, catalogue, _progress()))


def _print_survey(found: Survey, mapping: MappingFile) -> None:
    format = found.format
    how = [format.kind] if format.kind != "csv" else [format.kind, format.encoding, repr(format.delimiter)]
    print(" ".join(how), tr("{n} rows", n=found.rows), tr("{n} cannot be read", n=found.rejected))
    for column, mapped in zip(found.columns, mapping.columns, strict=True):
        print(f"{column.name} → {mapped.to} {mapped.type or ''} ({', '.join(column.examples)})")
        if (broken := column.broken) is not None:
            text = tr(
                "  {type} up to line {line}: “{value}”",
                type=broken.type,
                line=broken.line,
                value=broken.value,
            )
            print(text)
    for reject in found.rejects:
        print(reject)


def _show_counts(counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        if count:
            print(f"{name}: {count}")


class _progress:  # noqa: N801 - used like a function
    """Tells a person at the terminal how far the import is; silent where nobody watches."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()

    def __call__(self, file: str, rows: int) -> None:
        if self._watched:
            print(f"\r{file}: {rows:,}", end="", file=sys.stderr, flush=True)


class _progress_of_table(_progress):  # noqa: N801
    """The same of a table, in per cent."""

    def __call__(self, done: object, total: int) -> None:
        if self._watched and isinstance(done, int):
            print(f"\r{100 * done // max(1, total)} %", end="", file=sys.stderr, flush=True)
