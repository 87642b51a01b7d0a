"""Steps that tests of the guide share."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.campaign_list.templates import shipped_starts
from app.editor.guide.guide import TemplateGuide
from app.editor.page import EditorPage
from app.window import MainWindow
from engine.campaign import edits
from tests.app.panels.filling import choose, combo

FIRST_ORDER, SECOND_ORDER, HIGH_VALUE = "t_first_order", "t_second_order", "t_high_value"


def begin(qtbot: QtBot, window: MainWindow, id: str) -> EditorPage:
    """A new campaign from a template, with its guide on show."""
    start = next(start for start in shipped_starts("en") if start.id == id)
    window.campaigns.begin(start)
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded and page.guide.guide is not None)
    QApplication.processEvents()
    return page


def guide_of(page: EditorPage) -> TemplateGuide:
    assert page.guide.guide is not None
    return page.guide.guide


def click(widget: QWidget) -> None:
    assert widget.isVisible()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def names(guide: TemplateGuide) -> list[str]:
    return [button.accessibleName() for button in guide.window.buttons]


def configure(page: EditorPage, node_id: str) -> None:
    """Confirm a coupon or an audience, as OK does."""
    node = page.session.document.node(node_id)
    config: dict[str, JsonValue] = (
        {"coupon": "cp_1"}
        if node.kind == "issue_coupon"
        else {"audiences": ["a_once"], "mode": "now", "repeat_unchanged": False}
    )
    edit = edits.configure(page.session.document, node_id, name=node.name, memo="", config=config)
    page.panel.confirmed.emit(edit)
    QApplication.processEvents()


def card_of(page: EditorPage, node_id: str) -> QRect:
    return page.view.mapFromScene(page.scene.cards[node_id].scene_rect).boundingRect()


def fill_sms(page: EditorPage) -> None:
    choose(combo(page.panel, "platform"), "acc_sms")
    choose(combo(page.panel, "signature"), "Brand")
    choose(combo(page.panel, "template"), "m_any")
    QApplication.processEvents()
