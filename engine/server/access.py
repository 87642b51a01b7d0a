"""How an engine is found and entered: the files `token` and `address.json` of its workspace."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from engine.client import ADDRESS_NAME, TOKEN_NAME

OWNER_ONLY = 0o600


def token_of(folder: Path) -> str:
    """The engine's token, made where there is none yet; only the owner can read its file."""
    path = folder / TOKEN_NAME
    try:
        path.chmod(OWNER_ONLY)
        if token := path.read_text(encoding="ascii").strip():
            return token
    except (FileNotFoundError, UnicodeDecodeError):
        pass
    token = secrets.token_urlsafe(32)
    _write(path, token + "\n")
    return token


def announce(folder: Path, url: str, instance: str) -> None:
    """Say where the engine answers. The file appears whole, once it does."""
    content = {"url": url, "instance": instance, "pid": os.getpid()}
    _write(folder / ADDRESS_NAME, json.dumps(content, indent=2) + "\n")


def withdraw(folder: Path, instance: str) -> None:
    """Take the address away, if it is still this engine's."""
    path = folder / ADDRESS_NAME
    try:
        if json.loads(path.read_text(encoding="utf-8")).get("instance") == instance:
            path.unlink()
    except (OSError, ValueError, AttributeError):
        return


def _write(path: Path, text: str) -> None:
    """Replace a file by one that was never readable for others."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
