"""`engine run`, `status`, `stop` and `check`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.client import bundled, instance_of
from engine.commands.doubtful import show_sending
from engine.commands.errors import CommandError
from engine.commands.held import show_held
from engine.commands.target import Target
from engine.i18n import N_, Message, ntr, tr
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from engine.run.answers import CampaignStatus
    from engine.server.wire.campaigns import Campaign

STOP_TIMEOUT_S = 60.0
POLL_S = 0.05


def run(workspace: Workspace, host: str, port: int, until_idle: bool) -> None:
    """Be the workspace's engine. Raises `Refused` where another one runs, `StoreError`, `CannotListen`."""
    from engine.server import process
    from engine.server.serving import Listen

    if until_idle:
        process.run_until_idle(workspace)
    else:
        process.run(workspace, Listen(host, port))


def status(workspace: Workspace) -> int:
    """Print what the engine does; 1 where none runs, with the campaigns as the last one left them."""
    from engine.server.answering import hold_answer, sending_answer

    client = bundled(workspace.folder)
    if client is None:
        print(tr("No engine runs for this workspace."))
        if workspace.database_file.exists():
            with Target(workspace, None).engine() as (engine, _):
                if (hold := engine.held()) is not None:
                    show_held(hold_answer(hold))
                for left in engine.campaigns():
                    _print_campaign(left.campaign, left)
                show_sending(sending_answer(engine))
        return 1
    with client:
        state = client.status()
        print(tr("The engine of “{name}” answers at {url}", name=state.workspace, url=client.base_url))
        print(ntr("{n} campaign in progress", "{n} campaigns in progress", state.campaigns_in_progress))
        print(tr("People inside: {count:,}", count=state.people_inside))
        print(tr("Next due: {time}", time=state.next_due) if state.next_due else tr("Nothing is due."))
        for trouble in (state.problem, state.notice):
            if trouble is not None:
                print(trouble)
        if state.held is not None:
            show_held(client.hold())
        for campaign in client.campaigns():
            _print_campaign(campaign.id, campaign)
        show_sending(client.sending())
    return 0


def _print_campaign(id: str, campaign: Campaign | CampaignStatus) -> None:
    print(
        f"{id} {campaign.status} entries={campaign.entries} inside={campaign.inside} "
        f"finished={campaign.finished} {campaign.name}"
    )
    if campaign.reason is not None:
        print("  " + tr("Ended abnormally: {reason}", reason=campaign.reason))


def stop(workspace: Workspace) -> None:
    """Let the engine end, and wait until it has. Raises `CommandError` where it does not."""
    client = bundled(workspace.folder)
    if client is None:
        print(tr("No engine runs for this workspace."))
        return
    with client:
        instance = client.health().instance
        client.shutdown()
        give_up = time.monotonic() + STOP_TIMEOUT_S
        while instance_of(workspace.folder) == instance:
            if time.monotonic() > give_up:
                raise CommandError(Message(N_("The engine is still at work. Try again in a moment.")))
            time.sleep(POLL_S)
    print(tr("The engine has stopped."))


def check(target: Target) -> int:
    """Print every broken invariant; 1 where there is one."""
    client = None if target.workspace is None else bundled(target.workspace.folder)
    if client is not None:
        with client:
            found = [(broken.where, broken.text) for broken in client.check()]
    else:
        with target.engine() as (engine, _):
            found = [(broken.where, str(broken.message)) for broken in engine.check()]
    for where, text in found:
        print(f"{where}: {text}")
    if not found:
        print(tr("All is well: nobody lost, nobody counted twice."))
    return 1 if found else 0
