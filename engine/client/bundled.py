"""Finding the workspace's own engine, by the address that it left."""

from __future__ import annotations

import json
from pathlib import Path

from engine.client.calls import EngineRefused, EngineUnreachable
from engine.client.client import EngineClient
from engine.workspace.engine_folder import engine_folder

ADDRESS_NAME = "address.json"
TOKEN_NAME = "token"  # noqa: S105 - the name of the file, not what stands in it


def bundled(workspace: Path) -> EngineClient | None:
    """A client for the workspace's own engine if it runs, else None.

    The address may have been left by an engine that was killed, and its port be somebody else's by now: the
    token is shown only to the very process that wrote it. In a workspace that was copied the address is that
    of the other workspace's engine.
    """
    address = _address(workspace)
    try:
        if address.get("place") != place_of(engine_folder(workspace)):
            return None
        token = (engine_folder(workspace) / TOKEN_NAME).read_text(encoding="utf-8").strip()
        client = EngineClient(address["url"], token)
    except (OSError, ValueError, KeyError, EngineUnreachable):
        return None
    try:
        if client.health().instance == address.get("instance"):
            return client
    except (EngineUnreachable, EngineRefused):
        pass
    client.close()
    return None


def instance_of(workspace: Path) -> str | None:
    """The engine that left its address and has not ended in order since, or None."""
    return _address(workspace).get("instance")


def place_of(folder: Path) -> str:
    """What tells a folder from its copies, and stays when it is moved within its disk."""
    found = folder.stat()
    return f"{found.st_dev}:{found.st_ino}"


def _address(workspace: Path) -> dict[str, str]:
    """What the address file says, empty where there is none that can be read."""
    try:
        found = json.loads((engine_folder(workspace) / ADDRESS_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
