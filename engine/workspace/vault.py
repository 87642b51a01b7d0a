"""What only one person may read: in the system's keyring, else in a file that only its owner reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from engine.files import save_bytes
from engine.workspace.engine_folder import APPLICATION


class Vault:
    """Entries by name. Values are never logged, and stand in no error."""

    def __init__(self, file: Path) -> None:
        """`file`: where they go without a keyring."""
        self._file = file

    def store(self, name: str, entry: str) -> bool:
        """Keep an entry. False where there is no keyring and it went to the file: the user is told so.

        Raises `FileError` where the file cannot be written either.
        """
        if _to_keyring(name, entry):
            self._drop_from_file(name)
            return True
        self._write_file(self._read_file() | {name: entry})
        return False

    def load(self, name: str) -> str | None:
        """The entry, or None."""
        return _from_keyring(name) or self._read_file().get(name)

    def forget(self, name: str) -> None:
        """Remove the entry. Raises `FileError`."""
        _remove_from_keyring(name)
        self._drop_from_file(name)

    def _drop_from_file(self, name: str) -> None:
        """What is in the keyring now stays in no file beside it."""
        if name in (entries := self._read_file()):
            del entries[name]
            self._write_file(entries)

    def _read_file(self) -> dict[str, str]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write_file(self, entries: Mapping[str, str]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        save_bytes(self._file, json.dumps(entries, ensure_ascii=False).encode(), private=True)


def _to_keyring(name: str, entry: str) -> bool:
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(APPLICATION, name, entry)
        return keyring.get_password(APPLICATION, name) == entry
    except KeyringError:
        return False


def _from_keyring(name: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(APPLICATION, name)
    except KeyringError:
        return None


def _remove_from_keyring(name: str) -> None:
    import keyring
    from keyring.errors import KeyringError

    try:
        if keyring.get_password(APPLICATION, name) is not None:
            keyring.delete_password(APPLICATION, name)
    except KeyringError:
        pass  # nothing of it was there to be removed
