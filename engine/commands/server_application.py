"""The commands of `engine.commands.server` as typer knows them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.options import Database, end
from engine.i18n import tr


class Role(StrEnum):
    """The roles of users."""

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


def add_to(root: typer.Typer) -> None:
    """Add the commands, described in the present language."""
    server = typer.Typer(
        help=tr("The engine for a team: serve, or look after the users of a server."),
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        invoke_without_command=True,
    )
    server.callback()(serve)
    server.command(help=tr("Print an invitation for a user: new, or one who cannot sign in."))(invite)
    server.command(help=tr("Spread the database over several machines with Citus."))(distribute)
    audit = typer.Typer(help=tr("What users changed."), no_args_is_help=True, add_completion=False)
    audit.command(help=tr("Prove that nobody has changed the log of what users changed."))(verify)
    server.add_typer(audit, name="audit")
    root.add_typer(server, name="server")
    root.command(help=tr("Work with a team's server: run people through campaigns, serving nothing."))(worker)
    root.command(help=tr("Sign in to a team's server; a token for it is kept in the keyring."))(login)
    root.command(help=tr("Take back the token that was kept for a team's server."))(logout)


# Typer reads annotations while it runs, in the language that was chosen by then.

Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help=tr("The settings, as TOML or JSON."))
]
Data = Annotated[
    Path | None, typer.Option("--data", metavar="FOLDER", help=tr("The folder of the server's files."))
]


def serve(
    context: typer.Context,
    config: Config = None,
    data: Data = None,
    db: Database = None,
    host: Annotated[str | None, typer.Option(help=tr("The address to answer at."))] = None,
    port: Annotated[int | None, typer.Option(help=tr("The port; 0 takes a free one."))] = None,
) -> None:
    from engine.commands.server import configured
    from engine.commands.server import serve as work

    given = None if data is None else str(data)
    found = configured(config, data=given, database=db, host=host, port=port)
    context.obj = found
    if context.invoked_subcommand is None:
        work(found)


def worker(config: Config = None, db: Database = None) -> None:
    from engine.commands.server import configured, work

    work(configured(config, database=db))


def invite(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    role: Annotated[Role, typer.Option(help=tr("What the user may do."))] = Role.ADMINISTRATOR,
) -> None:
    from engine.commands.server import invite as work

    work(context.obj, name, role.value)


def distribute(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=tr("Only print the statements that it takes."))
    ] = False,
) -> None:
    from engine.commands.server import distribute as work

    work(context.obj, dry_run=dry_run)


def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help=tr("A hash that must be in it, from the server's log."))
    ] = None,
) -> None:
    from engine.commands.server import verify_audit as work

    end(work(context.obj, head))


Url = Annotated[str, typer.Argument(metavar="URL", show_default=False)]


def login(
    url: Url,
    name: Annotated[str | None, typer.Option(help=tr("Who signs in; else asked for."))] = None,
    invitation: Annotated[
        bool, typer.Option("--invitation", help=tr("Choose a password, with an invitation."))
    ] = False,
) -> None:
    from engine.commands.signing_in import login as work

    work(url, name, invitation=invitation)


def logout(url: Url) -> None:
    from engine.commands.signing_in import logout as work

    work(url)
