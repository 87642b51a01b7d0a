"""One window for a user: a second start hands what it was given to the first, and ends.

The first start listens at a local socket that is named by user and home (`CAMPAIGN_CANVAS_HOME` moves that).
A second one sends one line of JSON, `{"open": path or null}`, and is answered `ok`. Only the same user gets
through, and even that is not trusted: a line is short, comes soon, and holds what it should, or is refused.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import logging
import os
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QDir, QLockFile, QObject, Qt, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication

from engine.i18n import tr
from engine.workspace.engine_folder import APPLICATION, user_data_folder

if TYPE_CHECKING:
    from app.window import MainWindow

log = logging.getLogger(__name__)
PATIENCE_MS = 2000
"""How long one waits for the other: a first window may be busy, a guest may be none of ours."""
LONGEST = 16 * 1024
"""Bytes of a line; paths are shorter."""
_ASKS_AGAIN_MS = 250
_OK = b"ok\n"


class Outcome(Enum):
    """What a start found: it is the first, another one took over, or another one does not answer."""

    FIRST = 0
    HANDED_OVER = 1
    SILENT = 2


class Request(NamedTuple):
    """What a second start asks for: this file, or only the window."""

    file: Path | None

    def line(self) -> bytes:
        return json.dumps({"open": None if self.file is None else str(self.file.absolute())}).encode() + b"\n"


def understood(line: bytes) -> Request | None:
    """The request that a line is; None where it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.keys() != {"open"}:
        return None
    path = found["open"]
    if path is None:
        return Request(None)
    if not isinstance(path, str) or "\0" in path or not Path(path).is_absolute():
        return None
    return Request(Path(path))


def address() -> str:
    """The socket's name: the same for every start of this user with this home."""
    user = str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()
    whose = f"{user}\n{user_data_folder().absolute()}"
    return f"{APPLICATION}-{hashlib.sha256(whose.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


class OneWindow(QObject):
    """Finds out whether this start is the first, and then takes what later ones hand over."""

    def __init__(self, patience: int = PATIENCE_MS) -> None:
        super().__init__()
        self._patience = patience
        self._window: MainWindow | None = None
        self._waiting: list[Path] = []
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        self._again = QTimer(self, interval=_ASKS_AGAIN_MS)
        self._again.timeout.connect(self._open_waiting)

    def begin(self, file: Path | None) -> Outcome:
        """Hand over to the window that is open, or be the first from now on."""
        lock = QLockFile(QDir.temp().filePath(f"{address()}.lock"))  # two may start at once
        lock.tryLock(self._patience)
        try:
            outcome = self._hand_over(Request(file))
            if outcome is Outcome.FIRST:
                self._listen()
            return outcome
        finally:
            lock.unlock()

    def serve(self, window: MainWindow, outcome: Outcome) -> None:
        """Show in this window what later starts ask for; it says so where another one is open and silent."""
        self._window = window
        window.ending.connect(self.close)  # who comes from now on opens a window of its own
        if outcome is Outcome.SILENT:
            window.painted.connect(self._warn)
            window.ready.connect(self._warn, Qt.ConnectionType.SingleShotConnection)

    def close(self) -> None:
        self._again.stop()
        self._server.close()

    # The second start

    def _hand_over(self, request: Request) -> Outcome:
        if not _is_ours():
            return Outcome.FIRST
        socket = QLocalSocket()
        socket.connectToServer(address())
        if not socket.waitForConnected(self._patience):
            return Outcome.FIRST  # what a crash left
        socket.write(request.line())
        answered = socket.waitForBytesWritten(self._patience) and socket.waitForReadyRead(self._patience)
        ok = answered and bytes(socket.readAll().data()) == _OK
        socket.abort()
        return Outcome.HANDED_OVER if ok else Outcome.SILENT

    def _listen(self) -> None:
        QLocalServer.removeServer(address())  # nobody answers there: a crash left it
        if not self._server.listen(address()):
            log.warning("later starts open windows of their own: %s", self._server.errorString())

    def _warn(self) -> None:
        if self._window is not None:
            text = tr(
                "Campaign Canvas is open already, but that window does not answer. "
                "Do not change the same campaign in both."
            )
            self._window.toast.show_message(text, tone="warn")

    # The first

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setReadBufferSize(LONGEST)
            socket.readyRead.connect(partial(self._read, socket))
            socket.disconnected.connect(socket.deleteLater)
            QTimer.singleShot(self._patience, socket, socket.abort)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() >= LONGEST:
                socket.abort()
            return
        request = understood(bytes(socket.readLine().data()))
        if request is None:
            socket.abort()
            return
        socket.write(_OK)
        socket.flush()
        heard = socket.state() is QLocalSocket.LocalSocketState.ConnectedState
        socket.disconnectFromServer()
        if heard:  # whoever gave up waiting has opened a window of its own
            self._take(request)

    def _take(self, request: Request) -> None:
        if self._window is None:
            return
        self._window.closing.call_off()  # the user wants it to stay
        _bring_forward(self._window)
        if request.file is not None:
            self._waiting.append(request.file)
            self._open_waiting()

    def _open_waiting(self) -> None:
        """Open what was asked for, one after the other, once no question stands over the window and no
        workspace is being read: what is open then decides."""
        window = self._window
        assert window is not None
        while self._waiting:
            if (
                QApplication.activeModalWidget() is not None
                or not window.has_begun
                or window.workspaces.reading
            ):
                self._again.start()
                return
            opening = window.opening
            (opening.begin_with if window.workspace is None else opening.open_path)(self._waiting.pop(0))
        self._again.stop()


def _bring_forward(window: MainWindow) -> None:
    if window.isMinimized():
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
    QApplication.alert(window)  # where a desktop lets no window come to the front by itself


def _is_ours() -> bool:
    """Whether the socket, where it is a file, belongs to this user: its folder is for everybody."""
    path = Path(QDir.temp().filePath(address()))
    try:
        return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
    except OSError:
        return False
