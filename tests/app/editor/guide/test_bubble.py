"""Where the bubble of a guide stands, and the keyboard in it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.editor.guide.guide import TemplateGuide
from app.editor.page import EditorPage
from app.window import MainWindow
from engine.campaign.model import Point
from engine.campaign.ops import Op, Table
from engine.workspace.message import TextSms
from engine.workspace.template import Recommendation
from tests.app.editor.guide.guiding import card_of, click


class TestPlace:
    def pan(self, page: EditorPage, across: int, down: int) -> None:
        for bar, by in ((page.view.horizontalScrollBar(), across), (page.view.verticalScrollBar(), down)):
            bar.setValue(bar.value() + by)

    def test_it_follows_the_card(self, page: EditorPage, guide: TemplateGuide) -> None:
        click(guide.window.buttons[1])
        before = guide.bubble.pos()
        self.pan(page, 50, -30)
        assert guide.bubble.pos() == before + QPoint(-50, 30)
        wheel(page.view.viewport(), 120, Qt.KeyboardModifier.ControlModifier)
        card = card_of(page, "n_coupon")
        assert abs(guide.bubble.geometry().center().x() - card.center().x()) <= 1
        moved = Point(*page.session.document.layout["n_coupon"])._replace(y=200)
        op = Op(Table.LAYOUT, "n_coupon", page.session.document.layout["n_coupon"], moved)
        page.session.document.apply([op])
        assert guide.bubble.geometry().bottom() <= card_of(page, "n_coupon").top()

    @pytest.mark.parametrize(("across", "down"), [(0, 360), (0, -5000), (5000, 0), (-5000, 0), (300, 420)])
    def test_it_is_never_clipped(
        self, page: EditorPage, guide: TemplateGuide, across: int, down: int
    ) -> None:
        click(guide.window.buttons[1])
        click_down = guide.bubble.geometry()
        self.pan(page, across, down)
        assert guide.bubble.geometry() != click_down
        assert page.view.rect().contains(guide.bubble.geometry())

    def test_it_stands_below_a_card_at_the_upper_edge(self, page: EditorPage, guide: TemplateGuide) -> None:
        click(guide.window.buttons[1])
        self.pan(page, 0, card_of(page, "n_coupon").top() - 20)
        assert guide.bubble.geometry().top() >= card_of(page, "n_coupon").bottom()

    def test_the_canvas_below_hears_nothing(self, page: EditorPage, guide: TemplateGuide) -> None:
        click(guide.window.buttons[1])
        before = page.view.horizontalScrollBar().value()
        QTest.mouseClick(guide.bubble, Qt.MouseButton.LeftButton, pos=guide.bubble.rect().center())
        wheel(guide.bubble, 120, Qt.KeyboardModifier.ShiftModifier)
        assert page.scene.selected_node == "n_coupon"
        assert page.view.horizontalScrollBar().value() == before


def wheel(widget: QWidget, turned: int, keys: Qt.KeyboardModifier) -> None:
    at = QPointF(widget.rect().center())
    place, buttons = QPointF(widget.mapToGlobal(at.toPoint())), Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    turn = QWheelEvent(at, place, QPoint(), QPoint(0, turned), buttons, keys, phase, False)
    QApplication.sendEvent(widget, turn)


class TestKeyboard:
    def test_through_the_guide_without_a_mouse(
        self, page: EditorPage, guide: TemplateGuide, window: MainWindow
    ) -> None:
        window.actions_["help.guide"].trigger()
        assert guide.window.buttons[0].hasFocus()
        QTest.keyClick(guide.window.buttons[0], Qt.Key.Key_Space)
        QApplication.processEvents()
        assert guide.bubble.look_button.hasFocus()
        QTest.keyClick(guide.bubble.look_button, Qt.Key.Key_Space)
        assert guide.bubble.recommended.isVisible()
        QTest.keyClick(guide.bubble.look_button, Qt.Key.Key_Tab)
        assert guide.bubble.make_button.hasFocus()
        QTest.keyClick(guide.bubble.make_button, Qt.Key.Key_Escape)
        assert not guide.bubble.isVisible()
        assert page.view.hasFocus()

    def test_what_scrolls_can_be_reached(self, guide: TemplateGuide) -> None:
        long = TextSms(text="One more line.\n" * 60)
        entry = guide._entries["n_sms"]
        guide._entries["n_sms"] = entry.model_copy(update={"content": Recommendation(en=long, zh=long)})
        click(guide.window.buttons[2])
        click(guide.bubble.look_button)
        guide.bubble.look_button.setFocus()
        QTest.keyClick(guide.bubble.look_button, Qt.Key.Key_Tab)
        assert guide.bubble.recommended.hasFocus()
        QTest.keyClick(guide.bubble.recommended, Qt.Key.Key_PageDown)
        assert guide.bubble.recommended.verticalScrollBar().value() > 0
        QTest.keyClick(guide.bubble.recommended, Qt.Key.Key_Tab)
        assert guide.bubble.recommended.copy_button.hasFocus()

    def test_escape_on_the_canvas_closes_the_bubble(self, page: EditorPage, guide: TemplateGuide) -> None:
        click(guide.window.buttons[1])
        assert page.view.hasFocus()
        QTest.keyClick(page.view, Qt.Key.Key_Escape)
        assert not guide.bubble.isVisible()
        assert guide.window.isVisible()

    def test_everything_has_a_name_and_is_large_enough(self, guide: TemplateGuide) -> None:
        click(guide.window.buttons[0])
        for control in (*guide.window.tab_order()[1:], *guide.bubble.tab_order()):
            if control.isVisible():
                assert control.accessibleName() or control.text()  # type: ignore[attr-defined]
                assert control.height() >= 24
