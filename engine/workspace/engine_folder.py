"""Where the bundled engine of a workspace keeps its data, for whoever has only the workspace's folder."""

from __future__ import annotations

from pathlib import Path

_ENGINE_FOLDER = ".engine"


def engine_folder(workspace: Path) -> Path:
    """The folder of the engine's files; it need not exist."""
    return workspace / _ENGINE_FOLDER


def database_file(workspace: Path) -> Path:
    """The engine's database; it is there once people were imported or a campaign was published."""
    return engine_folder(workspace) / "engine.db"
