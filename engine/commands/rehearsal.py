"""`simulate`: what a campaign would do to everybody, with nothing sent and nothing changed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.commands.errors import CommandError
from engine.commands.files import show
from engine.commands.publishing import campaign_findings
from engine.commands.target import Target, open_workspace, workspace_of
from engine.i18n import N_, Message, tr
from engine.shapes.time import check_date_time, instant
from engine.workspace import bundle as bundles
from engine.workspace.checking import Finding
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from engine.run.simulate import Summary


def simulate(
    file: Path,
    folder: Path | None,
    db: str | None,
    since: str | None,
    until: str | None,
    results: Path | None,
    with_running: bool,
    trace: Path,
) -> int:
    """Rehearse a campaign and write the trace; 1 where the campaign has problems, which are printed.

    What it refers to is in the workspace, by default the one that the file lies in; the people are in the
    workspace's database, or in that of the URL `db`. Raises `CommandError`, `FileError`, `StoreError`, and
    what the simulation refuses.
    """
    from engine.run import simulate as rehearsal
    from engine.run.settings import EngineSettings

    began, ended = moment(since), moment(until)
    workspace, doc = _workspace(file, folder, db), campaign_file.load(file)
    start = doc.attributes.start
    now = began or (instant(start) if start else datetime.now(UTC))
    if errors := _errors(file, doc, workspace, now):
        show(errors)
        return 1
    if ended is not None and ended < now:
        raise CommandError(Message(N_("The rehearsal would end before it begins: use a later --until.")))
    target = Target(None, db) if db is not None else Target(workspace, None)
    url = target.migrated()
    refuse_network(url.host or "")
    summary = rehearsal.simulate(
        bundles.make(workspace, doc),
        url,
        EngineSettings.of(workspace),
        since=now,
        until=ended,
        results=results,
        trace=trace,
        with_running=with_running,
    )
    return _report(summary, doc, trace)


def _errors(file: Path, doc: CampaignDocument, workspace: Workspace, now: datetime) -> list[Finding]:
    """What keeps the campaign from being rehearsed. A time that is past keeps nobody: it can be from any
    moment on."""
    found = campaign_findings(file, doc, workspace, now)
    return [one for one in found if one.is_error and one.code != "time_past"]


def _report(summary: Summary, doc: CampaignDocument, trace: Path) -> int:
    """Print what a rehearsal came to; 1 where it failed."""
    counts = summary.counts
    print(f"entries: {counts.entries}\ninside: {counts.inside}\nfinished: {counts.finished}")
    for node, states in sorted(counts.messages.items()):
        for state, count in sorted(states.items()):
            print(f"{_name(doc, node)}: {state} {count}")
    for note in summary.notes:
        print(note, file=sys.stderr)
    for broken in summary.violations:
        print(f"{broken.where}: {broken.message}", file=sys.stderr)
    if summary.failure is not None:
        print(tr("Ended abnormally: {reason}", reason=summary.failure), file=sys.stderr)
    print(tr("The trace is in {folder}", folder=trace))
    return 1 if summary.violations or summary.failure is not None else 0


def moment(text: str | None) -> datetime | None:
    """The time of an option. Raises `CommandError`."""
    if text is None:
        return None
    try:
        return instant(check_date_time(text))
    except PydanticCustomError:
        message = N_("“{text}” is no time with its offset, such as 2026-12-01T09:00:00+08:00.")
        raise CommandError(Message(message, text=text)) from None


def refuse_network(database: str = "") -> None:
    """From now on, no code of this process connects to anything: a rehearsal reaches nobody.

    database: the host of the database, whose name may be looked up; its driver connects outside of Python.
    """

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.getaddrinfo" and database and arguments[0] in (database, database.encode()):
            return
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"):
            raise PermissionError(tr("A rehearsal may not use the network."))

    sys.addaudithook(refuse)


def _workspace(file: Path, folder: Path | None, db: str | None) -> Workspace:
    """The workspace of what the campaign refers to. Raises `CommandError`, `FileError`."""
    if folder is None and db is None:
        raise CommandError(Message(N_("Say where the data is: either --workspace FOLDER or --db URL.")))
    found = folder or workspace_of(file)
    if found is None:
        raise CommandError(Message(N_("Say what the campaign refers to: --workspace FOLDER.")))
    return open_workspace(found)


def _name(doc: CampaignDocument, node: str) -> str:
    return f"{node} {doc.nodes[node].name}" if node in doc.nodes else node
