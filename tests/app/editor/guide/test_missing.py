"""A guide in a workspace whose catalogue lacks what the template needs."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, dialog
from tests.app.editor.guide.guiding import FIRST_ORDER, HIGH_VALUE, begin, click, guide_of


class TestMissing:
    @pytest.fixture
    def bare(self, workspace: Workspace, make_window: MakeWindow) -> MainWindow:
        """A shop whose catalogue knows no events."""
        workspace.save_catalog(workspace.catalog.model_copy(update={"events": {}}))
        return make_window(workspace)

    def test_rows_are_marked_and_one_click_creates(self, qtbot: QtBot, bare: MainWindow) -> None:
        page = begin(qtbot, bare, HIGH_VALUE)
        click(guide_of(page).window.buttons[0])
        click(guide_of(page).bubble.make_button)
        form = dialog(bare)
        cards = form.form.editor("cards").cards()
        assert [card._error.text() for card in cards] == ["The catalogue has no event “order” yet."] * 2
        assert [button.text() for button in form.needs.buttons] == ["Create event “order”"]
        form.on_create()
        assert form.isVisible()  # not as long as rows are wrong
        click(form.needs.buttons[0])
        assert not form.needs.isVisible()
        assert [card._error.text() for card in cards] == ["", ""]
        catalog = Workspace.open(page.session.workspace.folder).catalog
        assert catalog.events["order"].attributes == {"amount": "number"}
        click(form.create_button)
        made = page.session.workspace.audiences.by_name("High value, few orders")
        assert made is not None
        page.commands.undo()  # of the campaign: the catalogue keeps what was created
        assert "order" in page.session.workspace.catalog.events

    def test_a_catalogue_that_cannot_be_written_says_so(self, qtbot: QtBot, bare: MainWindow) -> None:
        page = begin(qtbot, bare, HIGH_VALUE)
        click(guide_of(page).window.buttons[0])
        click(guide_of(page).bubble.make_button)
        path = page.session.workspace.folder / "catalog.json"
        path.write_bytes(b"{")
        form = dialog(bare)
        click(form.needs.buttons[0])
        assert form.needs.isVisible()
        assert form.needs.error != ""
        assert path.read_bytes() == b"{"

    def test_the_bubble_of_an_event_creates_it(self, qtbot: QtBot, bare: MainWindow) -> None:
        page = begin(qtbot, bare, FIRST_ORDER)
        guide = guide_of(page)
        click(guide.window.buttons[0])
        assert [button.text() for button in guide.bubble.needs.buttons] == ["Create event “register”"]
        click(guide.bubble.needs.buttons[0])
        assert not guide.bubble.needs.isVisible()
        click(page.panel.footer.ok)
        assert page.scene.cards["n_register"].configured
        assert guide.bubble.node_id == "n_coupon"
