"""Saving: the old file or the new one, whole, and nothing beside it."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

from engine.files import FileError, remove, save_bytes


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_replaces_and_keeps_the_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    save_bytes(path, b"one")
    path.chmod(0o640)
    save_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["a.json"]


def test_private_content_is_never_readable_for_others(tmp_path: Path) -> None:
    path = tmp_path / "token"
    save_bytes(path, b"one")
    path.chmod(0o644)
    save_bytes(path, b"two", private=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_new_file_gets_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    save_bytes(tmp_path / "new", b"")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"one")
    (tmp_path / "link").symlink_to("real")
    save_bytes(tmp_path / "link", b"two")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"two"


def failing(*args: Any, **kwargs: Any) -> Any:
    raise OSError(28, "No space left on device")


def fail_on_write(real: Callable[..., Any]) -> Callable[..., Any]:
    def fdopen(*args: Any, **kwargs: Any) -> Any:
        file = real(*args, **kwargs)

        class Full:
            def __enter__(self) -> Self:
                return self

            def __exit__(self, *details: object) -> None:
                file.close()

            def write(self, data: bytes) -> None:
                file.write(data[: len(data) // 2])
                failing()

        return Full()

    return fdopen


@pytest.mark.parametrize("step", ["mkstemp", "write", "fsync", "chmod", "replace"])
@pytest.mark.parametrize("exists", [True, False])
def test_failure_at_any_step_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, exists: bool
) -> None:
    path = tmp_path / "a.json"
    if exists:
        path.write_bytes(b"old")
    match step:
        case "mkstemp":
            monkeypatch.setattr(tempfile, "mkstemp", failing)
        case "write":
            monkeypatch.setattr(os, "fdopen", fail_on_write(os.fdopen))
        case "fsync":
            monkeypatch.setattr(os, "fsync", failing)
        case _:
            monkeypatch.setattr(Path, step, failing)
    with pytest.raises(FileError, match="No space left") as caught:
        save_bytes(path, b"new content")
    monkeypatch.undo()
    assert caught.value.path == path
    assert names(tmp_path) == (["a.json"] if exists else [])
    assert not exists or path.read_bytes() == b"old"


def test_interruption_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_bytes(tmp_path / "a.json", b"new")
    assert names(tmp_path) == []


def test_folder_that_cannot_be_synced_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", failing)
    path = tmp_path / "a.json"
    real = tempfile.mkstemp

    def make(**kwargs: Any) -> tuple[int, str]:
        monkeypatch.undo()  # only opening the folder fails
        made = real(**kwargs)
        monkeypatch.setattr(os, "open", failing)
        return made

    monkeypatch.setattr(tempfile, "mkstemp", make)
    save_bytes(path, b"new")
    assert path.read_bytes() == b"new"


def test_remove(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.touch()
    remove(path)
    remove(path)
    assert names(tmp_path) == []
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError, match="cannot be deleted"):
        remove(tmp_path / "folder")
