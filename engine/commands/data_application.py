"""The commands of `engine.commands.data` as typer knows them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.options import Database, SomeWorkspace, group
from engine.i18n import tr


class Kinds(StrEnum):
    """What the rows of a table are."""

    PEOPLE = "people"
    EVENTS = "events"


def add_to(root: typer.Typer) -> None:
    """Add the commands, described in the present language."""
    data = group(tr("The people and events that campaigns work on."))
    data.command("import", help=tr("Take people and events in: a folder of CSV files, or one table."))(
        import_data
    )
    data.command("describe", help=tr("Say what a table holds, and write a mapping to begin with."))(describe)
    data.command("imports", help=tr("List the last imports."))(imports)
    data.command("undo", help=tr("Take an import back; say what stays."))(undo)
    data.command("erase", help=tr("Forget a person for ever."))(erase)
    root.add_typer(data, name="data")


# As in `engine.commands.application`: typer reads the annotations while it runs.

Encoding = Annotated[str | None, typer.Option(metavar="NAME", help=tr("Such as utf-8 or gb18030."))]
Delimiter = Annotated[str | None, typer.Option(metavar="CHARACTER", help=tr("Between the cells of CSV."))]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", help=tr("Of an Excel workbook; else the first."))]


def import_data(
    path: Annotated[Path, typer.Argument(metavar="FOLDER|FILE", show_default=False)],
    workspace: SomeWorkspace = None,
    db: Database = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|NAME", help=tr("What the columns of a table are; else the one that fits.")
        ),
    ] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    rejects: Annotated[
        Path | None, typer.Option(metavar="CSV", help=tr("Where to write the rows that are not taken."))
    ] = None,
) -> None:
    from engine.commands.data import Reading
    from engine.commands.data import import_data as work
    from engine.commands.target import target

    work(target(workspace, db), path, mapping, Reading(encoding, delimiter, sheet), rejects)


def describe(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    workspace: SomeWorkspace = None,
    kind: Annotated[Kinds | None, typer.Option(help=tr("What the rows are; else guessed."))] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    out: Annotated[
        Path | None, typer.Option(metavar="MAPPING", help=tr("Where to write a mapping to begin with."))
    ] = None,
) -> None:
    from engine.commands.data import Reading
    from engine.commands.data import describe as work
    from engine.commands.target import target

    known = None if workspace is None else target(workspace, None)
    work(file, None if kind is None else kind.value, Reading(encoding, delimiter, sheet), out, known)


def imports(workspace: SomeWorkspace = None, db: Database = None) -> None:
    from engine.commands.data import imports as work
    from engine.commands.target import target

    work(target(workspace, db))


def undo(
    id: Annotated[int, typer.Argument(metavar="NUMBER", show_default=False)],
    workspace: SomeWorkspace = None,
    db: Database = None,
) -> None:
    from engine.commands.data import undo as work
    from engine.commands.target import target

    work(target(workspace, db), id)


def erase(
    person: Annotated[str, typer.Argument(metavar="PERSON", show_default=False)],
    workspace: SomeWorkspace = None,
    db: Database = None,
    suppress: Annotated[
        bool,
        typer.Option(
            "--suppress", help=tr("Let its addresses get no marketing messages, should they come again.")
        ),
    ] = False,
    certain: Annotated[bool, typer.Option("--yes", help=tr("It cannot be undone."))] = False,
) -> None:
    from engine.commands.data import erase as work
    from engine.commands.target import target

    work(target(workspace, db), person, suppress=suppress, certain=certain)
