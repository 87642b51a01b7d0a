"""Tokens of remote engines: in the system's keyring, else in a file that only its owner reads."""

from __future__ import annotations

import json
from pathlib import Path

from app.preferences import config_folder
from engine.files import save_bytes
from engine.workspace.engine_folder import APPLICATION


def store(url: str, token: str) -> bool:
    """Keep a token. False where there is no keyring and it went to the file: the user is told so.

    Raises `FileError` where the file cannot be written either.
    """
    if _to_keyring(url, token):
        return True
    tokens = _read_file() | {url: token}
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_bytes(path, json.dumps(tokens).encode(), private=True)
    return False


def load(url: str) -> str | None:
    """The token of an engine, or None."""
    return _from_keyring(url) or _read_file().get(url)


def _path() -> Path:
    return config_folder() / "tokens.json"


def _read_file() -> dict[str, str]:
    try:
        found = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _to_keyring(url: str, token: str) -> bool:
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(APPLICATION, url, token)
        return keyring.get_password(APPLICATION, url) == token
    except KeyringError:
        return False


def _from_keyring(url: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(APPLICATION, url)
    except KeyringError:
        return None
