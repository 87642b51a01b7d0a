"""The window in which two rehearsals are compared: their differences on the canvas, totals, other paths."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTemporaryDir, QTimer
from PySide6.QtWidgets import QDialog, QFrame, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from app.language import Retranslated
from app.panels.figures_box import FiguresBox
from app.rehearsing.choice import RehearsalChoice
from app.rehearsing.compared import Compared
from app.rehearsing.differing_panel import DifferingPanel, Way
from app.rehearsing.figures import Rehearsed
from app.rehearsing.process import RehearsalProcess
from app.rehearsing.react_form import react_words
from app.rehearsing.sides import CampaignState, Side
from app.rehearsing.time_slider import TimeSlider
from app.widgets import moments
from app.widgets.basic import ElidedLabel, IconButton, label
from app.widgets.layouts import row
from app.widgets.on_screen import keep_on_screen
from canvas_widgets.compared_view import ComparedView
from canvas_widgets.scene import CampaignScene
from canvas_widgets.tooltip import plain
from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID
from engine.commands.rehearsal_lines import Differing, Order, Outcome, Reply
from engine.i18n import tr
from engine.shapes.time import from_milliseconds
from engine.workspace.pinned import as_published
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

_SIZE = (1320, 860)
_PANEL = 54  # of the grid


class ComparisonWindow(Retranslated, QDialog):
    """A is kept from the canvas, B is rehearsed by `process`, which belongs to this window.

    Attributes: compared (both, once B has come out), view and scene (then), people (the panel of other
    paths), figures (the totals), slider; open_ (until it is closed).
    """

    def __init__(
        self,
        window: MainWindow,
        workspace: Workspace,
        first: Side,
        state: CampaignState,
        choice: RehearsalChoice,
        process: RehearsalProcess,
    ) -> None:
        super().__init__(window, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window, self._workspace = window, workspace
        self._first, self._state, self._choice, self._process = first, state, choice, process
        self._zone = ZoneInfo(workspace.settings.time_zone)
        self._folder = QTemporaryDir()
        self.open_ = True
        self.compared: Compared | None = None
        self.scene: CampaignScene | None = None
        self.view: ComparedView | None = None
        self.progress = QProgressBar(textVisible=False)
        self._sides = (ElidedLabel("", fills=True), ElidedLabel("", fills=True))
        self._title = label("title")
        self._looking = [IconButton(icon, "") for icon in ("minus", "plus", "maximize")]
        self.note = label("warning", wrap=True)
        self.trouble = label("error", wrap=True)
        self.figures = FiguresBox()
        self.people = DifferingPanel(first.state.document, state.document)
        self.people.shown.connect(self._light)
        self.slider = TimeSlider(window.look, self._time_words)
        self._time = label("strong")
        self._column = QVBoxLayout(self)
        self._panel = QWidget()
        self._lay_out()
        self.retranslate()
        first.process.hold()
        process.progressed.connect(self._on_progress)
        process.refused.connect(self._refuse)
        process.came_out.connect(self._on_came_out)
        self.slider.valueChanged.connect(lambda _position: self._show())
        self.finished.connect(self._end)

    def carry_out(self, order: Order) -> None:
        """Rehearse B."""
        self._process.carry_out(order)

    def fail(self, error: Exception) -> None:
        """B could not even be ordered."""
        self._refuse(str(error))

    def retranslate(self) -> None:
        """Say it in the other language; what B says of itself stays in the one in which it was rehearsed."""
        self._title.setText(tr("Comparison"))
        words = (tr("Zoom out"), tr("Zoom in"), tr("Show everything"))
        for looking, name in zip(self._looking, words, strict=True):
            looking.setToolTip(plain(name))
            looking.setAccessibleName(name)
        self.people.retranslate()
        if self.scene is not None:
            self.scene.refresh()
        self.setWindowTitle(tr("Comparison: {name}", name=self._state.document.attributes.name))
        for side, name, state, choice in (
            (self._sides[0], "A", self._first.state, self._first.choice),
            (self._sides[1], "B", self._state, self._choice),
        ):
            side.setText(
                tr(
                    "{side}: {campaign} · {settings}",
                    side=name,
                    campaign=str(state.name),
                    settings=react_words(choice),
                )
            )
        self.slider.setAccessibleName(tr("Time of the rehearsal"))
        self._show()

    # ---- B comes out

    def _on_progress(self, done: float | None) -> None:
        self.progress.setRange(0, 0 if done is None else 1000)
        self.progress.setValue(round(1000 * (done or 0)))

    def _refuse(self, text: str) -> None:
        if self.open_:
            self.progress.hide()
            self.trouble.setText(text)
            self.trouble.show()

    def _on_came_out(self, outcome: Outcome) -> None:
        if not self.open_:
            return
        first = self._first
        other = Rehearsed(outcome, self._state.document)
        self.compared = Compared(first.rehearsed, first.state.document, other, self._state.document)
        self._show_canvas(self.compared)
        self.progress.hide()
        self.slider.show_span(self.compared.end, self.compared.activity)
        self.slider.setValue(self.compared.end)
        for widget in (self.slider, self._time, self._panel):
            widget.show()
        self._show_notes(outcome)
        self._show()
        self._compare_ways()

    def _show_notes(self, outcome: Outcome) -> None:
        """What has to be known before the differences are believed."""
        notes = []
        if outcome.data != self._first.rehearsed.outcome.data:
            notes.append(
                tr("The data has changed between the two rehearsals. Rehearse A anew, then compare again.")
            )
        if outcome.failure is not None:
            notes.append(tr("B ended abnormally: {reason}", reason=outcome.failure))
        notes += outcome.notes
        self.note.setText(" ".join(notes))
        self.note.setVisible(bool(notes))

    def _show_canvas(self, compared: Compared) -> None:
        look, published = self._window.look, self._state.published
        lookup = self._workspace if published is None else as_published(self._workspace, published)
        self.scene = CampaignScene(compared.overlay.document, lookup, look)
        self.scene.setParent(self)
        self.view = ComparedView(self.scene, compared.overlay, look)
        self.view.setAccessibleName(tr("Differences on the canvas"))
        self.scene.loaded.connect(self._on_loaded)
        self.scene.selection_changed.connect(self._show)
        self._canvas.addWidget(self.view, 1)
        self.scene.start_loading()

    def _on_loaded(self) -> None:
        self._show()
        QTimer.singleShot(0, self, self._begin_looking)  # once the panel beside has taken its room

    def _begin_looking(self) -> None:
        if self.view is not None and self.open_:
            self.view.begin()

    # ---- what is shown

    def _time_words(self, position: int) -> str:
        if self.compared is None:
            return ""
        moment = self.compared.moment(position)
        if moment is not None:
            return moments.shown(from_milliseconds(moment), self._zone)
        after = timedelta(milliseconds=self.compared.offset(position))
        hours = after.seconds // 3600
        return tr("After {days} d {hours} h", days=after.days, hours=hours)

    def _show(self) -> None:
        """Counts and totals at the slider's moment."""
        if self.compared is None or self.scene is None:
            return
        position = self.slider.value()
        self._time.setText(self._time_words(position))
        self.scene.set_counts(self.compared.counts(position), in_slices=True)
        selected = self.scene.selected_node
        node = None if selected == START_ID else selected
        self.figures.show_tables(self.compared.tables(position, node))

    def _light(self, ways: tuple[Way, Way]) -> None:
        """Let the ways of one person stand out."""
        if self.scene is None or self.compared is None:
            return
        if not any(ways):
            self.scene.light_path(None)
            return
        before, after = self._first.state.document, self._state.document
        shown = self.compared.links_of_a
        links = {shown[id] for id in _links(before, ways[0]) if id in shown} | _links(after, ways[1])
        self.scene.light_path(links, [START_ID, *(step.node for way in ways for step in way)])

    # ---- other paths

    def _compare_ways(self) -> None:
        """Have A's process write everybody's way, and B's compare it with its own."""
        self.people.show_waiting()
        file = Path(self._folder.filePath("ways.csv"))
        self._first.process.ask(partial(self._on_written, file), asks="ways", file=str(file))

    def _on_written(self, file: Path, reply: Reply) -> None:
        if self.open_ and not self._failed(reply):
            self._process.ask(self._on_differing, asks="differing", file=str(file))

    def _on_differing(self, reply: Reply) -> None:
        found = reply.differing
        if not self.open_ or self._failed(reply) or found is None:
            return
        people = [person.id for person in found.people]
        self._first.process.ask(partial(self._on_first_ways, found), asks="passages", persons=people)

    def _on_first_ways(self, found: Differing, first: Reply) -> None:
        if self.open_ and not self._failed(first):
            people = [person.id for person in found.people]
            self._process.ask(partial(self._on_ways, found, first), asks="passages", persons=people)

    def _on_ways(self, found: Differing, first: Reply, reply: Reply) -> None:
        if self.open_ and not self._failed(reply):
            ways = {
                person.id: (first.passages.get(person.id, []), reply.passages.get(person.id, []))
                for person in found.people
            }
            self.people.show_differing(found, ways)

    def _failed(self, reply: Reply) -> bool:
        if reply.failure is not None:
            self.people.show_trouble(reply.failure)
        return reply.failure is not None

    # ---- ending

    def _end(self) -> None:
        self.open_ = False
        self._process.stop()
        self._first.process.stop()
        if self.scene is not None:
            self.scene.close()

    # ---- laying out

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        self.resize(*_SIZE)
        keep_on_screen(self)
        head = row(spacing=3 * grid)
        head.setContentsMargins(2 * grid, grid, 2 * grid, grid)
        head.addWidget(self._title)
        for side in self._sides:
            head.addWidget(side, 1)
        for looking, run in zip(self._looking, ("zoom_out", "zoom_in", "fit"), strict=True):
            looking.clicked.connect(partial(self._look_around, run))
            head.addWidget(looking)
        self._canvas = QVBoxLayout()
        self._canvas.setSpacing(0)
        for widget in (self.note, self.trouble, self.progress):
            widget.setContentsMargins(2 * grid, 0, 2 * grid, grid)
            self._canvas.addWidget(widget)
        self.note.hide()
        self.trouble.hide()
        body = row(spacing=0)
        body.addLayout(self._canvas, 1)
        body.addWidget(self._panel)
        below = row(spacing=grid)
        below.setContentsMargins(2 * grid, grid // 2, 2 * grid, grid // 2)
        below.addWidget(self.slider, 1)
        below.addWidget(self._time)
        self._lay_out_panel()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(head)
        self._column.addLayout(body, 1)
        self._column.addLayout(below)
        for hidden in (self.slider, self._time, self._panel):
            hidden.hide()

    def _lay_out_panel(self) -> None:
        grid = self._window.look.sizes.grid
        self._panel.setFixedWidth(_PANEL * grid)
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(0, 0, 2 * grid, grid)
        totals = QScrollArea(widgetResizable=True)
        totals.setFrameShape(QFrame.Shape.NoFrame)
        totals.setWidget(self.figures)
        column.addWidget(totals, 1)
        people = QVBoxLayout()
        people.setContentsMargins(2 * grid, 0, 0, 0)
        people.addWidget(self.people)
        column.addLayout(people, 1)

    def _look_around(self, run: str, _checked: bool = False) -> None:
        if self.view is not None:
            {"zoom_in": self.view.zoom_in, "zoom_out": self.view.zoom_out, "fit": self.view.fit}[run]()


def _links(document: CampaignDocument, way: Way) -> set[str]:
    """The lines that somebody went down."""
    taken = {(step.node, step.outcome) for step in way}
    found = {id for id, link in document.links.items() if (link.source, link.port) in taken}
    return found | set(document.out_links(START_ID)) if way else found
