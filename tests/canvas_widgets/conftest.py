"""A look without motion, documents to show, and a view that is on screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QToolTip

from canvas_widgets.commands import UndoStack
from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from canvas_widgets.view import CanvasView
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, append
from engine.campaign.model import START_ID, Attributes, Link
from engine.components.base import RefKind


def paint(scene: CampaignScene) -> QImage:
    """Everything that the scene shows, as an image."""
    image = QImage(800, 400, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    with QPainter(image) as painter:
        scene.render(painter)
    return image


class Everything:
    """A workspace that has whatever is asked for, until it is in `missing`."""

    def __init__(self) -> None:
        self.missing: set[str] = set()

    def name_of(self, kind: RefKind, id: str) -> str | None:
        return None if id in self.missing else id

    def detail(self, kind: RefKind, id: str) -> None:
        return None


class Flow:
    """A campaign that tests build step by step."""

    def __init__(self) -> None:
        start = Link(source=START_ID, port="out", target=None)
        self.document = CampaignDocument(Attributes(id="c_1", name="Flow"), links={"l_start": start})

    def open_link(self, node_id: str) -> str:
        """The first open link of a node."""
        links = self.document.links
        return next(id for id in self.document.out_links(node_id) if links[id].target is None)

    def link_between(self, source: str, target: str) -> str:
        links = self.document.links
        return next(id for id in self.document.out_links(source) if links[id].target == target)

    def add(self, after: str, kind: str) -> str:
        """Add a component at the first open link of a node; returns its id."""
        edit = append(self.document, self.open_link(after), kind)
        self.document.apply(edit.ops)
        assert edit.focus is not None
        return edit.focus

    def chain(self, *kinds: str) -> list[str]:
        """Add components one behind the other, from Start on."""
        made: list[str] = []
        for kind in kinds:
            made.append(self.add(made[-1] if made else START_ID, kind))
        return made


class Shown:
    """A scene with its view, shown, and an undo stack that takes what the view asks for."""

    def __init__(self, flow: Flow, look: Look, *, read_only: bool = False) -> None:
        self.flow = flow
        self.document = flow.document
        self.lookup = Everything()
        self.scene = CampaignScene(flow.document, self.lookup, look)
        self.scene.load()
        self.view = CanvasView(self.scene, look, read_only=read_only)
        self.stack = UndoStack()
        self.refusals: list[str] = []
        self.deletions: list[str] = []
        self.cuts: list[str] = []
        self.copies: list[tuple[str, bool]] = []
        self.edits: list[Edit] = []
        self.tips: list[str] = []
        self.view.edit_requested.connect(self._push)
        self.view.refused.connect(lambda message: self.refusals.append(str(message)))
        self.view.delete_requested.connect(self.deletions.append)
        self.view.cut_requested.connect(self.cuts.append)
        self.view.copy_requested.connect(lambda node_id, behind: self.copies.append((node_id, behind)))
        self.view.resize(1200, 600)
        self.view.show()
        self.view.center_node(START_ID)
        QApplication.processEvents()

    def _push(self, edit: Edit) -> None:
        self.edits.append(edit)
        self.stack.push_edit(self.document, edit)

    def close(self) -> None:
        self.scene.close()
        self.view.close()
        self.view.deleteLater()
        self.scene.deleteLater()


@pytest.fixture(autouse=True)
def dress(qapp: QApplication) -> Iterator[None]:
    """Leave the application in the colours of before: windows of other tests are drawn in them."""
    palette, sheet = qapp.palette(), qapp.styleSheet()
    yield
    if qapp.styleSheet() != sheet or qapp.palette() != palette:
        qapp.setPalette(palette)
        qapp.setStyleSheet("")  # as `Look` does: Qt may crash where one sheet follows another
        qapp.setStyleSheet(sheet)


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Look]:
    made = Look(motion=False)
    yield made
    made.deleteLater()


@pytest.fixture
def flow() -> Flow:
    return Flow()


@pytest.fixture
def show(look: Look, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Shown]]:
    """Show a flow, closed at the end of the test. Tips are noted: offscreen cannot raise them."""
    stages: list[Shown] = []

    def make(flow: Flow, **options: bool) -> Shown:
        stage = Shown(flow, look, **options)
        stages.append(stage)
        monkeypatch.setattr(QToolTip, "showText", lambda place, text, *_: note(stage, text))
        return stage

    def note(stage: Shown, text: str) -> None:
        if text:
            stage.tips.append(text)

    yield make
    for stage in stages:
        stage.close()
