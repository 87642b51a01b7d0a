"""Notices that the open campaign's file is not what was read or saved last: changed, renamed or gone."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from app import tasks
from app.editor.session import EditorSession
from app.file_watch import FileWatch
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.files import FileError, read_bytes
from engine.workspace.folder import files_in

log = logging.getLogger(__name__)

SETTLE_MS = 250
"""Whoever replaces a file takes a moment, in which it may be half there or not at all."""


class Standing(NamedTuple):
    """What stands on the disk. digest: of the file's bytes, None where it is gone; document or error: what it
    holds, where that is news; moved: where the file is now that was renamed."""

    digest: str | None
    document: CampaignDocument | None = None
    error: FileError | None = None
    moved: Path | None = None


def standing(path: Path, origin: str | None) -> Standing:
    """Look at a campaign's file; `origin` is the digest of what is known of it. For a background thread."""
    if not path.exists():
        return Standing(None, moved=_renamed(path, origin))
    try:
        data = read_bytes(path)
    except FileError as error:
        return Standing("", error=error)
    digest = campaign_file.digest(data)
    if digest == origin:
        return Standing(digest)
    try:
        return Standing(digest, campaign_file.parse(data, path))
    except FileError as error:
        return Standing(digest, error=error)


def _renamed(path: Path, origin: str | None) -> Path | None:
    """The file of exactly that content in the same folder."""
    try:
        others = files_in(path.parent, campaign_file.SUFFIX)
        return next((path for path in others if campaign_file.digest(read_bytes(path)) == origin), None)
    except FileError:
        return None


class DiskWatch(QObject):
    """Looks when the system tells of a change, and when the program comes to the front again.

    Signal `looked(Standing)`, each time.
    """

    looked = Signal(object)

    def __init__(self, session: EditorSession) -> None:
        super().__init__(session)
        self._session = session
        self._looking = self._closed = False
        self._files = FileWatch(self, SETTLE_MS)
        self._files.settled.connect(self.look)
        self.follow()

    def follow(self) -> None:
        """Watch the session's file, and its folder, because a file that is replaced is another one."""
        path = self._session.path
        self._files.follow(() if path is None else (path, path.parent))

    def look(self) -> None:
        """Look now, in the background."""
        path, origin = self._session.path, self._session.document.origin
        if path is None or self._closed:
            return
        if self._looking:
            self._files.wait()
            return
        self._looking = True
        tasks.run(partial(standing, path, origin), partial(self._on_looked, path, origin), self._on_failed)

    def look_later(self) -> None:
        """Look once things have settled."""
        self._files.wait()

    def close(self) -> None:
        """Nothing is told any more."""
        self._closed = True
        self._files.close()

    def _on_looked(self, path: Path, origin: str | None, found: Standing) -> None:
        self._looking = False
        if self._closed:
            return
        if (path, origin) != (self._session.path, self._session.document.origin):
            self.look()  # saved in between: what was seen may be of before
            return
        self.follow()
        self.looked.emit(found)

    def _on_failed(self, error: Exception) -> None:
        self._looking = False
        log.warning("the campaign's file cannot be looked at: %s", error)
