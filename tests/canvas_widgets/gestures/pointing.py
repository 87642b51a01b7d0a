"""Places that tests of gestures point at, and leading a line from one to another."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF

from canvas_widgets.items.handle import Offer
from tests.canvas_widgets.acting import at, drag
from tests.canvas_widgets.conftest import Flow, Shown

Show = Callable[..., Shown]


def fork(flow: Flow) -> tuple[str, str, str, str]:
    """Audience → groups → SMS, and → mail → End."""
    _, groups = flow.chain("target_audience", "random_grouping")
    sms, mail = flow.add(groups, "text_sms"), flow.add(groups, "email")
    return groups, sms, mail, flow.add(mail, "end")


def edge(stage: Shown, node_id: str) -> QPointF:
    return stage.scene.cards[node_id].right_port


def near_target(stage: Shown, link_id: str) -> QPointF:
    line = stage.scene.links[link_id].line
    assert line is not None
    return line.end - QPointF(16, 0)


def offer(stage: Shown) -> Offer:
    """What hovers under the pointer."""
    return stage.view.handling.offer


def way(stage: Shown, start: QPointF, end: QPointF) -> QPoint:
    return at(stage, end) - at(stage, start)


def lead(stage: Shown, start: QPointF, end: QPointF, *, release: bool = True) -> None:
    drag(stage, start, way(stage, start, end), release=release)
