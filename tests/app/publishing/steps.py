"""Steps that tests of publishing share."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.publishing.dialog import PublishDialog
from app.window import MainWindow
from engine.campaign import campaign_file, edits
from tests.app.conftest import dialogs, settle


def publish(qtbot: QtBot, window: MainWindow, name: str) -> None:
    row = next(row for row in window.rows() if row.name == name)
    window.list_page.select(row.path)
    publish_now(qtbot, window)


def publish_now(qtbot: QtBot, window: MainWindow) -> None:
    """Publish the campaign at hand, and press Enter where it is said what that does."""
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    for found in dialogs(window):
        QTest.keyClick(found, Qt.Key.Key_Return)
    settle(qtbot)


def summed_up(dialog: PublishDialog) -> str:
    return "\n".join(line for section in dialog.view.sections for line in section.lines)


def rename_on_disk(page: EditorPage, name: str) -> None:
    """Another program gives the tag another name."""
    assert page.session.path is not None
    document = campaign_file.load(page.session.path)
    (tag,) = (id for id, node in document.nodes.items() if node.kind == "tag")
    document.apply(edits.rename(document, tag, name).ops)
    campaign_file.save(document, page.session.path)
