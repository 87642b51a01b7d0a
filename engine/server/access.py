"""How an engine is found and entered: the files `token` and `address.json` of its workspace."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from engine.client import ADDRESS_NAME, TOKEN_NAME, place_of
from engine.files import save_bytes
from engine.files.saving import OWNER_ONLY


def token_of(folder: Path) -> str:
    """The engine's token, made where there is none yet; only the owner can read its file.

    Raises `FileError`.
    """
    path = folder / TOKEN_NAME
    try:
        path.chmod(OWNER_ONLY)
        if token := path.read_text(encoding="ascii").strip():
            return token
    except (FileNotFoundError, UnicodeDecodeError):
        pass
    token = secrets.token_urlsafe(32)
    save_bytes(path, f"{token}\n".encode(), private=True)
    return token


def announce(folder: Path, url: str, instance: str) -> None:
    """Say where the engine answers. The file appears whole, once it does. Raises `FileError`."""
    content = {"url": url, "instance": instance, "pid": os.getpid(), "place": place_of(folder)}
    save_bytes(folder / ADDRESS_NAME, f"{json.dumps(content, indent=2)}\n".encode(), private=True)


def withdraw(folder: Path, instance: str) -> None:
    """Take the address away, if it is still this engine's."""
    path = folder / ADDRESS_NAME
    try:
        if json.loads(path.read_text(encoding="utf-8")).get("instance") == instance:
            path.unlink()
    except (OSError, ValueError, AttributeError):
        return
