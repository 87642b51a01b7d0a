"""The commands as typer knows them: what can be called, and with which options."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.commands import (
    audience_application,
    data_application,
    keeping_application,
    message_application,
    server_application,
)
from engine.commands.options import Database, SomeWorkspace, Workspace, end, group
from engine.i18n import tr


class Settlement(StrEnum):
    """How doubtful messages are settled."""

    AGAIN = "again"
    SENT = "sent"
    NOT_SENT = "not-sent"


def application() -> typer.Typer:
    """The commands, described in the present language."""
    root = group(
        tr("Campaign Canvas: without arguments the designer, with them one of these commands."),
        tr("Two more draw canvases, and have help of their own: picture and diff."),
    )
    root.command(help=tr("Say what is wrong with files; campaigns are held against their workspace."))(
        validate
    )
    root.command(help=tr("Bring files into their canonical form."))(fmt)
    root.command(help=tr("Publish a campaign to the workspace's engine, or to another computer's."))(publish)
    root.command(help=tr("Write a campaign and all that it refers to into one file."))(export)
    root.command("import", help=tr("Take a bundle's campaign and all that it refers to into a workspace."))(
        import_bundle
    )
    root.command(
        help=tr("Rehearse a campaign on the workspace's data, and write what happens to everybody.")
    )(simulate)
    root.command("test", help=tr("Run campaign tests: people and events given, path and messages expected."))(
        run_tests
    )
    root.command("why", help=tr("Say why a person did, or did not, get what a campaign gives."))(why)
    root.command("export-mermaid", help=tr("Write a campaign as a Mermaid chart, for documents."))(
        export_mermaid
    )
    root.command("export-csv", help=tr("Write what is configured in a campaign as a table, for reviewers."))(
        export_csv
    )
    root.command("merge-driver", help=tr("Merge campaign files three ways, for git."))(merge_driver)
    root.command(hidden=True)(rehearse)
    data_application.add_to(root)
    engine = group(tr("The engine that runs a workspace's campaigns."))
    engine.command(help=tr("Run campaigns until told to stop."))(run)
    engine.command(help=tr("Say what the engine does."))(status)
    engine.command(help=tr("Let the engine end its present work and stop."))(stop)
    engine.command(help=tr("Prove that nobody was lost and nothing counted twice."))(check)
    engine.command(help=tr("Let an engine go on that is held after its database was restored or copied."))(
        release
    )
    doubtful = group(tr("Messages of which nobody knows whether they were sent."))
    doubtful.command("list", help=tr("List them as CSV, the latest first."))(list_doubtful)
    doubtful.command("settle", help=tr("Say of them: send them again, they were sent, or they were not."))(
        settle_doubtful
    )
    engine.add_typer(doubtful, name="doubtful")
    root.add_typer(engine, name="engine")
    events = group(tr("What people did, as other programs tell it."))
    events.command(help=tr("Show the last events received, and what each of them did or why nothing."))(
        received
    )
    root.add_typer(events, name="events")
    keeping_application.add_to(root)
    audience_application.add_to(root)
    message_application.add_to(root)
    server_application.add_to(root)
    return root


# Typer reads what follows while it runs. Annotations are texts until then, so their words are in the language
# that `main` has chosen.

Files = Annotated[list[Path], typer.Argument(metavar="FILE", show_default=False)]
File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]


def validate(files: Files) -> None:
    from engine.commands.files import validate as work

    end(work(files))


def fmt(
    files: Files,
    only_check: Annotated[
        bool, typer.Option("--check", help=tr("Only name the files that would change."))
    ] = False,
) -> None:
    from engine.commands.files import fmt as work

    end(work(files, only_check))


def publish(
    file: File,
    workspace: SomeWorkspace = None,
    server: Annotated[
        str | None,
        typer.Option(metavar="URL", help=tr("Another computer's engine, or a team's server.")),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(help=tr("Its token; else CAMPAIGN_CANVAS_TOKEN, that of the keyring, or asked for.")),
    ] = None,
    base: Annotated[
        int | None, typer.Option(min=1, metavar="VERSION", help=tr("The version there that this follows."))
    ] = None,
    over: Annotated[bool, typer.Option("--over", help=tr("Publish over whatever is there."))] = False,
) -> None:
    from engine.commands.publishing import Destination
    from engine.commands.publishing import publish as work

    end(work(file, workspace, None if server is None else Destination(server, token, base, over)))


def export(
    file: File,
    workspace: Workspace,
    out: Annotated[Path, typer.Option(metavar="BUNDLE", show_default=False, help=tr("The file to write."))],
) -> None:
    from engine.commands.publishing import export as work

    work(file, workspace, out)


def import_bundle(
    file: Annotated[Path, typer.Argument(metavar="BUNDLE", show_default=False)],
    workspace: Workspace,
) -> None:
    from engine.commands.importing import take

    take(file, workspace)


def simulate(
    file: File,
    trace: Annotated[Path, typer.Option(metavar="FOLDER", show_default=False, help=tr("Where to write."))],
    workspace: SomeWorkspace = None,
    db: Database = None,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help=tr("When it begins."))] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help=tr("When it ends at the latest."))] = None,
    results: Annotated[
        Path | None, typer.Option(metavar="CSV", help=tr("What becomes of messages; all succeed without it."))
    ] = None,
    with_running: Annotated[
        bool, typer.Option("--with-running", help=tr("Rehearse the other running campaigns, too."))
    ] = False,
) -> None:
    from engine.commands.rehearsal import simulate as work

    end(work(file, workspace, db, start, until, results, with_running, trace))


def run_tests(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE|FOLDER]...", show_default=False)
    ] = None,
    workspace: SomeWorkspace = None,
    report: Annotated[
        Path | None,
        typer.Option("--junit", metavar="XML", help=tr("Also write the results for a CI system.")),
    ] = None,
) -> None:
    from engine.commands.testing import run_tests as work

    end(work(paths or [], workspace, report))


Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help=tr("Instead of the standard output."))
]


def export_mermaid(file: File, out: Out = None, workspace: SomeWorkspace = None) -> None:
    from engine.commands.documenting import document

    document(file, "mermaid", out, workspace)


def export_csv(file: File, out: Out = None, workspace: SomeWorkspace = None) -> None:
    from engine.commands.documenting import document

    document(file, "csv", out, workspace)


def merge_driver(
    base: Annotated[Path, typer.Argument(metavar="BASE", show_default=False)],
    ours: Annotated[Path, typer.Argument(metavar="OURS", show_default=False)],
    theirs: Annotated[Path, typer.Argument(metavar="THEIRS", show_default=False)],
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", show_default=False, help=tr("Where OURS lies for git."))
    ] = None,
) -> None:
    from engine.commands.merging import merge_files as work

    end(work(base, ours, theirs, path))


def rehearse() -> None:
    import sys

    from engine.commands.rehearsing import serve

    end(serve(sys.stdin.buffer, sys.stdout.buffer))


def run(
    workspace: Workspace,
    host: Annotated[str, typer.Option(help=tr("The address to answer at."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help=tr("The port; 0 takes a free one."))] = 0,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help=tr("Run what is due now, and end."))
    ] = False,
) -> None:
    from engine.commands.running import run as work
    from engine.commands.target import open_workspace

    work(open_workspace(workspace), host, port, until_idle)


def status(workspace: Workspace) -> None:
    from engine.commands.running import status as work
    from engine.commands.target import open_workspace

    end(work(open_workspace(workspace)))


def stop(workspace: Workspace) -> None:
    from engine.commands.running import stop as work
    from engine.commands.target import open_workspace

    work(open_workspace(workspace))


def release(workspace: SomeWorkspace = None, db: Database = None) -> None:
    from engine.commands.held import release as work
    from engine.commands.target import target

    work(target(workspace, db))


CampaignId = Annotated[str | None, typer.Option("--campaign", metavar="ID", help=tr("Only this campaign's."))]
AccountId = Annotated[str | None, typer.Option("--account", metavar="ID", help=tr("Only through it."))]


def list_doubtful(
    workspace: SomeWorkspace = None,
    db: Database = None,
    campaign: CampaignId = None,
    account: AccountId = None,
) -> None:
    from engine.commands.doubtful import list_doubtful as work
    from engine.commands.target import target

    work(target(workspace, db), campaign, account)


def settle_doubtful(
    how: Annotated[Settlement, typer.Argument(show_default=False)],
    workspace: SomeWorkspace = None,
    db: Database = None,
    campaign: CampaignId = None,
    account: AccountId = None,
    messages: Annotated[
        list[str] | None, typer.Option("--message", metavar="KEY", help=tr("Only this one; may be repeated."))
    ] = None,
    certain: Annotated[bool, typer.Option("--yes", help=tr("Settle them without asking."))] = False,
) -> None:
    from engine.commands.doubtful import settle as work
    from engine.commands.target import target

    work(target(workspace, db), how.value, campaign, account, messages or (), certain=certain)


def received(workspace: Workspace) -> None:
    from engine.commands.received import received as work
    from engine.commands.target import open_workspace

    work(open_workspace(workspace))


def why(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", show_default=False)],
    person: Annotated[str, typer.Argument(metavar="PERSON", show_default=False)],
    workspace: SomeWorkspace = None,
    db: Database = None,
    node: Annotated[
        str | None, typer.Option(metavar="ID", help=tr("The component that it is about, by its id."))
    ] = None,
) -> None:
    from engine.commands.reporting import why as work
    from engine.commands.target import target

    work(target(workspace, db), campaign, person, node)


def check(workspace: SomeWorkspace = None, db: Database = None) -> None:
    from engine.commands.running import check as work
    from engine.commands.target import target

    end(work(target(workspace, db)))
