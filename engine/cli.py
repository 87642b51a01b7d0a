"""The command line. `engine.commands` says what can be called, and does it.

Nothing heavy is imported before it is needed: `validate` and `fmt` run in editors and hooks, on every save.
"""

from __future__ import annotations

import sys
from pathlib import Path

from engine import i18n
from engine.commands import errors


def main(arguments: list[str]) -> int:
    """Run one command; its exit status: 0 done, 1 refused or problems found, 2 called wrongly."""
    i18n.set_language(errors.terminal_language() or "en")
    try:
        status = _on_files(arguments)
        return _by_typer(arguments) if status is None else status
    except Exception as error:
        if (words := errors.words(error)) is None:
            raise
        print(words, file=sys.stderr)
        return 1


def _on_files(arguments: list[str]) -> int | None:
    """Run `validate` or `fmt` where nothing but files is named; None: it is another call.

    Loading typer takes a third of the time that these two need.
    """
    command, *rest = arguments or [""]
    check = command == "fmt" and "--check" in rest
    files = [Path(argument) for argument in rest if not (check and argument == "--check")]
    if command not in ("validate", "fmt") or not files or any(str(file).startswith("-") for file in files):
        return None
    from engine.commands.files import fmt, validate

    return validate(files) if command == "validate" else fmt(files, check)


def _by_typer(arguments: list[str]) -> int:
    from engine.commands.application import application

    try:
        program = "campaign-canvas" if getattr(sys, "frozen", False) else "main.py"
        application()(args=arguments, prog_name=program)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
