"""Publishing later: what waits for a server is tried again in the background until it is published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app import tasks
from app.servers import asking
from app.servers.connections import NotSignedIn
from app.servers.words import server_name
from app.widgets.toast import Link
from engine.campaign.document import CampaignDocument
from engine.client import EngineRefused, EngineUnreachable
from engine.client.bases import base_of
from engine.client.later import LaterQueue, Waiting
from engine.i18n import N_, tr
from engine.shapes.time import utc_text
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.server.wire.campaigns import PublishAnswer

TRY_AGAIN_MS = 30_000
_PASSING = frozenset({429, 500, 502, 503, 504})
"""Refusals that pass by themselves."""


class PublishLater(QObject):
    """The queue of the workspace on show. Attribute `waiting`; signal `changed()`."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.waiting: tuple[Waiting, ...] = ()
        self._trying = False
        self._timer = QTimer(self, interval=TRY_AGAIN_MS)
        self._timer.timeout.connect(self.try_all)
        window.ready.connect(self.read)
        window.ending.connect(self._timer.stop)

    def add(self, workspace: Workspace, document: CampaignDocument, url: str) -> None:
        """Let a campaign as it is now wait for a server."""

        def done(one: Waiting) -> None:
            name, server = one.name, self._server(url)
            text = tr("“{name}” will be published to {server} when it answers.", name=name, server=server)
            self._window.toast.show_message(text)
            self.read()

        tasks.run(partial(_put, workspace, document, url), done, self._window.show_error)

    def drop(self, url: str, campaign: str) -> None:
        """It is published, or shall not be any more."""
        one = next((one for one in self.waiting if (one.url, one.campaign) == (url, campaign)), None)
        queue = self._queue()
        if one is not None and queue is not None:
            tasks.run(partial(queue.drop, one), lambda _done: self.read(), self._window.show_error)

    def decide(self, one: Waiting) -> None:
        """Open the campaign and look at what publishing there would do now."""
        window = self._window
        row = next((row for row in window.rows() if row.id == one.campaign), None)
        if row is None:
            text = tr("The campaign's file is gone. Only what was published of it can be shown.")
            window.toast.show_message(text, tone="danger")
            return

        def ask() -> None:
            window.servers.publishing.check_and_ask(window.the_editor, one.url)

        window.open_campaigns.open_row(row, read_only=False, then=ask)

    def try_all(self) -> None:
        """Try everything that only waits, one after the other."""
        queue, workspace = self._queue(), self._window.workspace
        due = [one for one in self.waiting if one.state == "waiting"]
        if self._trying or not due or queue is None or workspace is None:
            return
        self._trying = True
        tasks.run(partial(_try, queue, workspace, due), self._on_tried, self._on_failed)

    def _on_tried(self, published: Sequence[tuple[Waiting, PublishAnswer]]) -> None:
        self._trying = False
        for one, answer in published:
            text = tr(
                "“{name}” waited and is published to {server} as version {version}.",
                name=one.name,
                server=self._server(one.url),
                version=answer.version,
            )
            self._window.toast.show_message(text)
        if published:
            self._window.servers.campaigns.poll()
        self.read()

    def _on_failed(self, error: Exception) -> None:
        self._trying = False
        self._window.show_error(error)

    def read(self) -> None:
        """Look at what waits in the workspace on show."""
        queue = self._queue()
        if queue is not None:
            tasks.run(queue.all, partial(self._show, self._window.workspace), self._window.show_error)

    def _show(self, workspace: Workspace | None, waiting: Sequence[Waiting]) -> None:
        if workspace is not self._window.workspace:
            return
        before, self.waiting = self.waiting, tuple(waiting)
        if any(one.state == "waiting" for one in waiting):
            if not self._timer.isActive():
                self._timer.start()
                self.try_all()
        else:
            self._timer.stop()
        if self.waiting != before:
            self.changed.emit()
            self._tell_of_trouble(before)

    def _tell_of_trouble(self, before: Sequence[Waiting]) -> None:
        known = {(one.url, one.campaign, one.state) for one in before}
        for one in self.waiting:
            if one.state != "waiting" and (one.url, one.campaign, one.state) not in known:
                link = Link(tr("Decide…"), partial(self.decide, one))
                self._window.toast.show_message(self.words(one), tone="warn", link=link)

    def words(self, one: Waiting) -> str:
        """How it stands with it."""
        server = self._server(one.url)
        if one.state == "conflict":
            text = N_("“{name}” was not published to {server}: somebody else has published it meanwhile.")
            return tr(text, name=one.name, server=server)
        if one.state == "refused":
            text = N_("“{name}” was not published to {server}: {reason}")
            return tr(text, name=one.name, server=server, reason=one.reason)
        return tr("“{name}” will be published to {server} when it answers.", name=one.name, server=server)

    def _server(self, url: str) -> str:
        server = self._window.servers.connections.get(url)
        return url if server is None else server_name(server)

    def _queue(self) -> LaterQueue | None:
        workspace = self._window.workspace
        return None if workspace is None else LaterQueue(workspace.folder)


def _put(workspace: Workspace, document: CampaignDocument, url: str) -> Waiting:
    bundle = bundles.make(workspace, document)
    id = document.attributes.id
    base = base_of(workspace.folder, url, id)
    one = Waiting(
        url=url,
        campaign=id,
        name=document.attributes.name,
        base=None if base is None else base.etag,
        since=utc_text(int(datetime.now(UTC).timestamp() * 1000)),
    )
    LaterQueue(workspace.folder).put(one, bundles.write(bundle))
    return one


def _try(
    queue: LaterQueue, workspace: Workspace, due: Sequence[Waiting]
) -> list[tuple[Waiting, PublishAnswer]]:
    """Publish what can be; what is refused says why, and is not tried again. Raises `FileError`."""
    published = []
    for one in due:
        data = queue.bundle(one)
        if data is None:
            continue
        try:
            answer = asking.publish_data(one.url, workspace, one.campaign, data, one.base)
        except NotSignedIn as error:
            _keep(queue, one, "refused", error, data)
        except EngineUnreachable:
            continue  # it goes on waiting
        except EngineRefused as refused:
            if refused.problem.status in _PASSING:
                continue
            _keep(queue, one, "refused" if refused.problem.conflict is None else "conflict", refused, data)
        else:
            queue.drop(one)
            published.append((one, answer))
    return published


def _keep(queue: LaterQueue, one: Waiting, state: str, why: Exception, data: bytes) -> None:
    """It waits for its user now, unless that one has called it off meanwhile."""
    if queue.bundle(one) is not None:
        queue.put(one.model_copy(update={"state": state, "reason": str(why)}), data)
