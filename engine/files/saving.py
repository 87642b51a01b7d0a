"""Saving that leaves either the old file or the new one, whole, whatever happens in between."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from engine.files.errors import FileError
from engine.i18n import N_, Message

OWNER_ONLY = 0o600


def save_bytes(
    path: Path, data: bytes, *, private: bool = False, check: Callable[[], None] = lambda: None
) -> None:
    """Replace the file's content, or make the file. Raises `FileError`; the old content then still stands.

    The data is on the disk when this returns, as far as the system tells the truth about it. `private`: at no
    moment can anybody but the owner read it, whatever the old file allowed. `check` may raise right before
    the old content goes.
    """
    target = Path(os.path.realpath(path))  # a symbolic link stays a link
    try:
        _replace(target, data, private, check)
    except OSError as error:
        reason = error.strerror or str(error)
        message = Message(N_("The file was not saved, the old one is unchanged: {reason}."), reason=reason)
        raise FileError(path, None, "", message) from error
    _sync_folder(target.parent)


def remove(path: Path) -> None:
    """Delete a file. Raises `FileError`; one that is gone already is no error."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        message = Message(N_("The file cannot be deleted: {reason}."), reason=reason)
        raise FileError(path, None, "", message) from error
    _sync_folder(path.parent)


def _replace(target: Path, data: bytes, private: bool, check: Callable[[], None]) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(OWNER_ONLY if private else _mode(target))
        check()
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _mode(target: Path) -> int:
    """The permissions that the file has, or that a new one gets; a temporary file is private at first."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return 0o666 & ~_UMASK


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


_UMASK = _umask()  # read once, at import: setting it to read it is not safe between threads


def _sync_folder(folder: Path) -> None:
    """Make the new name durable. Windows cannot open a folder, some file systems cannot sync one."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
