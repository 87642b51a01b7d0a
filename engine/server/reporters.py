"""Whose reports are taken: the workspace's accounts with their secrets, as its files say now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from engine.workspace.account import AccountFile
from engine.workspace.secrets import Secrets
from engine.workspace.workspace import accounts_of

KEPT_S = 5.0
"""How long what files and the keyring say is taken for true: reports may come by the hundred."""


class Reporter(NamedTuple):
    """An account, with its secrets by name."""

    account: AccountFile
    secrets: Mapping[str, str]


class Reporters:
    """The accounts of a workspace's folder. Any thread may ask."""

    def __init__(self, workspace: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._workspace = workspace
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[str, Reporter] = {}
        self._read_at: float | None = None

    def find(self, id: str) -> Reporter | None:
        """An account by its id."""
        with self._lock:
            now = self._monotonic()
            if self._read_at is None or now >= self._read_at + KEPT_S:
                self._known = self._read()
                self._read_at = now
            return self._known.get(id)

    def _read(self) -> dict[str, Reporter]:
        secrets, accounts = Secrets(self._workspace), accounts_of(self._workspace)
        return {id: Reporter(account, secrets.load(account)) for id, account in accounts.items()}
