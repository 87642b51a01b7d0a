"""Pictures of a campaign, made without a window, alike on every machine."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import get_args

import pytest
from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from canvas_widgets import clearing, picture
from canvas_widgets.look import Look, Theme
from engine.campaign import edits
from engine.campaign.model import Note, NoteColour, Point
from engine.campaign.notes import Group
from engine.campaign.ops import Op, Table
from engine.steps import finished
from tests.canvas_widgets.conftest import Everything, Flow

Snapshot = Callable[..., None]


def as_pillow(image: QImage) -> Image.Image:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return Image.open(BytesIO(buffer.data().data()))


@pytest.fixture
def sample(flow: Flow) -> Flow:
    """One of everything that a card or a line can show."""
    _, coupon, judgment = flow.chain("target_audience", "issue_coupon", "result_judgment")
    configured = edits.configure(
        flow.document, coupon, name="A coupon with a long name", memo="", config={"coupon": "ten_off"}
    )
    flow.document.apply(configured.ops)
    text = flow.add(judgment, "text_sms")
    flow.add(judgment, "end")
    test = flow.add(text, "ab_test")
    (target,) = flow.document.successors(test)
    flow.add(target, "random_grouping")
    return flow


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
def test_cards_and_lines_look_as_they_did(
    qapp: QApplication, sample: Flow, theme: Theme, image_snapshot: Snapshot, request: pytest.FixtureRequest
) -> None:
    coupon = next(id for id, node in sample.document.nodes.items() if node.kind == "issue_coupon")
    counts = {
        "nodes": {coupon: {"arrived": 12457, "waiting": 12}},
        "links": dict.fromkeys(sample.document.links, 7),
    }
    image = picture.render(sample.document, Everything(), Look(theme), counts)
    folder = request.path.parent / "pictures"
    image_snapshot(as_pillow(image), str(folder / f"campaign-{theme}.png"))


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
def test_notes_and_frames_look_as_they_did(
    qapp: QApplication, flow: Flow, theme: Theme, image_snapshot: Snapshot, request: pytest.FixtureRequest
) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    text = "Ask the shop which coupon it gives away, and how many are left of it. 先问店长。\nThen send."
    around = Group(frozenset({audience, coupon}), frozenset())
    flow.document.apply(edits.add_frame(flow.document, around, Point(0, 0), "Welcome 欢迎").ops)
    for index, colour in enumerate(get_args(NoteColour)):
        note = Note(
            text=text[: 120 - 24 * index], at=Point(208 * index, 160), size=Point(192, 64), colour=colour
        )
        flow.document.apply([Op(Table.NOTES, f"note_{index}", None, note)])
    image = picture.render(flow.document, Everything(), Look(theme))
    folder = request.path.parent / "pictures"
    image_snapshot(as_pillow(image), str(folder / f"notes-{theme}.png"))


def test_a_picture_has_the_scale_that_is_asked_for(qapp: QApplication, sample: Flow) -> None:
    one, two = (picture.render(sample.document, Everything(), Look(), scale=scale) for scale in (1.0, 2.0))
    assert (two.width(), two.height()) == (2 * one.width(), 2 * one.height())


def test_a_picture_leaves_no_observer_behind(qapp: QApplication, sample: Flow) -> None:
    picture.render(sample.document, Everything(), Look())
    assert sample.document._observers == []


def test_a_picture_that_is_closed_holds_no_campaign(
    qapp: QApplication, sample: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    made = picture.Picture(sample.document, Everything(), Look())
    finished(made.load())
    scene = made._scene
    assert scene.cards
    assert scene.document.nodes
    made.close()
    while scene.links or scene.cards:
        qapp.processEvents()
    assert not scene.document.nodes
    assert sample.document.nodes
