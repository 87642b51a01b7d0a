"""Tokens of remote engines, by address."""

from __future__ import annotations

from engine.workspace.engine_folder import user_config_folder
from engine.workspace.vault import Vault


def store(url: str, token: str) -> bool:
    """Keep a token. False where there is no keyring and it went to the file: the user is told so.

    Raises `FileError` where the file cannot be written either.
    """
    return _vault().store(url, token)


def load(url: str) -> str | None:
    """The token of an engine, or None."""
    return _vault().load(url)


def forget(url: str) -> None:
    """Keep it no more. Raises `FileError`."""
    _vault().forget(url)


def _vault() -> Vault:
    return Vault(user_config_folder() / "tokens.json")
