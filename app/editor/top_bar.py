"""The editor's top bar: where you are and what is wrong at the left, what you can do at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, QTime, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.actions import Actions
from app.campaign_list.status import ALLOWED, HAVE_RUN, May, Status
from app.editor.cycle_switch import CycleSwitch
from app.editor.problems import problems_text
from app.editor.version_switch import VersionSwitch
from app.language import Retranslated
from app.widgets.basic import ActionButton, ElidedLabel, button, label, set_property, tool_button
from canvas_widgets.look import Look
from engine.campaign.problem import Problem, Severity
from engine.i18n import tr

_PILL_STATES = {"muted": "neutral"}


class TopBar(Retranslated, QFrame):
    """Order as in the canvas reference. Signal `problems_asked()`: the count was clicked.

    In a narrow window, that the draft was saved gives way to the name; to all else, the buttons of what keys,
    the wheel and the menu do as well.
    """

    problems_asked = Signal()

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setFixedHeight(look.sizes.top_bar)
        self._row, self._tools = QHBoxLayout(self), QHBoxLayout()
        self._status = Status.DRAFT
        self._problems: Sequence[Problem] = ()
        self._read_only = self._failed = False
        self._saved_at: QTime | None = None
        grid = look.sizes.grid
        self.name = ElidedLabel("title", 8 * grid)
        self._attributes = actions["campaign.attributes"]
        self.name.installEventFilter(self)
        self.pill = label("pill")
        self.versions = VersionSwitch(look)
        self.cycles: CycleSwitch = CycleSwitch(look)
        self.view_only = label("summary")
        self.problems = button("link", self.problems_asked.emit)
        self.saved = label("summary")
        self.zoom = button("ghost", actions["editor.zoom_reset"].trigger)
        self.zoom.setMinimumWidth(7 * grid)
        zoom_in, zoom_out = tool_button(actions["editor.zoom_in"]), tool_button(actions["editor.zoom_out"])
        commands = tool_button(actions["view.commands"])
        self._giving_way = zoom_in, self.zoom, zoom_out, commands
        self.save = ActionButton(actions["editor.save"])
        self.rehearse = ActionButton(actions["editor.rehearse"])
        self.publish = ActionButton(actions["run.publish"], "primary")
        self.edit = ActionButton(actions["editor.edit"])
        self.stop = ActionButton(actions["run.stop"])
        self.restart = ActionButton(actions["run.restart"])
        self.report = ActionButton(actions["run.report"])
        row, tools = self._row, self._tools
        row.setContentsMargins(grid, 0, 2 * grid, 0)
        row.setSpacing(grid)
        row.addWidget(tool_button(actions["editor.back"]))
        row.addWidget(self.name)
        row.addWidget(tool_button(actions["campaign.attributes"]))
        for widget in (self.pill, self.versions, self.cycles, self.view_only, self.problems, self.saved):
            row.addWidget(widget)
        row.addStretch(1)
        tools.setSpacing(grid // 2)
        for action_id in ("editor.add_ends", "editor.undo", "editor.redo", "editor.fit"):
            tools.addWidget(tool_button(actions[action_id]))
        for button_ in (zoom_in, self.zoom, zoom_out):
            tools.addWidget(button_)
        row.addLayout(tools)
        row.addSpacing(grid)
        for widget in (
            self.stop,
            self.restart,
            self.edit,
            self.save,
            self.report,
            self.rehearse,
            self.publish,
        ):
            row.addWidget(widget)
        row.addWidget(commands)
        row.addWidget(tool_button(actions["view.menu"]))
        self.show_zoom(1.0)
        self.show_status(Status.DRAFT, read_only=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A double click on the name opens what it can be changed in."""
        if watched is self.name and event.type() is QEvent.Type.MouseButtonDblClick:
            self._attributes.trigger()
            return True
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._fit()
        return handled

    def minimumSizeHint(self) -> QSize:
        """Without what gives way."""
        return super().minimumSizeHint() - QSize(self._spared(), 0)

    def _fit(self) -> None:
        """Show as much as there is room for."""
        room = self.width() - sum(map(self._width, self._giving_way))
        spared = self._spared()
        fits = self._row.minimumSize().width() - spared <= room
        wide = self._row.sizeHint().width() - spared + self._width(self.saved) > room
        for widget in self._giving_way:
            widget.setVisible(fits)
        self.saved.setVisible(self._saved_at is not None and not wide)

    def _spared(self) -> int:
        """How wide those are that are on show and can give way."""
        able = (self.saved, *self._giving_way)
        return sum(self._width(widget) for widget in able if not widget.isHidden())

    def _width(self, widget: QWidget) -> int:
        layout = self._row if self._tools.indexOf(widget) < 0 else self._tools
        return widget.sizeHint().expandedTo(widget.minimumSize()).width() + layout.spacing()

    def show_name(self, name: str, modified: bool) -> None:
        self.name.setText(f"{name} •" if modified else name)
        self.name.setAccessibleName(name)
        self.name.updateGeometry()
        if modified:
            self.show_saved(None)

    def show_saved(self, at: QTime | None) -> None:
        """Say that the draft was saved by itself; None: that is no longer so."""
        self._saved_at = at
        self.saved.setText("" if at is None else tr("Saved by itself at {time}", time=at.toString("HH:mm")))
        self._fit()

    def show_status(
        self, status: Status, read_only: bool, *, failed: bool = False, earlier: bool = False
    ) -> None:
        """The campaign's status, and whether it is only looked at: that decides which buttons there are.

        `failed`: it ended abnormally. `earlier`: a version is on show, not the campaign itself.
        """
        self._status, self._read_only, self._failed = status, read_only, failed
        self.stop.setVisible(May.STOP in ALLOWED[status])
        self.restart.setVisible(May.RESTART in ALLOWED[status])
        self.report.setVisible(status in HAVE_RUN)
        for widget in (self.save, self.publish):
            widget.setVisible(not read_only)
        self.edit.setVisible(read_only and not earlier and May.EDIT in ALLOWED[status])
        self.retranslate()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        self._problems = problems
        self.retranslate()

    def show_zoom(self, factor: float) -> None:
        self.zoom.setText(f"{round(factor * 100)} %")

    def retranslate(self) -> None:
        self.show_saved(self._saved_at)
        self.versions.retranslate()
        self.cycles.retranslate()
        self.pill.setText(str(self._status.label))
        tone = "danger" if self._failed else self._status.tone
        set_property(self.pill, "state", _PILL_STATES.get(tone, tone))
        self.view_only.setText(tr("View only") if self._read_only else "")
        self.view_only.setVisible(self._read_only)
        self.problems.setText(problems_text(self._problems))
        self.problems.setVisible(bool(self._problems) and not self._read_only)
        self.problems.setToolTip(tr("Show what is missing or wrong"))
        errors = any(problem.severity is Severity.ERROR for problem in self._problems)
        set_property(self.problems, "state", "danger" if errors else "warn")
        self.zoom.setToolTip(tr("Zoom to 100 %"))
        self._fit()
