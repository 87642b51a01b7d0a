"""What is to be published once a server answers, kept in the workspace's private folder until then."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.files import remove, save_bytes
from engine.workspace.engine_folder import engine_folder

FOLDER_NAME = "publish-later"
_SUFFIX = ".json"


class Waiting(BaseModel):
    """One campaign that waits for one server.

    base: the version that it follows there, as `If-Match` takes it, or None. since: ISO 8601.
    state: it waits; somebody else has published meanwhile; or it was refused, for a reason.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    campaign: str
    name: str
    base: str | None
    since: str
    state: Literal["waiting", "conflict", "refused"] = "waiting"
    reason: str = ""


class _Kept(BaseModel):
    """The file of one: what it is, and the bundle as its file has it."""

    waiting: Waiting
    bundle: str


class LaterQueue:
    """The queue of one workspace: of each campaign and server the last one that was put into it."""

    def __init__(self, workspace: Path) -> None:
        self._folder = engine_folder(workspace) / FOLDER_NAME

    def put(self, waiting: Waiting, bundle: bytes) -> None:
        """Let it wait, instead of an earlier one. Raises `FileError`, `OSError`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        kept = _Kept(waiting=waiting, bundle=bundle.decode())
        save_bytes(self._path(waiting), kept.model_dump_json().encode(), private=True)

    def all(self) -> list[Waiting]:
        """Everything that waits, the longest first. A file that is none is passed over."""
        found = []
        for path in self._folder.glob(f"*{_SUFFIX}"):
            try:
                found.append(_Kept.model_validate_json(path.read_bytes()).waiting)
            except (OSError, ValidationError):
                continue
        return sorted(found, key=lambda one: (one.since, one.name))

    def bundle(self, waiting: Waiting) -> bytes | None:
        """What is to be published; None where it waits no more."""
        try:
            return _Kept.model_validate_json(self._path(waiting).read_bytes()).bundle.encode()
        except (OSError, ValidationError):
            return None

    def drop(self, waiting: Waiting) -> None:
        """It waits no more. Raises `FileError`."""
        path = self._path(waiting)
        if path.exists():
            remove(path)

    def _path(self, waiting: Waiting) -> Path:
        key = hashlib.sha256(f"{waiting.url} {waiting.campaign}".encode()).hexdigest()
        return self._folder / f"{key[:24]}{_SUFFIX}"
