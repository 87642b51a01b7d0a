"""Panels that can only be viewed."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from app.pickers.search import SearchCombo
from app.widgets.combo_box import ComboBox
from app.widgets.fields import NumberEdit
from canvas_widgets.look import Look
from engine.workspace.workspace import Workspace
from tests.app.panels.conftest import OpenPanel
from tests.app.panels.filling import combo
from tests.app.panels.looking import edits_of, panel_document, texts_of
from tests.app.panels.samples import CONFIGS, sample_document


@pytest.mark.parametrize("kind", sorted(CONFIGS))
def test_every_panel_can_be_viewed_without_changing_anything(
    open_panel: OpenPanel, workspace: Workspace, kind: str
) -> None:
    panel = open_panel("end")
    document = sample_document(kind, CONFIGS[kind][-1], confirmed=True)
    panel.show_node(document, "n_x", workspace, read_only=True)
    assert not panel.footer.isVisibleTo(panel)
    assert panel.content is not None
    for button in panel.content.findChildren(QPushButton):
        assert not button.isEnabled()
    for combo_box in panel.content.findChildren(ComboBox):
        before, index = combo_box.value(), combo_box.currentIndex()
        assert combo_box.read_only
        for key in (Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_S, Qt.Key.Key_Space, Qt.Key.Key_F4):
            QTest.keyClick(combo_box, key)
        QTest.mouseClick(combo_box, Qt.MouseButton.LeftButton)
        assert (combo_box.value(), combo_box.currentIndex()) == (before, index)
        assert not (isinstance(combo_box, SearchCombo) and combo_box.popup)
        assert not combo_box.view().isVisible()
    for field in panel.content.findChildren(QLineEdit):
        assert field.isReadOnly() or not field.isEnabled()
    assert panel.header.view_only.isVisibleTo(panel)
    panel.refresh()  # the workspace changed: nothing of it can be edited
    assert not any(found.isEnabled() for found in panel.content.findChildren(QPushButton))
    edits = edits_of(panel)
    panel.confirm()
    assert not edits


def test_a_viewed_choice_can_be_copied(open_panel: OpenPanel, workspace: Workspace) -> None:
    panel = open_panel("end")
    kind = "text_sms"
    panel.show_node(
        sample_document(kind, CONFIGS[kind][-1], confirmed=True), "n_x", workspace, read_only=True
    )
    shown = combo(panel, "platform")
    QTest.keySequence(shown, QKeySequence(QKeySequence.StandardKey.Copy))
    assert QGuiApplication.clipboard().text() == shown.currentText() != ""
    QGuiApplication.clipboard().clear()


@pytest.mark.parametrize(
    ("where", "shown"),
    [(None, True), ({"field": "amount", "op": ">=", "value": 5}, False)],
)
def test_a_viewed_condition_that_is_empty_says_what_that_means(
    open_panel: OpenPanel, workspace: Workspace, where: dict[str, Any] | None, shown: bool
) -> None:
    config: dict[str, Any] = {"event": "order"} | ({"where": where} if where else {})
    panel = open_panel("behavior_event", config, confirmed=True)
    assert "Every event" not in texts_of(panel)  # there, a condition can be added
    document = panel_document(panel)
    panel.show_node(document, "n_x", workspace, read_only=True)
    assert ("Every event" in texts_of(panel)) is shown


def test_a_condition_that_is_needed_does_not_say_that_it_is_empty(
    open_panel: OpenPanel, workspace: Workspace
) -> None:
    panel = open_panel("attribute_judgment", {"groups": [{"id": "g_1", "name": "One"}]})
    panel.show_node(panel_document(panel), "n_x", workspace, read_only=True)
    assert "Every event" not in texts_of(panel)


def test_start_can_only_be_viewed(open_panel: OpenPanel, workspace: Workspace) -> None:
    panel = open_panel("end")
    panel.show_node(panel_document(panel), "n_start", workspace)
    assert not panel.footer.isVisibleTo(panel)


def test_all_lines_that_can_only_be_viewed_look_so(
    open_panel: OpenPanel, workspace: Workspace, look: Look, qapp: QApplication
) -> None:
    look.apply(qapp)
    config = {"mode": "duration", "amount": 3, "unit": "day"}
    panel = open_panel("wait_until", config, confirmed=True)
    panel.show_node(panel_document(panel), "n_x", workspace, read_only=True)
    assert panel.content is not None
    fields = [panel.content.name, *panel.content.findChildren(NumberEdit)]
    corner = QPoint(8, 4)  # within the border, beside the text
    grounds = {field.grab().toImage().pixelColor(corner).name() for field in fields if field.isVisible()}
    assert len(fields) > 1
    assert grounds == {look.colours.canvas.name()}
