"""What the commands share as typer sees them: groups, the options that name the data, and how one ends."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

Workspace = Annotated[Path, typer.Option("--workspace", metavar="FOLDER", show_default=False)]
SomeWorkspace = Annotated[Path | None, typer.Option("--workspace", metavar="FOLDER", show_default=False)]
Database = Annotated[str | None, typer.Option("--db", metavar="URL", show_default=False)]


def group(help: str, epilog: str | None = None) -> typer.Typer:
    """Commands under one name; epilog: what stands below them."""
    return typer.Typer(
        help=help,
        epilog=epilog,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def end(status: int) -> NoReturn:
    """End the command with this exit status."""
    raise typer.Exit(status)
