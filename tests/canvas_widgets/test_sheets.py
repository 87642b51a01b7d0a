"""What is drawn on the canvas, in all its states, languages and themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QDragLeaveEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from canvas_widgets import picture
from canvas_widgets.look import Look, Theme
from engine.campaign import clip, edits
from engine.campaign.edits.edit import Draft
from engine.campaign.model import Point
from engine.i18n import Message, use_language
from tests.canvas_widgets.acting import at, carried, carry, centre, drag, handle_of, hover, point_to
from tests.canvas_widgets.conftest import Everything, Flow, Shown
from tests.sheets import Compare, Sheet, count_ids

THEMES = [Theme.LIGHT, Theme.DARK, Theme.CONTRAST]
LONG_NAME = "A component whose name is too long for its card"

Open = Callable[[Flow], Shown]


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    found: Theme = request.param
    return found


@pytest.fixture(autouse=True)
def steady_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    count_ids(monkeypatch)


@pytest.fixture
def dressed(qapp: QApplication, theme: Theme) -> Iterator[Look]:
    made = Look(theme, motion=False)
    yield made
    made.deleteLater()


@pytest.fixture
def open_(dressed: Look, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Show flows in this theme, closed at the end of the test."""
    monkeypatch.setattr(QToolTip, "showText", lambda *_: None)
    stages: list[Shown] = []

    def make(flow: Flow) -> Shown:
        stages.append(Shown(flow, dressed))
        return stages[-1]

    yield make
    for stage in stages:
        stage.close()


@pytest.fixture
def sheet(dressed: Look) -> Sheet:
    return Sheet(1740, dressed)


def seen(stage: Shown, area: QRectF) -> QImage:
    """What the view shows of a part of the scene."""
    QApplication.processEvents()
    corner = at(stage, area.topLeft())
    return stage.view.grab().toImage().copy(corner.x(), corner.y(), int(area.width()), int(area.height()))


def around(stage: Shown, *node_ids: str, room: int = 48) -> QRectF:
    """The part of the scene that holds these cards."""
    rect = QRectF()
    for node_id in node_ids:
        rect = rect.united(stage.scene.cards[node_id].scene_rect)
    return rect.adjusted(-room, -room, room, room)


def name(flow: Flow, node_id: str, text: str, **config: object) -> None:
    node = flow.document.node(node_id)
    edit = edits.configure(flow.document, node_id, name=text, memo="", config={**node.config, **config})  # type: ignore[dict-item]
    flow.document.apply(edit.ops)


@pytest.fixture
def cards(flow: Flow) -> list[str]:
    """Two rows behind a branch: configured and not, with short, long and Chinese names."""
    audience, groups, coupon, tag, sms = flow.chain(
        "target_audience", "random_grouping", "issue_coupon", "tag", "text_sms"
    )
    email = flow.add(groups, "email")
    wait = flow.add(email, "wait_until")
    end = flow.add(wait, "end")
    name(flow, audience, "新会员", audiences=["a_new"], mode="now", repeat_unchanged=False)
    name(flow, coupon, LONG_NAME, coupon="a coupon with a name that is long, too")
    name(flow, email, "名称很长很长很长很长的邮件组件")
    name(flow, wait, "Wait", mode="duration", amount=3, unit="day")
    made = [audience, groups, coupon, tag, sms, email, wait, end]
    places = [Point(256 + 256 * column, 0) for column in range(5)]
    places += [Point(256 + 256 * column, 112) for column in range(2, 5)]
    flow.document.apply(edits.move(flow.document, dict(zip(made, places, strict=True))).ops)
    return made


