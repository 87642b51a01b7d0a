"""What is done with the campaigns of a server: looked at, taken into the workspace, stopped, rolled back."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shiboken6 import isValid

from app.servers.looking import LookDialog
from app.servers.versions import VersionsDialog
from app.servers.words import covers
from app.widgets.ask import Choice, ask
from engine.client.bases import Base, remember
from engine.i18n import quoted, tr
from engine.server.wire.campaigns import etag
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.importing import Imported, take_in
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.client import EngineClient
    from engine.server.wire.campaigns import Campaign, Changes, PublishAnswer, Version


class ServerCommands:
    """Each is told the server's address and the campaign as the server said it last."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def look(self, url: str, campaign: Campaign) -> None:
        """Show it as it was published, with its live counts."""

        def show(bundle: Bundle) -> None:
            LookDialog(self._window, url, campaign, bundle).open()

        self._window.servers.campaigns.use(url, partial(_bundle, campaign), show)

    def take(self, url: str, campaign: Campaign) -> None:
        """Make it a draft of the workspace, which follows this version, unless it is there already."""
        window = self._window
        row = next((row for row in window.rows() if row.id == campaign.id), None)
        if row is None:
            self._take(url, campaign)
            return
        text = tr(
            "Open your draft and publish it to compare it with the server's version, or take that as a copy."
        )
        ask(
            window,
            tr("“{name}” is in this workspace already", name=row.name),
            text,
            Choice(tr("Take as a copy"), partial(self._take, url, campaign), ""),
            Choice(tr("Open the draft"), partial(window.open_campaigns.open_row, row, read_only=False)),
        )

    def _take(self, url: str, campaign: Campaign) -> None:
        window = self._window
        workspace = window.workspace
        if workspace is None:
            return

        def done(imported: Imported) -> None:
            window.reload(select=Path(imported.path))
            window.open_campaigns.open_document(imported.campaign, imported.path)
            text = tr("“{name}” is a draft of this workspace now.", name=imported.campaign.attributes.name)
            if imported.kept:
                names = quoted(imported.kept)
                more = tr("This workspace keeps its own version of {names}.", names=names)
                window.toast.show_message(f"{text} {more}", tone="warn")
            else:
                window.toast.show_message(text)

        window.servers.campaigns.use(url, partial(_taken, url, campaign, workspace), done)

    def stop(self, url: str, campaign: Campaign) -> None:
        """Stop it after a question."""
        what = tr("Nobody enters and nothing is sent any more. People keep their place until you restart it.")
        done = partial(self._say, tr("“{name}” is stopped.", name=campaign.name))
        stop = partial(self._window.servers.campaigns.use, url, lambda client: client.stop(campaign.id), done)
        ask(
            self._window,
            tr("Stop “{name}”?", name=campaign.name),
            what,
            Choice(tr("Stop"), stop, "danger"),
        )

    def restart(self, url: str, campaign: Campaign) -> None:
        done = partial(self._say, tr("“{name}” goes on.", name=campaign.name))
        self._window.servers.campaigns.use(url, lambda client: client.restart(campaign.id), done)

    def versions(self, url: str, campaign: Campaign) -> None:
        """Show its versions, with what each changed."""
        window = self._window
        server = window.servers.connections.get(url)
        assert window.workspace is not None
        zone = ZoneInfo(window.workspace.settings.time_zone)

        def show(versions: list[Version]) -> None:
            dialog = VersionsDialog(
                window,
                window.look,
                campaign.name,
                versions,
                zone,
                changes_of=lambda version: changes_of(dialog, version),
                publish=partial(self._ask_to_roll_back, url, campaign),
                may_publish=server is not None and covers(server.role, "publisher"),
            )
            dialog.open()
            dialog.refresh()

        def changes_of(dialog: VersionsDialog, version: int) -> None:
            def told(changes: Changes) -> None:
                if isValid(dialog):
                    dialog.show_changes(version, changes)

            window.servers.campaigns.use(url, lambda client: client.changes(campaign.id, version), told)

        window.servers.campaigns.use(url, lambda client: client.versions(campaign.id), show)

    def _ask_to_roll_back(self, url: str, campaign: Campaign, version: int) -> None:
        text = tr(
            "It becomes version {next}. People who are inside finish the version that they entered.",
            next=campaign.version + 1,
        )
        title = tr("Publish version {version} of “{name}” anew?", version=version, name=campaign.name)
        go = partial(self._roll_back, url, campaign, version)
        ask(self._window, title, text, Choice(tr("Publish"), go))

    def _roll_back(self, url: str, campaign: Campaign, version: int) -> None:
        base = etag(campaign.version, campaign.hash)

        def done(answer: PublishAnswer) -> None:
            self._say(tr("Published as version {version}.", version=answer.version))

        self._window.servers.campaigns.use(
            url, lambda client: client.roll_back(campaign.id, version, base), done
        )

    def _say(self, text: str, _answer: object = None) -> None:
        self._window.toast.show_message(text)


def _bundle(campaign: Campaign, client: EngineClient) -> Bundle:
    return bundles.read(client.bundle(campaign.id, campaign.version))


def _taken(url: str, campaign: Campaign, workspace: Workspace, client: EngineClient) -> Imported:
    imported = take_in(_bundle(campaign, client), workspace)
    if imported.campaign.attributes.id == campaign.id:
        base = Base(version=campaign.version, etag=etag(campaign.version, campaign.hash))
        remember(workspace.folder, url, campaign.id, base)
    return imported
