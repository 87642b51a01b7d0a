"""What a panel holds and shows, and what it asked for when OK was pressed."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLabel

from app.panels import ConfigurationPanel
from engine.campaign.edits import Edit
from engine.campaign.model import Node


def edits_of(panel: ConfigurationPanel) -> list[Edit]:
    edits: list[Edit] = []
    panel.confirmed.connect(edits.append)
    return edits


def node_of(edit: Edit) -> Node:
    return next(op.after for op in edit.ops if op.id == "n_x" and isinstance(op.after, Node))


def panel_document(panel: ConfigurationPanel) -> Any:
    return panel._document


def texts_of(panel: ConfigurationPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisibleTo(panel)]
