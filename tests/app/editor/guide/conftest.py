"""A campaign that was begun from a template, and its guide."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.editor.guide.guide import TemplateGuide
from app.editor.page import EditorPage
from app.window import MainWindow
from tests.app.editor.guide.guiding import SECOND_ORDER, begin, guide_of


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    return begin(qtbot, window, SECOND_ORDER)


@pytest.fixture
def guide(page: EditorPage) -> TemplateGuide:
    return guide_of(page)
