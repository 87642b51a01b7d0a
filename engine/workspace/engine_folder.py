"""Where the bundled engine of a workspace keeps its data, for whoever has only the workspace's folder; and
the user's own data folder outside all workspaces.
"""

from __future__ import annotations

import os
from pathlib import Path

APPLICATION = "campaign-canvas"
_ENGINE_FOLDER = ".engine"


def engine_folder(workspace: Path) -> Path:
    """The folder of the engine's files; it need not exist."""
    return workspace / _ENGINE_FOLDER


def database_file(workspace: Path) -> Path:
    """The engine's database; it is there once people were imported or a campaign was published."""
    return engine_folder(workspace) / "engine.db"


def rejects_file(workspace: Path, import_id: int) -> Path:
    """Where an import lists the rows that it did not take."""
    return engine_folder(workspace) / "imports" / f"{import_id}-rejects.csv"


def user_config_folder() -> Path:
    """Where the user's preferences stand; `CAMPAIGN_CANVAS_HOME` moves it, for tests."""
    import platformdirs

    home = os.environ.get("CAMPAIGN_CANVAS_HOME")
    return Path(home) / "config" if home else platformdirs.user_config_path(APPLICATION, appauthor=False)


def user_data_folder() -> Path:
    """What belongs to the user and to no workspace; `CAMPAIGN_CANVAS_HOME` moves it, for tests."""
    import platformdirs

    home = os.environ.get("CAMPAIGN_CANVAS_HOME")
    return Path(home) / "data" if home else platformdirs.user_data_path(APPLICATION, appauthor=False)
