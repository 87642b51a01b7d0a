"""The palette: every component by category, found by typing, reached by the keyboard, dragged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canvas_widgets.component_list import MIME_TYPE
from canvas_widgets.look import Look
from canvas_widgets.palette import Palette
from engine.components.base import Category
from engine.components.registry import palette


@pytest.fixture
def shown(look: Look) -> Iterator[Palette]:
    made = Palette(look)
    made.resize(208, 900)
    made.show()
    QApplication.processEvents()
    yield made
    made.close()
    made.deleteLater()


def headings(shown: Palette) -> list[str]:
    model = shown.list.components
    rows = (model.index(row) for row in range(model.rowCount()))
    return [str(index.data()) for index in rows if not index.flags() & Qt.ItemFlag.ItemIsEnabled]


def test_every_component_is_there_by_category(shown: Palette) -> None:
    expected = [member.kind for members in palette().values() for member in members]
    assert shown.list.components.kinds() == expected
    assert len(expected) == 23
    assert headings(shown) == [str(c.label) for c in Category if c is not Category.START]
    assert shown.width() == 208


@pytest.mark.parametrize(
    ("typed", "found"),
    [("sms", ["text_sms", "digital_sms"]), ("JUDG tag", ["tag_judgment"]), ("no such thing", [])],
)
def test_typing_finds(shown: Palette, typed: str, found: list[str]) -> None:
    shown.focus_search()
    QTest.keyClicks(shown.search, typed)
    assert shown.list.components.kinds() == found
    QTest.keyClick(shown.search, Qt.Key.Key_Escape)
    assert len(shown.list.components.kinds()) == 23


def test_the_keyboard_reaches_components_and_passes_over_headings(shown: Palette) -> None:
    activated: list[str] = []
    shown.kind_activated.connect(activated.append)
    QTest.keyClicks(shown.search, "sms")
    QTest.keyClick(shown.search, Qt.Key.Key_Down)
    assert shown.list.chosen() == "text_sms"
    QTest.keyClick(shown.list, Qt.Key.Key_Down)
    assert shown.list.chosen() == "digital_sms"
    QTest.keyClick(shown.list, Qt.Key.Key_Return)
    assert activated == ["digital_sms"]


def test_a_drag_carries_the_kind(shown: Palette) -> None:
    shown.list.choose_first()
    data = shown.list.components.mimeData([shown.list.currentIndex()])
    assert bytes(data.data(MIME_TYPE).data()) == b"target_audience"


def test_no_row_stays_lit_after_a_drag(shown: Palette, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, viewport = shown.list, shown.list.viewport()
    rows.choose_first()
    plain = viewport.grab().toImage()
    under = rows.visualRect(rows.components.index(4)).center()
    QTest.mouseMove(viewport, QPoint(0, 0))
    QTest.mouseMove(viewport, under)
    assert viewport.grab().toImage() != plain
    monkeypatch.setattr(QDrag, "exec", lambda _self, _action: Qt.DropAction.CopyAction)
    rows.startDrag(Qt.DropAction.CopyAction)
    QTest.mouseMove(viewport, under)  # Qt sends this one after the drag that it began
    QApplication.processEvents()
    assert viewport.grab().toImage() == plain


def test_enter_in_the_search_field_takes_the_best_match(shown: Palette) -> None:
    activated: list[str] = []
    shown.kind_activated.connect(activated.append)
    QTest.keyClick(shown.search, Qt.Key.Key_Return)
    QTest.keyClicks(shown.search, "mbrq")
    QTest.keyClick(shown.search, Qt.Key.Key_Return)
    assert activated == ["target_audience"]
    assert headings(shown) == []
