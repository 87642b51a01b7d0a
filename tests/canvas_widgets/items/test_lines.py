"""Lines that pass cards: they go around what stands between two cards of one row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF

from engine.campaign.edits import delete_behind, move
from engine.campaign.edits.edit import Draft
from engine.campaign.layout import CARD_HEIGHT, ROW
from engine.campaign.model import Point
from engine.i18n import Message
from tests.canvas_widgets.conftest import Flow, Stage

Show = Callable[..., Stage]


@pytest.fixture
def skipping(flow: Flow) -> tuple[str, str, str, str]:
    """Groups, whose second line skips the card between: groups, the card, what both lead to, that line."""
    _, groups, wait, end = flow.chain("target_audience", "random_grouping", "wait_until", "end")
    line = flow.open_link(groups)
    draft = Draft(flow.document)
    draft.retarget(line, end)
    flow.document.apply(draft.edit(Message("join")).ops)
    return groups, wait, end, line


def middle(stage: Stage, line: str) -> QPointF:
    shape = stage.scene.links[line].line
    assert shape is not None
    return shape.curve.at(0.5)


def test_a_line_goes_around_a_card_between_two_of_its_row(
    show: Show, flow: Flow, skipping: tuple[str, str, str, str]
) -> None:
    groups, wait, _, line = skipping
    stage = show(flow)
    shape = stage.scene.links[line].line
    assert shape is not None
    assert shape.curve.p0 == stage.scene.cards[groups].right_port
    card = stage.scene.cards[wait].scene_rect
    inside = card.adjusted(6, 6, -6, -6)
    assert not any(inside.contains(shape.curve.at(step / 40)) for step in range(41))
    assert card.bottom() < middle(stage, line).y() < card.top() + ROW, "and does not reach the next row"
    assert shape.chip is not None
    start = stage.scene.cards[groups].scene_rect.right()
    assert start < shape.chip.x() - shape.chip_width / 2
    assert shape.chip.x() + shape.chip_width / 2 < card.left(), "its name stands in the gap"


def test_it_is_straight_again_once_nothing_stands_there(
    show: Show, flow: Flow, skipping: tuple[str, str, str, str]
) -> None:
    groups, wait, _, line = skipping
    stage = show(flow)
    row = stage.scene.cards[groups].right_port.y()
    away = move(flow.document, {wait: Point(flow.document.layout[wait].x, 2 * ROW)})
    stage.stack.push_edit(flow.document, away)
    assert middle(stage, line).y() == row
    stage.stack.undo()
    assert middle(stage, line).y() > row + CARD_HEIGHT / 2
    stage.stack.push_edit(flow.document, delete_behind(flow.document, wait))
    assert middle(stage, line).y() == row


def test_neighbours_are_joined_as_ever(show: Show, flow: Flow) -> None:
    audience, wait = flow.chain("target_audience", "wait_until")
    stage = show(flow)
    line = flow.link_between(audience, wait)
    assert middle(stage, line).y() == stage.scene.cards[audience].right_port.y()


def test_a_line_to_another_row_changes_rows_beside_its_card(
    show: Show, flow: Flow, skipping: tuple[str, str, str, str]
) -> None:
    groups, wait, end, line = skipping
    flow.document.apply(move(flow.document, {end: Point(flow.document.layout[end].x, ROW)}).ops)
    stage = show(flow)
    shape = stage.scene.links[line].line
    assert shape is not None
    card, begin = stage.scene.cards[wait].scene_rect, stage.scene.cards[groups].right_port
    assert shape.end == stage.scene.cards[end].left_port
    for share in range(41):
        assert not card.contains(shape.at_x(begin.x() + share / 40 * (shape.end.x() - begin.x())))
    assert shape.chip is not None
    assert begin.x() < shape.chip.x() - shape.chip_width / 2
    assert shape.chip.x() + shape.chip_width / 2 < card.left(), "its name stands in the gap"
    assert shape.handle.y() == shape.end.y(), "the + stands on the straight part"
    in_the_way = move(flow.document, {wait: Point(flow.document.layout[wait].x, ROW)})
    stage.stack.push_edit(flow.document, in_the_way)
    late = stage.scene.links[line].line
    assert late is not None
    assert late.at_x(card.center().x()).y() == begin.y(), "that row is taken: it stays in its own"
    assert late.at_x(late.end.x()).y() == late.end.y()
