"""Which version of a campaign somebody has seen on a server: what the next one that is published follows.

It is kept beside the workspace's engine, for it is about this copy of the workspace; others have seen others.
"""

from __future__ import annotations

import threading
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.files import save_bytes
from engine.server.wire.base import VersionTag
from engine.server.wire.campaigns import PublishAnswer, etag
from engine.workspace.engine_folder import engine_folder

FILE_NAME = "servers.json"
_writing = threading.Lock()


class Base(BaseModel):
    """A version of one campaign on one server. `etag`: what `If-Match` takes."""

    model_config = ConfigDict(frozen=True)

    version: int
    etag: str

    @classmethod
    def of_tag(cls, tag: VersionTag) -> Base:
        return cls(version=tag.version, etag=tag.etag)

    @classmethod
    def of_answer(cls, answer: PublishAnswer) -> Base:
        return cls(version=answer.version, etag=etag(answer.version, answer.hash))


class _Known(BaseModel):
    """The file: by the server's address and the campaign's id."""

    servers: dict[str, dict[str, Base]] = Field(default_factory=dict)


def base_of(workspace: Path, url: str, campaign: str) -> Base | None:
    """The version that was seen last, or None. What cannot be read was not seen: then the server asks."""
    return _read(workspace).servers.get(url, {}).get(campaign)


def remember(workspace: Path, url: str, campaign: str, base: Base) -> None:
    """This version was seen. Raises `FileError`, `OSError`."""
    path = _path(workspace)
    with _writing:
        known = _read(workspace)
        known.servers.setdefault(url, {})[campaign] = base
        path.parent.mkdir(parents=True, exist_ok=True)
        save_bytes(path, known.model_dump_json(indent=2).encode())


def _read(workspace: Path) -> _Known:
    try:
        return _Known.model_validate_json(_path(workspace).read_bytes())
    except (OSError, ValidationError):
        return _Known()


def _path(workspace: Path) -> Path:
    return engine_folder(workspace) / FILE_NAME
