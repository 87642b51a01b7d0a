"""The commands of `engine.commands.audiences` as typer knows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.options import Workspace, end, group
from engine.i18n import tr


def add_to(root: typer.Typer) -> None:
    """Add the commands, described in the present language."""
    audience = group(tr("Who is in the workspace's audiences."))
    audience.command("list", help=tr("Say of each audience its size, its state and when it was updated."))(
        audience_list
    )
    audience.command("estimate", help=tr("Count the people whom a rule finds, without saving anything."))(
        audience_estimate
    )
    audience.command("update", help=tr("Store who is in audiences now."))(audience_update)
    audience.command("sample", help=tr("Show up to a hundred people of an audience."))(audience_sample)
    audience.command("overlap", help=tr("Count the people who are in both of two audiences."))(
        audience_overlap
    )
    audience.command("upload", help=tr("Make the people of a list of those whose ids a CSV file holds."))(
        audience_upload
    )
    root.add_typer(audience, name="audience")


Audience = Annotated[str, typer.Argument(metavar="AUDIENCE", show_default=False)]
Audiences = Annotated[list[str] | None, typer.Argument(metavar="AUDIENCE", show_default=False)]


def audience_list(workspace: Workspace) -> None:
    from engine.commands.audiences import list_all
    from engine.commands.target import open_workspace

    list_all(open_workspace(workspace))


def audience_estimate(audience: Audience, workspace: Workspace) -> None:
    from engine.commands.audiences import estimate
    from engine.commands.target import open_workspace

    estimate(open_workspace(workspace), audience)


def audience_update(workspace: Workspace, audiences: Audiences = None) -> None:
    from engine.commands.audiences import update
    from engine.commands.target import open_workspace

    end(update(open_workspace(workspace), audiences or []))


def audience_sample(audience: Audience, workspace: Workspace) -> None:
    from engine.commands.audiences import sample
    from engine.commands.target import open_workspace

    sample(open_workspace(workspace), audience)


def audience_overlap(first: Audience, second: Audience, workspace: Workspace) -> None:
    from engine.commands.audiences import overlap
    from engine.commands.target import open_workspace

    overlap(open_workspace(workspace), first, second)


def audience_upload(
    audience: Audience,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    workspace: Workspace,
    add: Annotated[bool, typer.Option("--add", help=tr("Keep the people who are in it already."))] = False,
    unknown: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default=False, help=tr("Where to write ids that nobody has.")),
    ] = None,
) -> None:
    from engine.commands.audiences import upload
    from engine.commands.target import open_workspace

    upload(open_workspace(workspace), audience, file, add, unknown)
