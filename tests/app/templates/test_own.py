"""Saving a campaign as a template of the workspace, and such templates in the gallery of New campaign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app import language
from app.campaign_list.gallery import Gallery
from app.campaign_list.templates import shipped_starts
from app.editor.page import EditorPage
from app.templates.dialogs import SaveTemplateDialog
from app.widgets.basic import Clickable
from app.window import MainWindow
from engine.campaign import campaign_file
from engine.workspace.own_templates import OwnTemplate, own_templates
from engine.workspace.template import Words
from engine.workspace.workspace import Workspace
from tests.app.conftest import complete, dialogs, open_draft, settle


@pytest.fixture
def folder(workspace: Workspace) -> Path:
    return workspace.templates_folder


def click(widget: QWidget) -> None:
    assert widget.isVisible()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def from_template(qtbot: QtBot, window: MainWindow, id: str = "t_second_order") -> EditorPage:
    window.campaigns.begin(next(start for start in shipped_starts("en") if start.id == id))
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded)
    settle(qtbot)
    return page


def ask_to_save(qtbot: QtBot, window: MainWindow) -> SaveTemplateDialog:
    window.actions_["campaign.save_template"].trigger()
    settle(qtbot)
    assert window.templates.dialog is not None
    return window.templates.dialog


def save(qtbot: QtBot, dialog: SaveTemplateDialog, name: str) -> None:
    dialog.words.name.setText(name)
    click(dialog.save_button)
    settle(qtbot)


def new_campaign(qtbot: QtBot, window: MainWindow) -> Gallery:
    gallery = window.campaigns.new_campaign()
    settle(qtbot)
    return gallery


def card(gallery: Gallery, name: str) -> Clickable:
    return next(card for card in gallery.cards if card.accessibleName() == name)


def only(folder: Path) -> OwnTemplate:
    (own,), broken = own_templates(folder)
    assert broken == []
    return own


def test_from_campaign_to_template_to_campaign(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    page = from_template(qtbot, window)
    node = page.session.document.node("n_coupon")
    save(qtbot, ask_to_save(qtbot, window), "Second order, ours")
    assert "Second order, ours" in window.toast.message
    assert dialogs(window) == []
    template = only(folder).template
    assert [entry.node for entry in template.guide] == ["n_audience", "n_coupon", "n_sms"]
    assert template.guide[0].rule is not None  # handed on from the template that ships
    window.open_campaigns.close(window.the_editor, to_list=True)
    settle(qtbot)
    gallery = new_campaign(qtbot, window)
    assert [each.accessibleName() for each in gallery.cards][4:] == ["Second order, ours"]
    click(card(gallery, "Second order, ours"))
    again = window.the_editor
    qtbot.waitUntil(lambda: again.scene.is_loaded and again.guide.guide is not None)
    assert again.session.document.attributes.template == template.id
    assert again.session.document.node("n_coupon") == node
    assert again.guide.guide is not None
    assert len(again.guide.guide.window.buttons) == 3


def test_what_is_not_configured_is_offered_as_key(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    page = open_draft(qtbot, window)
    complete(page.session.document)
    window.actions_.refresh()
    dialog = ask_to_save(qtbot, window)
    assert dialog.keys.rows() == []
    dialog.keep.setChecked(False)
    names = [page.session.document.node(row.node_id).name for row in dialog.keys.rows()]
    assert names == ["Target Audience 1", "Tag 1"]
    click(dialog.keys.rows()[0].remove)
    dialog.keep.setChecked(True)  # a person's choice stays
    assert [row.node_id for row in dialog.keys.rows()] == list(dialog.keys.prompts())
    dialog.keep.setChecked(False)
    (row,) = dialog.keys.rows()
    QTest.keyClicks(row.prompts["en"], "Mark them.")
    save(qtbot, dialog, "Marked")
    template = only(folder).template
    assert [entry.prompt for entry in template.guide] == [Words(en="Mark them.", zh="Mark them.")]
    node = template.document().node(row.node_id)
    assert (node.config, node.confirmed) == ({"on_conflict": "overwrite"}, False) or node.config == {}


def test_others_can_be_added_in_the_order_of_the_flow(qtbot: QtBot, window: MainWindow) -> None:
    from_template(qtbot, window)
    dialog = ask_to_save(qtbot, window)
    offered = [option.value for option in dialog.keys._left()]
    assert sorted(offered) == ["n_end", "n_end_no_coupon", "n_issued"]
    dialog.keys.add.chosen.emit("n_issued")
    assert [row.node_id for row in dialog.keys.rows()] == ["n_audience", "n_coupon", "n_issued", "n_sms"]
    assert dialog.focusWidget() is dialog.keys.rows()[2].prompts["en"]
    assert "n_issued" not in [option.value for option in dialog.keys._left()]


def test_both_languages(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    from_template(qtbot, window, "t_high_value")
    dialog = ask_to_save(qtbot, window)
    hidden = (dialog.words._names["zh"], dialog.words._texts["zh"])
    assert not any(field.isVisible() for field in hidden)
    dialog.words.both.click()
    assert all(field.isVisible() for field in hidden)
    typed = QInputMethodEvent()
    typed.setCommitString("我们的")
    QApplication.sendEvent(dialog.words._names["zh"], typed)
    save(qtbot, dialog, "Ours")
    template = only(folder).template
    assert template.name == Words(en="Ours", zh="我们的")
    assert template.guide[1].prompt.zh.startswith("选择一条")  # prompts that nobody changed keep theirs
    language.use_language("zh")
    window.open_campaigns.close(window.the_editor, to_list=True)
    settle(qtbot)
    assert card(new_campaign(qtbot, window), "我们的").isVisible()


def test_a_name_is_needed_and_taken_once(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    from_template(qtbot, window)
    dialog = ask_to_save(qtbot, window)
    save(qtbot, dialog, "  ")
    assert dialog.words._error.text() == "Give the template a name."
    save(qtbot, dialog, "Ours")
    dialog = ask_to_save(qtbot, window)
    save(qtbot, dialog, "ours")
    assert dialog.isVisible()
    assert dialog.words._error.text() == "The name “ours” is taken. Choose another."
    save(qtbot, dialog, "Ours too")
    assert len(own_templates(folder)[0]) == 2


def test_a_folder_that_cannot_be_written_is_said(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    folder.write_bytes(b"in the way")
    from_template(qtbot, window)
    dialog = ask_to_save(qtbot, window)
    save(qtbot, dialog, "Ours")
    assert dialog.isVisible()
    assert dialog._error.isVisible()
    assert dialog.save_button.isEnabled()


def test_from_the_list(qtbot: QtBot, window: MainWindow, workspace: Workspace, folder: Path) -> None:
    document = workspace.load_campaign(workspace.campaigns()[0].id or "")
    complete(document)
    path = workspace.save_campaign(document)
    before = path.read_bytes()
    window.reload(select=path)
    settle(qtbot)
    save(qtbot, ask_to_save(qtbot, window), "Ours")
    assert only(folder).template.document().nodes.keys() == document.nodes.keys()
    assert path.read_bytes() == before
    assert campaign_file.load(path).attributes.template is None


def test_an_empty_campaign_makes_no_template(qtbot: QtBot, window: MainWindow) -> None:
    open_draft(qtbot, window)
    window.actions_.refresh()
    assert not window.actions_["campaign.save_template"].isEnabled()


class TestGallery:
    @pytest.fixture
    def gallery(self, qtbot: QtBot, window: MainWindow) -> Gallery:
        from_template(qtbot, window)
        save(qtbot, ask_to_save(qtbot, window), "Ours")
        window.open_campaigns.close(window.the_editor, to_list=True)
        settle(qtbot)
        return new_campaign(qtbot, window)

    def menu(self, gallery: Gallery, name: str) -> list[Any]:
        (made,) = card(gallery, name).findChildren(QToolButton)
        return made.menu().actions()

    def test_rename(self, qtbot: QtBot, gallery: Gallery, folder: Path) -> None:
        path = only(folder).path
        self.menu(gallery, "Ours")[0].trigger()
        (dialog,) = [found for found in dialogs_of(gallery) if found is not gallery]
        dialog.words.name.setText("Renamed")
        click(dialog.save_button)
        settle(qtbot)
        assert card(gallery, "Renamed").isVisible()
        assert only(folder).path == path
        assert only(folder).template.guide != ()

    def test_delete(self, qtbot: QtBot, gallery: Gallery, folder: Path) -> None:
        self.menu(gallery, "Ours")[1].trigger()
        (question,) = [found for found in dialogs_of(gallery) if found is not gallery]
        click(question.buttons[0])
        settle(qtbot)
        assert own_templates(folder) == ([], [])
        assert len(gallery.cards) == 4
        assert not gallery.own.isVisible()

    def test_what_cannot_be_read_is_said_in_its_place(
        self, qtbot: QtBot, window: MainWindow, gallery: Gallery, folder: Path
    ) -> None:
        gallery.reject()
        (folder / "bad.template.json").write_bytes(b'{"format": "template"}')
        (folder / "worse.template.json").write_bytes(b"\xff\xfe")
        again = new_campaign(qtbot, window)
        assert card(again, "Ours").isVisible()
        said = [line.text() for line in again.own.lines]
        assert [text.split(",")[0].split(":")[0] for text in said] == [
            "templates/bad.template.json",
            "templates/worse.template.json",
        ]
        assert "bad" not in window.toast.message


def dialogs_of(gallery: Gallery) -> list[Any]:
    from PySide6.QtWidgets import QDialog

    return [found for found in gallery.findChildren(QDialog) if found.isVisible()]
