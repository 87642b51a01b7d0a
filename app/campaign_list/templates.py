"""What a new campaign can start from: the templates that ship, and the workspace's own."""

from __future__ import annotations

from app.campaign_list.gallery import Start
from engine.files import FileError
from engine.workspace.workspace import Workspace


def starts(workspace: Workspace) -> tuple[list[Start], list[FileError]]:
    """Every readable template in the current language, and why others cannot be read."""
    return [], []
