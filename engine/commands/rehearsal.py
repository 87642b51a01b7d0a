"""`simulate`: what a campaign would do to everybody, with nothing sent and nothing changed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.client import bundled
from engine.commands.files import show
from engine.commands.publishing import campaign_findings
from engine.commands.target import Target, open_workspace
from engine.commands.told import CommandError
from engine.i18n import N_, Message, tr
from engine.shapes.time import check_date_time, instant
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace


def simulate(
    file: Path,
    folder: Path,
    since: str | None,
    until: str | None,
    results: Path | None,
    with_running: bool,
    trace: Path,
) -> int:
    """Rehearse a campaign and write the trace; 1 where the campaign has problems, which are printed.

    Raises `CommandError`, `FileError`, `StoreError`, and what the simulation refuses.
    """
    from engine.plan.contact import ContactRules
    from engine.run import simulate as rehearsal

    began, ended = moment(since), moment(until)
    workspace, doc = open_workspace(folder), campaign_file.load(file)
    start = doc.attributes.start
    now = began or (instant(start) if start else datetime.now(UTC))
    errors = [
        finding
        for finding in campaign_findings(file, doc, workspace, now)
        # A time that is past keeps nobody, so a campaign can be rehearsed from any moment on.
        if finding.is_error and finding.code != "time_past"
    ]
    if errors:
        show(errors)
        return 1
    if ended is not None and ended < now:
        raise CommandError(Message(N_("The rehearsal would end before it begins: use a later --until.")))
    if with_running and _others_run(workspace, doc.attributes.id):
        raise CommandError(Message(N_("Other running campaigns cannot be rehearsed together with one yet.")))
    database = _database(workspace)
    refuse_network()
    zone = ZoneInfo(workspace.settings.time_zone)
    summary = rehearsal.simulate(
        bundles.make(workspace, doc),
        database,
        zone,
        contact=ContactRules.of(workspace.settings, zone),
        audiences=workspace.audiences,
        since=now,
        until=ended,
        results=results,
        trace=trace,
    )
    counts = summary.counts
    print(f"entries: {counts.entries}\ninside: {counts.inside}\nfinished: {counts.finished}")
    for node, states in sorted(counts.messages.items()):
        for state, count in sorted(states.items()):
            print(f"{_name(doc, node)}: {state} {count}")
    for broken in summary.violations:
        print(f"{broken.where}: {broken.message}", file=sys.stderr)
    print(tr("The trace is in {folder}", folder=trace))
    return 1 if summary.violations else 0


def moment(text: str | None) -> datetime | None:
    """The time of an option. Raises `CommandError`."""
    if text is None:
        return None
    try:
        return instant(check_date_time(text))
    except PydanticCustomError:
        message = N_("“{text}” is no time with its offset, such as 2026-12-01T09:00:00+08:00.")
        raise CommandError(Message(message, text=text)) from None


def refuse_network() -> None:
    """From now on, no code of this process connects to anything: a rehearsal reaches nobody."""

    def refuse(event: str, _arguments: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"):
            raise PermissionError(tr("A rehearsal may not use the network."))

    sys.addaudithook(refuse)


def _others_run(workspace: Workspace, id: str) -> bool:
    """Whether another campaign is in progress. Raises `EngineRefused`, `Refused`, `StoreError`."""
    client = bundled(workspace.folder)
    if client is not None:
        with client:
            return any(one.status == "in_progress" and one.id != id for one in client.campaigns())
    with Target(workspace, None).engine() as (engine, _):
        return any(one.status == "in_progress" and one.campaign != id for one in engine.campaigns())


def _database(workspace: Workspace) -> Path:
    """The workspace's database, made where no data was imported yet. Raises `StoreError`."""
    from engine.store.database import Database

    Database.open(workspace.database_file).close()
    return workspace.database_file


def _name(doc: CampaignDocument, node: str) -> str:
    return f"{node} {doc.nodes[node].name}" if node in doc.nodes else node
