# ruff: noqa: E501 - what is said reads best in one piece
"""What the tour says, and where it points: at widgets and cards, never at pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF
from PySide6.QtWidgets import QToolButton, QWidget

from app.editor.page import EditorPage
from engine.campaign.model import START_ID
from engine.i18n import N_

Anchor = tuple[QWidget, QRect]
"""A widget, and the part of it that is meant, in its own coordinates."""


@dataclass(frozen=True)
class Step:
    """Attributes: title, text (marked for translation); anchor; prepare (brings it on show)."""

    title: str
    text: str
    anchor: Callable[[EditorPage], Anchor]
    prepare: Callable[[EditorPage], None] = lambda _page: None


def whole(widget: QWidget) -> Anchor:
    return widget, widget.rect()


def _button(page: EditorPage, action_id: str) -> Anchor:
    """The top bar's button of an action; the bar itself where there is none."""
    buttons = page.bar.findChildren(QToolButton)
    found = (button for button in buttons if button.defaultAction().objectName() == action_id)
    return whole(next((button for button in found if button.isVisible()), page.bar))


def unconfigured(page: EditorPage) -> str:
    """A component with a red dot, else the last one that there is."""
    cards = page.scene.cards
    nodes = [id for id in page.session.document.nodes if id in cards]
    return next((id for id in nodes if not cards[id].configured), nodes[-1] if nodes else START_ID)


def _on_canvas(page: EditorPage, scene_rect: QRectF) -> Anchor:
    view = page.view
    rect = view.mapFromScene(scene_rect).boundingRect()
    return view.viewport(), rect.intersected(view.viewport().rect())


def _first_line(page: EditorPage) -> Anchor:
    """From Start to the first component, with the line between them."""
    rect = page.scene.cards[START_ID].scene_rect
    for id in page.session.document.successors(START_ID):
        if id in page.scene.cards:
            rect = rect.united(page.scene.cards[id].scene_rect)
    return _on_canvas(page, rect)


def _flow(page: EditorPage) -> Anchor:
    rect = QRectF()
    for card in page.scene.cards.values():
        rect = rect.united(card.scene_rect)
    margin = page.scene.cards[START_ID].rect.height() / 2  # counts stand below the cards
    return _on_canvas(page, rect.adjusted(-margin, -margin, margin, margin))


def _card(page: EditorPage) -> Anchor:
    card = page.scene.cards[unconfigured(page)]
    margin = card.rect.height() / 4  # the red dot stands over the corner
    return _on_canvas(page, card.scene_rect.adjusted(-margin, -margin, margin, margin))


def _show_all(page: EditorPage) -> None:
    page.scene.select([])
    page.view.fit(glide=False)


def _show_components(page: EditorPage) -> None:
    page.side_bar.show_tab("components")
    _show_all(page)


def _select(page: EditorPage) -> None:
    page.show_node(unconfigured(page))


STEPS: tuple[Step, ...] = (
    Step(
        N_("Components"),
        N_(
            "Everything a campaign can do: who enters, what they get, waits and decisions. Drag one onto the canvas, or double-click it."
        ),
        lambda page: whole(page.side_bar),
        _show_components,
    ),
    Step(
        N_("Lines"),
        N_(
            "People walk along the lines, from left to right. Point at a line or at an open end: a + appears, and offers what may stand there."
        ),
        _first_line,
        _show_all,
    ),
    Step(
        N_("The red dot"),
        N_(
            "This component is not configured yet: it has a red dot, and the line in front of it is dashed. Both go once it is."
        ),
        _card,
        _show_all,
    ),
    Step(
        N_("Configure"),
        N_(
            "A click on a component opens its settings here. What is missing stands at its field; OK confirms, and every step can be undone."
        ),
        lambda page: whole(page.panel),
        _select,
    ),
    Step(
        N_("Problems"),
        N_(
            "What still keeps the campaign from running is counted here. Click to see the list: each line leads to its place, many offer a fix."
        ),
        lambda page: whole(page.bar.problems if page.bar.problems.isVisible() else page.bar),
    ),
    Step(
        N_("Publish"),
        N_(
            "Publishing starts the campaign on this machine's own engine. In the sample shop nothing is really sent: its messages are simulated. “Rehearse” beside it shows first what would happen to real people, with nothing sent at all."
        ),
        lambda page: whole(page.bar.publish if page.bar.publish.isVisible() else page.bar),
    ),
    Step(
        N_("Watch it run"),
        N_(
            "This is a draft, so there are no numbers yet. Once it runs, they stand under its components and on its lines: who entered, who is waiting, who went which way."
        ),
        _flow,
        _show_all,
    ),
    Step(
        N_("Every command"),
        N_(
            "Type what you want to do: every command, with its shortcut, is found here. That was all – Help has this tour whenever you like."
        ),
        lambda page: _button(page, "view.commands"),
    ),
)
