"""The room of the panels: who waits for its size is told when it has it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QAbstractAnimation, QVariantAnimation
from PySide6.QtWidgets import QApplication, QWidget

from app.editor.panel_slot import PanelSlot
from canvas_widgets.look import Look


@pytest.fixture(params=[True, False], ids=["gliding", "at once"])
def slot(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[PanelSlot]:
    panel = QWidget()
    panel.setObjectName("panel")
    panel.setFixedWidth(100)
    made = PanelSlot(Look(motion=request.param), panel)
    made.show()
    yield made
    made.deleteLater()


def test_whoever_waits_sees_the_width_that_stays(slot: PanelSlot) -> None:
    panel = slot.findChild(QWidget, "panel")
    glide = slot.findChild(QVariantAnimation)
    assert panel is not None
    assert glide is not None
    seen: list[int] = []
    slot.slide(panel)

    def look() -> None:
        seen.append(slot.width())

    slot.when_settled(look)
    slot.when_settled(look)
    if glide.state() is QAbstractAnimation.State.Running:
        QApplication.processEvents()
        assert not seen
        glide.setCurrentTime(glide.duration())
    QApplication.processEvents()
    assert set(seen) == {100}
