"""When the guide is there: folded, put away, brought back, with the campaign that has one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import preferences
from app.campaign_list.templates import own_starts
from app.editor.guide.guide import TemplateGuide
from app.editor.page import EditorPage
from app.window import MainWindow
from engine.campaign import edits
from engine.workspace.own_templates import save_own
from engine.workspace.template import GuideEntry, Words, load_templates
from engine.workspace.workspace import Workspace
from tests.app.conftest import open_draft, settle
from tests.app.editor.guide.guiding import HIGH_VALUE, begin, click, configure, fill_sms, guide_of


def test_it_folds_to_a_pill_and_back(page: EditorPage, guide: TemplateGuide) -> None:
    whole = guide.window.height()
    click(guide.window.fold_button)
    assert guide.window.height() < whole / 2
    assert guide.window.pill.text() == "Template guide: 0 of 3"
    assert page.view.rect().bottom() - guide.window.geometry().bottom() == 16
    click(guide.window.pill)
    assert guide.window.height() == whole


def test_do_not_show_again_holds_until_help_brings_it_back(
    qtbot: QtBot, page: EditorPage, guide: TemplateGuide, window: MainWindow
) -> None:
    click(guide.window.buttons[0])
    click(guide.window.never)
    assert not guide.window.isVisible()
    assert not guide.bubble.isVisible()
    assert not preferences.load().template_guide
    other = begin(qtbot, window, HIGH_VALUE)
    assert not guide_of(other).window.isVisible()
    window.actions_["help.guide"].trigger()
    assert guide_of(other).window.isVisible()
    assert preferences.load().template_guide


def test_put_away_goes_for_every_open_campaign(
    qtbot: QtBot, page: EditorPage, guide: TemplateGuide, window: MainWindow
) -> None:
    other = guide_of(begin(qtbot, window, HIGH_VALUE))
    click(other.window.never)
    assert guide.window.isHidden()
    window.actions_["help.guide"].trigger()
    assert not guide.window.isHidden()
    assert not other.window.isHidden()


def test_nothing_left_opens_folded(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    for node_id in ("n_audience", "n_coupon"):
        configure(page, node_id)
    click(guide_of(page).window.buttons[2])
    fill_sms(page)
    click(page.panel.footer.ok)
    assert page.save()
    window.open_campaigns.close(window.the_editor, to_list=True)
    settle(qtbot)
    again = open_draft(qtbot, window, "First purchase, lead to the second")
    qtbot.waitUntil(lambda: again.guide.guide is not None)
    assert guide_of(again).window.folded
    assert guide_of(again).window.isVisible()


def test_many_components_scroll_in_a_low_view(qtbot: QtBot, window: MainWindow, workspace: Workspace) -> None:
    source = load_templates()[0][0]
    long = Words(en="Read this. " * 2000, zh="")
    guide = tuple(GuideEntry(node=node, prompt=long) for node in source.document().nodes)
    made = source.model_copy(update={"id": "t_many", "guide": guide})
    save_own(workspace.templates_folder, made.model_copy(update={"name": Words(en="Many", zh="很多")}))
    start = next(start for start in own_starts(workspace.templates_folder, "en")[0])
    window.campaigns.begin(start)
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded and page.guide.guide is not None)
    shown = guide_of(page)
    assert len(shown.window.buttons) == 9
    for size in ((1200, 900), (1000, 420)):
        window.resize(*size)
        QApplication.processEvents()
        assert page.view.rect().contains(shown.window.geometry())
        shown.show_entry("n_expiry")
        QApplication.processEvents()
        assert page.view.rect().contains(shown.bubble.geometry())


def test_help_says_so_where_there_is_no_guide(qtbot: QtBot, window: MainWindow) -> None:
    open_draft(qtbot, window)
    window.actions_["help.guide"].trigger()
    assert "made from a template" in window.toast.message


@pytest.fixture
def saved(qtbot: QtBot, page: EditorPage, window: MainWindow) -> Path:
    assert page.save()
    assert page.session.path is not None
    window.actions_["editor.back"].trigger()
    settle(qtbot)
    return page.session.path


def test_it_opens_again_with_the_campaign(qtbot: QtBot, saved: Path, window: MainWindow) -> None:
    again = open_draft(qtbot, window, "First purchase, lead to the second")
    qtbot.waitUntil(lambda: again.guide.guide is not None)
    assert guide_of(again).window.isVisible()


def test_a_view_has_none(qtbot: QtBot, saved: Path, window: MainWindow) -> None:
    window.list_page.select(saved)
    window.actions_["campaign.view"].trigger()
    qtbot.waitUntil(lambda: window.editor is not None and window.editor.scene.is_loaded)
    settle(qtbot)
    assert window.the_editor.guide.guide is None


def test_a_template_that_is_gone_leaves_the_campaign_alone(qtbot: QtBot, window: MainWindow) -> None:
    opened = open_draft(qtbot, window)
    attributes = opened.session.document.attributes.model_copy(update={"template": "t_gone"})
    opened.push(edits.set_attributes(opened.session.document, attributes))
    assert opened.save()
    window.open_campaigns.close(window.the_editor, to_list=True)
    settle(qtbot)
    again = open_draft(qtbot, window)
    settle(qtbot)
    assert again.guide.guide is None


def test_the_guide_keeps_to_the_corner_that_the_panel_leaves(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, HIGH_VALUE)
    guide = guide_of(page)
    click(guide.window.buttons[0])
    settle(qtbot)
    assert page.panel.isVisible()
    right = guide.window.mapTo(page, QPoint(guide.window.width(), 0)).x()
    assert right == page.width() - page.panel.width() - 2 * window.look.sizes.grid


def test_a_message_makes_way_for_the_guide_that_comes_later(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, HIGH_VALUE)
    guide = guide_of(page)
    guide.window.hide()
    window.toast.show_message("Restored. Save the draft to keep it." * 3)
    over = window.toast.geometry()
    guide.window.show()
    guide.window.move(page.view.mapFrom(window, over.topLeft()))
    qtbot.waitUntil(
        lambda: (
            not window.toast.geometry().intersects(
                QRect(guide.window.mapTo(window, QPoint()), guide.window.size())
            )
        )
    )


def test_the_flow_begins_beside_the_guide_and_fit_keeps_it_there(
    qtbot: QtBot, page: EditorPage, guide: TemplateGuide
) -> None:
    def hidden_cards() -> list[str]:
        window, view = guide.window.geometry(), page.view
        places = {id: view.mapFromScene(card.scene_rect).boundingRect() for id, card in cards.items()}
        return [id for id, place in places.items() if place.intersects(window)]

    cards = page.scene.cards
    assert not hidden_cards()
    page.scene.select(["n_coupon"])
    qtbot.waitUntil(page.panel.isVisible)
    page.scene.select([])
    page.commands.fit()
    qtbot.waitUntil(page.view.shows_all)
    assert not hidden_cards()
