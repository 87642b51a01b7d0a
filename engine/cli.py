"""The command line: what can be called, and with which options. `engine.commands` does it.

Nothing heavy is imported before it is needed: `validate` runs in editors and hooks, on every save.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from engine import i18n
from engine.commands import told
from engine.i18n import tr


def main(arguments: list[str]) -> int:
    """Run one command; its exit status: 0 done, 1 refused or problems found, 2 called wrongly."""
    i18n.set_language(told.terminal_language() or "en")
    try:
        application()(args=arguments, prog_name="main.py")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception as error:
        if (words := told.words(error)) is None:
            raise
        print(words, file=sys.stderr)
        return 1
    return 0


def application() -> typer.Typer:
    """The commands, described in the present language."""
    root = _group(tr("Campaign Canvas: without arguments the designer, with them one of these commands."))
    root.command(help=tr("Say what is wrong with files; campaigns are held against their workspace."))(
        validate
    )
    root.command(help=tr("Bring files into their canonical form."))(fmt)
    return root


# Typer reads what follows while it runs: annotations are texts until then, so their words are in the language that
# `main` has chosen.


def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help=tr("Files of a workspace."))],
) -> None:
    from engine.commands.files import validate as work

    _end(work(files))


def fmt(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help=tr("Files of a workspace."))],
    check: Annotated[
        bool, typer.Option("--check", help=tr("Only name the files that would change."))
    ] = False,
) -> None:
    from engine.commands.files import fmt as work

    _end(work(files, check))


def _group(help: str) -> typer.Typer:
    return typer.Typer(
        help=help,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def _end(status: int) -> NoReturn:
    raise typer.Exit(status)
