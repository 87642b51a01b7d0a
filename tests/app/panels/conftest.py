"""A workspace with one of everything that a component can refer to, and a campaign around one component."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.panels import ConfigurationPanel
from canvas_widgets.look import Look
from engine.workspace.workspace import Workspace
from tests.app.panels.samples import sample_document

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def deleted_widgets(qapp: QApplication) -> Iterator[None]:
    """Delete for good what was closed: without a running event loop Qt would keep it for the next test."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture(scope="session")
def look(qapp: QApplication) -> Look:
    return Look()


OpenPanel = Callable[..., ConfigurationPanel]


@pytest.fixture
def open_panel(qtbot: QtBot, look: Look, workspace: Workspace) -> OpenPanel:
    """`open_panel(kind, config, confirmed)`: the panel on one component of a sample campaign."""

    def open_on(
        kind: str, config: dict[str, object] | None = None, confirmed: bool = False
    ) -> ConfigurationPanel:
        panel = ConfigurationPanel(look)
        qtbot.addWidget(panel)
        panel.resize(352, 800)
        panel.show()
        panel.show_node(sample_document(kind, config, confirmed), "n_x", workspace)
        return panel

    return open_on
