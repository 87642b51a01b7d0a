"""`publish`, `export` and `import`: campaigns as bundles, to an engine and from workspace to workspace."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.rules import Severity, problems
from engine.client import EngineClient, EngineRefused, bundled, tokens
from engine.client.campaigns import ANY_VERSION
from engine.commands.errors import CommandError
from engine.commands.files import show
from engine.commands.target import Target, open_workspace, workspace_of
from engine.files import save_bytes
from engine.i18n import N_, Message, tr
from engine.server.wire.campaigns import PublishAnswer, etag
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.checking import Finding
from engine.workspace.workspace import Workspace

TOKEN_VARIABLE = "CAMPAIGN_CANVAS_TOKEN"  # noqa: S105 - a variable's name


@dataclass(frozen=True)
class Destination:
    """Another computer's engine, or a team's server.

    token: to show; None: that of the environment or the keyring, or one that is asked for. base: number of
    the version that is followed; over: whatever is there is.
    """

    url: str
    token: str | None = None
    base: int | None = None
    over: bool = False


def publish(file: Path, folder: Path | None, server: Destination | None) -> int:
    """Publish a campaign, or a bundle, to the workspace's engine or to another one.

    1 where the campaign has problems, which are printed. Raises `FileError`, `EngineRefused`,
    `EngineUnreachable`.
    """
    if server is None and folder is None:
        raise CommandError(Message(N_("Say where to publish: --workspace FOLDER or --server URL.")))
    workspace = _workspace(file, folder)
    if file.name.endswith(bundles.SUFFIX):
        bundle = bundles.load(file)
    else:
        if workspace is None:
            raise CommandError(Message(N_("Say what the campaign refers to: --workspace FOLDER.")))
        doc = campaign_file.load(file)
        errors = [
            finding
            for finding in campaign_findings(file, doc, workspace, datetime.now(UTC))
            if finding.is_error
        ]
        if errors:
            show(errors)
            return 1
        bundle = bundles.make(workspace, doc)
    answer = _send(bundle, workspace, server)
    print(
        tr(
            "Published “{name}” as version {version}.",
            name=bundle.campaign.attributes.name,
            version=answer.version,
        )
    )
    for lack in answer.lacks:
        print(lack.text)
    return 0


def export(file: Path, folder: Path, out: Path) -> None:
    """Write a campaign and all that it refers to into one file. Raises `FileError`."""
    workspace = open_workspace(folder)
    save_bytes(out, bundles.write(bundles.make(workspace, campaign_file.load(file))))
    print(out)


def campaign_findings(
    file: Path, doc: CampaignDocument, workspace: Workspace, now: datetime
) -> list[Finding]:
    """What is wrong with a campaign as seen from a workspace that need not be the one it lies in."""
    names = workspace.other_campaign_names(doc.attributes.id)
    return [
        Finding(
            file,
            problem.node or problem.link or "",
            problem.code,
            problem.message,
            problem.severity is Severity.ERROR,
        )
        for problem in problems(doc, workspace, now, names)
    ]


def _workspace(file: Path, folder: Path | None) -> Workspace | None:
    found = folder if folder is not None else workspace_of(file)
    return None if found is None else open_workspace(found)


def _send(bundle: Bundle, workspace: Workspace | None, server: Destination | None) -> PublishAnswer:
    if server is not None:
        return _send_to(server, bundle)
    assert workspace is not None
    running = bundled(workspace.folder)
    if running is not None:
        with running:
            return running.publish(bundles.write(bundle))
    with Target(workspace, None).engine() as (engine, database):
        from engine.server.answering import publish_answer

        return publish_answer(engine, database, bundle)


def _send_to(server: Destination, bundle: Bundle) -> PublishAnswer:
    """Raises `CommandError` where somebody else has published in between."""
    with EngineClient(server.url, server.token or _token(server.url)) as client:
        base = ANY_VERSION if server.over else None
        if server.base is not None:
            base = _tag(client, bundle.campaign.attributes.id, server.base)
        try:
            return client.publish(bundles.write(bundle), base)
        except EngineRefused as refused:
            conflict = refused.problem.conflict
            if conflict is None or conflict.current is None:
                raise
            now = conflict.current
            text = N_(
                "The server has version {version}, published by {who} at {time}. Look at what it changes; "
                "then publish with --base {version}."
            )
            who = now.published_by or "-"
            told = Message(text, version=now.version, who=who, time=now.published_at)
            raise CommandError(told) from refused


def _tag(client: EngineClient, campaign: str, version: int) -> str:
    """What stands for a version. Raises `CommandError` where the server has none of this number."""
    for one in client.versions(campaign):
        if one.version == version:
            return etag(one.version, one.hash)
    message = N_("The server has no version {version} of this campaign.")
    raise CommandError(Message(message, version=version))


def _token(url: str) -> str:
    """The token of another engine: from the environment or the keyring, else asked for. Raises
    `CommandError`."""
    if token := os.environ.get(TOKEN_VARIABLE, "").strip() or tokens.load(url.strip().rstrip("/")):
        return token
    if sys.stdin.isatty():
        import getpass

        if token := getpass.getpass(tr("Token of the engine: ")).strip():
            return token
    message = N_("Sign in first (login URL), or show a token: --token TOKEN, or the variable {variable}.")
    raise CommandError(Message(message, variable=TOKEN_VARIABLE))