def test_cards(
    open_: Open, flow: Flow, cards: list[str], theme: Theme, sheet: Sheet, compare_sheet: Compare
) -> None:
    stage = open_(flow)
    scene = stage.scene
    area = around(stage, *cards, room=28)
    stage.view.resize(1400, 600)
    stage.view.centerOn(area.center())
    scene.select([cards[0]])
    sheet.add("configured and not; one selected", seen(stage, area))
    with use_language("zh"):
        scene.refresh()
        counts = {id: {"arrived": 12457 // (n + 1), "waiting": 12 * n} for n, id in enumerate(cards)}
        scene.set_counts({"nodes": counts, "links": {}})
        scene.select(cards[1:4])
        sheet.add("several selected, with counts, in Chinese", seen(stage, area))
    scene.refresh()
    scene.set_counts(None)
    scene.select([])
    scene.set_found([cards[2], cards[4]])
    sheet.add("two were found, the rest is faded", seen(stage, area))
    scene.set_found(None)
    scene.cards[cards[5]].broken = True
    scene.set_targets([], [cards[7]])
    sheet.add("one takes what is dragged; one cannot be drawn", seen(stage, area))
    compare_sheet(sheet, f"cards-{theme}")


def test_lines(open_: Open, flow: Flow, theme: Theme, sheet: Sheet, compare_sheet: Compare) -> None:
    audience, groups, wait, sms, end = flow.chain(
        "target_audience", "random_grouping", "wait_until", "text_sms", "end"
    )
    name(flow, wait, "Wait", mode="duration", amount=3, unit="day")
    around_wait = flow.open_link(groups)
    draft = Draft(flow.document)
    draft.retarget(around_wait, sms)
    flow.document.apply(draft.edit(Message("join")).ops)
    flow.document.apply(edits.grow(flow.document, audience, "out").ops)
    flow.document.apply(edits.grow(flow.document, wait, "out").ops)
    stage = open_(flow)
    stage.view.resize(1500, 600)
    area = around(stage, audience, end, room=28).adjusted(0, 0, 0, 40)
    stage.view.centerOn(area.center())
    scene = stage.scene
    sheet.add("dashed and solid, open, with branches, around a card", seen(stage, area))
    line = flow.link_between(groups, wait)
    scene.links[line].set_lit(True)
    scene.links[flow.open_link(audience)].set_lit(True)
    sheet.add("lit under the pointer", seen(stage, area))
    scene.links[line].set_lit(False)
    scene.links[flow.open_link(audience)].set_lit(False)
    scene.set_counts({"nodes": {}, "links": dict.fromkeys(flow.document.links, 12457)})
    sheet.add("with counts", seen(stage, area))
    scene.set_counts(None)
    start = handle_of(stage, flow.open_link(wait))
    for caption, node_id in (
        ("led onto a card that takes it", end),
        ("refused by one that does not", groups),
    ):
        drag(stage, start, at(stage, centre(stage, node_id)) - at(stage, start), release=False)
        sheet.add(caption, seen(stage, area))
        QTest.keyClick(stage.view, Qt.Key.Key_Escape)
    compare_sheet(sheet, f"lines-{theme}")


def test_handles(open_: Open, flow: Flow, theme: Theme, sheet: Sheet, compare_sheet: Compare) -> None:
    """All that appears under the pointer or while something is dragged."""
    audience, coupon, sms = flow.chain("target_audience", "issue_coupon", "text_sms")
    stage = open_(flow)
    scene, view, viewport = stage.scene, stage.view, stage.view.viewport()
    area = around(stage, audience, sms, room=56)
    view.centerOn(area.center())
    line = scene.links[flow.link_between(audience, coupon)]
    assert line.line is not None
    pointed = {
        "a + on a line": line.line.handle,
        "scissors near its target": line.line.end - QPointF(16, 0),
        "a + at an open end": handle_of(stage, flow.open_link(sms)),
        "a + at the edge of a card": scene.cards[audience].right_port,
        "three icons above a card": centre(stage, coupon),
    }
    for caption, point in pointed.items():
        hover(stage, point)
        sheet.add(caption, seen(stage, area))
    rect = scene.cards[coupon].scene_rect
    point_to(stage, at(stage, QPointF(rect.center().x(), rect.top() - 20)))
    sheet.add("the pointer on one of them", seen(stage, area))
    point_to(stage, QPoint(1, 1))
    carry(stage, carried("wait_until"), line.line.handle)
    sheet.add("carried from the palette over a line", seen(stage, area))
    QApplication.sendEvent(viewport, QDragLeaveEvent())
    copied = clip.copy_nodes(flow.document, {coupon})
    view.pasting.begin(copied, sms)
    sheet.add("marks to paste", seen(stage, area))
    view.pasting.end()
    drag(stage, area.topLeft() + QPointF(20, 20), QPoint(460, 90), release=False)
    sheet.add("a rubber band", seen(stage, area))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    flow.document.apply(edits.move(flow.document, {sms: Point(flow.document.layout[sms].x, 60)}).ops)
    drag(stage, centre(stage, sms), QPoint(4, -58), release=False)
    sheet.add("a card in line with others", seen(stage, area))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    empty = open_(Flow())
    place = QRectF(-40, -40, 500, 160)
    sheet.add("where a trigger goes", seen(empty, place))
    with use_language("zh"):
        stage.scene.refresh()
        view.pasting.begin(copied, sms)
        sheet.add("marks in Chinese", seen(stage, area))
        view.pasting.end()
    compare_sheet(sheet, f"handles-{theme}")


def test_the_overview(open_: Open, flow: Flow, theme: Theme, sheet: Sheet, compare_sheet: Compare) -> None:
    """At a fifth of its size: blocks in the colours of their categories, and red dots that the eye finds."""
    made = flow.chain("target_audience")
    kinds = ("random_grouping", "text_sms", "issue_coupon", "email", "wait_until", "result_judgment", "tag")
    for index in range(60):
        line = next(id for id, link in flow.document.links.items() if link.target is None)
        possible = edits.admissible(flow.document, line)
        kind = next(kind for kind in kinds[index % len(kinds) :] + kinds if kind in possible)
        edit = edits.append(flow.document, line, kind)
        flow.document.apply(edit.ops)
        assert edit.focus is not None
        made.append(edit.focus)
    flow.document.apply(edits.tidy(flow.document, frozenset(flow.document.nodes)).ops)
    stage = open_(flow)
    stage.view.resize(700, 420)
    stage.view.zoom_to(0.2)
    stage.view.centerOn(stage.scene.extent.content().center())
    for caption, selected, found in (("two selected", made[3:5], None), ("four found", [], made[10:14])):
        stage.scene.select(selected)
        stage.scene.set_found(found)
        QApplication.processEvents()
        sheet.add(caption, stage.view.grab().toImage())
    compare_sheet(sheet, f"overview-{theme}")


def test_twice_the_size_in_chinese(
    qapp: QApplication, flow: Flow, cards: list[str], compare_sheet: Compare
) -> None:
    """As on a screen of 200 %, where every stroke and letter has twice the pixels."""
    look = Look(Theme.LIGHT)
    sheet = Sheet(3000, look)
    with use_language("zh"):
        sheet.add("200 %", picture.render(flow.document, Everything(), look, scale=2.0))
    look.deleteLater()
    compare_sheet(sheet, "double")
