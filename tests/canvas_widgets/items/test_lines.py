"""How a card's lines run: names beside each other, around cards, apart from other lines."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from canvas_widgets.items.geometry import LinkShape
from canvas_widgets.items.link import chip_rect
from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Refused, append, configure, delete_behind, join, move, tidy
from engine.campaign.edits.edit import Draft
from engine.campaign.layout import CARD_HEIGHT, COLUMN, ROW, complete, place_of
from engine.campaign.lines.flow import Lines
from engine.campaign.lines.geometry import OPEN_RADIUS
from engine.campaign.model import Point
from engine.i18n import Message, use_language
from tests.canvas_widgets.conftest import Everything, Flow, Shown
from tests.engine.campaign.building import chain, empty_campaign
from tests.engine.campaign.test_delete_several import grown

Show = Callable[..., Shown]


@pytest.fixture
def skipping(flow: Flow) -> tuple[str, str, str, str]:
    """Groups, whose second line skips the card between: groups, the card, what both lead to, that line."""
    _, groups, wait, end = flow.chain("target_audience", "random_grouping", "wait_until", "end")
    line = flow.open_link(groups)
    draft = Draft(flow.document)
    draft.retarget(line, end)
    flow.document.apply(draft.edit(Message("join")).ops)
    return groups, wait, end, line


def points(shape: LinkShape) -> list[QPointF]:
    """Places along a line, about 10 apart."""
    steps = max(1, round(shape.path.length() / 10))
    return [shape.path.pointAtPercent(step / steps) for step in range(steps + 1)]


def middle(stage: Shown, line: str) -> QPointF:
    shape = stage.scene.links[line].line
    assert shape is not None
    return shape.at_x((shape.start.x() + shape.end.x()) / 2)


def test_a_line_goes_around_a_card_between_two_of_its_row(
    show: Show, flow: Flow, skipping: tuple[str, str, str, str]
) -> None:
    groups, wait, _, line = skipping
    stage = show(flow)
    shape = stage.scene.links[line].line
    assert shape is not None
    assert shape.start == stage.scene.cards[groups].right_port
    card = stage.scene.cards[wait].scene_rect
    inside = card.adjusted(6, 6, -6, -6)
    assert not any(inside.contains(point) for point in points(shape))
    assert middle(stage, line).y() == card.center().y() + ROW, "along the next row, clear of counts"
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


def test_from_far_away_it_goes_around_as_well(
    show: Show, flow: Flow, look: Look, skipping: tuple[str, str, str, str]
) -> None:
    _, wait, _, line = skipping
    stage = show(flow)
    card, shape = stage.scene.cards[wait].scene_rect, stage.scene.links[line].line
    assert shape is not None
    assert shape.runs[-1].y > card.bottom()
    image = QImage(1200, 400, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(look.colours.canvas)
    with QPainter(image) as painter:
        painter.translate(0, 100)
        stage.scene.draw_overview(painter)
    below = QPointF(card.center().x(), shape.runs[-1].y + 100).toPoint()
    near = [image.pixelColor(below.x(), below.y() + off) for off in (-1, 0, 1)]
    assert any(colour != look.colours.canvas for colour in near)


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
    assert abs(late.at_x(card.center().x()).y() - begin.y()) < CARD_HEIGHT / 2, (
        "that row is taken: it stays in its own"
    )
    assert late.at_x(late.end.x()).y() == late.end.y()


def forked(groups: int, name: str = "Group", *, other: bool = True) -> tuple[CampaignDocument, str]:
    """A campaign with a card that branches into so many groups, all of them open."""
    document = empty_campaign()
    _, fork = chain(document, "target_audience", "random_grouping")
    widen(document, fork, groups, name, other=other)
    return document, fork


def widen(document: CampaignDocument, fork: str, groups: int, name: str, *, other: bool) -> None:
    made = [{"id": f"g{n}", "name": f"{name} {n}", "percent": 100 // (groups + other)} for n in range(groups)]
    config = {"groups": made, "other": other}
    document.apply(configure(document, fork, name="Fork", memo="", config=config).ops)  # type: ignore[arg-type]


def lines_of(scene: CampaignScene, source: str) -> list[LinkShape]:
    shapes = [scene.links[link_id].line for link_id in scene.document.out_links(source)]
    return [shape for shape in shapes if shape is not None]


def chips(shapes: Sequence[LinkShape]) -> list[QRectF]:
    return [chip_rect(shape.chip, shape.chip_width) for shape in shapes if shape.chip is not None]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("groups", range(2, 9))
def test_names_and_open_ends_of_a_fork_stand_in_columns(look: Look, groups: int, language: str) -> None:
    document, fork = forked(groups, "A group with a name that is rather long")
    for link_id in document.out_links(fork)[:groups:2]:
        document.apply(append(document, link_id, "text_sms").ops)
    document.apply(tidy(document, document.nodes).ops)
    with use_language(language), closing(CampaignScene(document, Everything(), look)) as scene:
        scene.load()
        shapes = lines_of(scene, fork)
        assert len({rect.left() for rect in chips(shapes)}) == 1
        assert len({shape.end.x() for shape in shapes if shape.open}) == 1
        assert_nothing_overlaps(scene)


@pytest.mark.parametrize("name", ["Bought", "Came back within days", "三天之内回来过的老顾客"])
def test_names_of_usual_length_are_whole_beside_open_ends(look: Look, name: str) -> None:
    document, fork = forked(3, name)
    document.apply(append(document, document.out_links(fork)[0], "text_sms").ops)
    with closing(CampaignScene(document, Everything(), look)) as scene:
        scene.load()
        items = [scene.links[id] for id in document.out_links(fork)]
        assert [item.line.chip_width for item in items if item.line] == [item.name_width for item in items]
        assert_nothing_overlaps(scene)


def test_names_of_lines_to_one_card_stand_apart(look: Look) -> None:
    document, fork = forked(6)
    _, *others = document.out_links(fork)
    (sms,) = chain(document, "text_sms", source=fork)
    draft = Draft(document)
    for link_id in others[:4]:
        draft.retarget(link_id, sms)
    document.apply(draft.edit(Message("join")).ops)
    document.apply(tidy(document, document.nodes).ops)
    with closing(CampaignScene(document, Everything(), look)) as scene:
        scene.load()
        assert len(chips(lines_of(scene, fork))) == len(document.out_links(fork))
        assert_nothing_overlaps(scene)


def assert_nothing_overlaps(scene: CampaignScene) -> None:
    """No name lies on another or on a card, no mark on a card or a name, no line behind a card."""
    cards = {card.node_id: card.scene_rect for card in scene.cards.values()}
    items = [(item, item.line) for item in scene.links.values() if item.line is not None]
    names = chips([shape for _, shape in items])
    taken = [*cards.values(), *names]
    for one, other in combinations(names, 2):
        assert not one.intersects(other), (one, other)
    assert not any(name.intersects(card) for name in names for card in cards.values())
    for item, shape in items:
        if shape.open:
            mark = QRectF(shape.end, shape.end).adjusted(-OPEN_RADIUS, -OPEN_RADIUS, OPEN_RADIUS, OPEN_RADIUS)
            assert not any(mark.intersects(rect) for rect in taken), (item.link, mark)
        others = [rect for id, rect in cards.items() if id not in (item.link.source, item.link.target)]
        box = shape.path.boundingRect().adjusted(-1, -1, 1, 1)
        near = [rect for rect in others if rect.intersects(box)]
        along = points(shape) if near else []
        assert not any(rect.contains(point) for rect in near for point in along), (item.link, near)


def tidied(choose: random.Random) -> CampaignDocument:
    """A random campaign with wide forks, short names and long ones, and lines that join from far; tidied."""
    document = grown(choose)
    for fork in [id for id, node in document.nodes.items() if node.kind == "random_grouping"]:
        name = choose.choice(["Group", "A group with a name that is rather long", "\u7b2c\u4e00\u7ec4"])
        if fork in document.nodes:
            widen(document, fork, choose.randint(2, 8), name, other=choose.random() < 0.5)
    for link_id in [id for id, link in sorted(document.links.items()) if link.target is None]:
        try:
            if choose.random() < 0.7:
                document.apply(join(document, link_id, choose.choice(sorted(document.nodes))).ops)
        except (Refused, IndexError):
            continue
    document.apply(tidy(document, document.nodes).ops)
    return document


@given(st.integers(0, 2**32))
@settings(max_examples=60)
def test_in_a_tidied_campaign_nothing_lies_on_anything_else(qapp: QApplication, seed: int) -> None:
    document, look = tidied(random.Random(seed)), Look(motion=False)
    with closing(CampaignScene(document, Everything(), look)) as scene:
        scene.load()
        assert_nothing_overlaps(scene)
    look.deleteLater()


def test_lines_along_one_row_to_different_cards_part(look: Look) -> None:
    document, fork = forked(4, other=False)
    ids = chain(document, "text_sms", "wait_until", "email", "wait_until", "end", source=fork)
    second, third, fourth = document.out_links(fork)[1:]
    draft = Draft(document)
    for link_id, target in ((second, ids[4]), (third, ids[2]), (fourth, ids[4])):
        draft.retarget(link_id, target)
    document.apply(draft.edit(Message("join")).ops)
    document.apply(tidy(document, document.nodes).ops)
    with closing(CampaignScene(document, Everything(), look)) as scene:
        scene.load()
        x = scene.cards[ids[1]].scene_rect.center().x()
        heights = [shape.at_x(x).y() for shape in lines_of(scene, fork)[1:]]
        assert heights[0] == heights[2], "what leads to one card runs together"
        assert abs(heights[0] - heights[1]) >= 8
        assert_nothing_overlaps(scene)


def test_a_line_keeps_off_names_that_were_not_there_yet_when_it_was_first_laid(look: Look) -> None:
    document, fork = forked(3, other=False)
    skipped, end = chain(document, "wait_until", "end", source=fork)
    _, second, third = document.out_links(fork)
    draft = Draft(document)
    draft.retarget(second, end)
    document.apply(draft.edit(Message("join")).ops)
    document.apply(append(document, third, "random_grouping").ops)
    (below,) = document.successors(fork)[2:]
    widen(document, below, 8, "Group", other=True)
    place, far = document.layout[skipped], document.layout[end]
    places = {below: Point(place.x, place.y + 2 * ROW), end: Point(far.x + 2 * COLUMN, far.y)}
    document.apply(move(document, places).ops)
    with closing(CampaignScene(document, Everything(), look)) as scene:
        scene.load()
        line = scene.links[second].line
        assert line is not None
        names = chips(lines_of(scene, below))
        assert line.runs
        assert not [name for run in line.runs for name in names if name.top() < run.y < name.bottom()]


def test_very_many_lines_of_a_card_share_one_trunk(show: Show, flow: Flow) -> None:
    """Else their dashes would lie between each other, and all together make a bar."""
    _, grouping = flow.chain("target_audience", "random_grouping")
    node = flow.document.node(grouping)
    groups = [{"id": f"g_{number}", "name": f"Group {number}", "percent": 5} for number in range(20)]
    config: dict[str, Any] = {**node.config, "groups": groups}
    edit = configure(flow.document, grouping, name="G", memo="", config=config)
    flow.document.apply(edit.ops)
    stage = show(flow)
    start = stage.scene.cards[grouping].right_port
    between: set[float] = set()
    for link in flow.document.out_links(grouping):
        shape = stage.scene.links[link].line
        assert shape is not None
        assert shape.chip is not None
        corners = start.y(), shape.chip.y()
        on_the_way = (at for at in points(shape) if min(abs(at.y() - y) for y in corners) > 8)
        between |= {round(at.x(), 3) for at in on_the_way}
    assert len(between) == 1


@pytest.mark.parametrize("seed", range(6))
def test_pictures_without_qt_have_the_lines_of_the_canvas(look: Look, seed: int) -> None:
    document = tidied(random.Random(seed))
    complete(document)
    with closing(CampaignScene(document, Everything(), look)) as scene:
        scene.load()
        places = {id: place_of(document, id) for id, _ in document.all_nodes()}
        lines = Lines(document, places, lambda id: scene.links[id].name_width).lay()
        shown = {id: item.line.shape for id, item in scene.links.items() if item.line is not None}
        assert lines == shown
