"""The bar of a rehearsal, below the canvas: its progress, then time, figures, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.actions import Actions
from app.language import Retranslated
from app.previews.sms import money
from app.rehearsing.figures import Rehearsed, Totals
from app.rehearsing.time_slider import TimeSlider
from app.widgets import moments
from app.widgets.announce import announce
from app.widgets.basic import ElidedLabel, button, label, set_property, tool_button
from app.widgets.layouts import row
from canvas_widgets.look import Look
from engine.i18n import ntr, tr
from engine.shapes.time import from_milliseconds

_PLAY_MS = 40
_PLAYS_FOR_MS = 9_000
"""So long a rehearsal plays, whatever its span."""


class RehearsalBar(Retranslated, QFrame):
    """Hidden while there is no rehearsal. Signals: `moved(position)`; `action_asked(action id)`, by a button.

    Attributes: slider; progress; again (a link: rehearse what the draft is now).
    """

    moved = Signal(int)
    action_asked = Signal(str)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("role", "drawer")
        self._look, self._actions = look, actions
        self._zone = ZoneInfo("UTC")
        self._rehearsed: Rehearsed | None = None
        self._note: Callable[[], str] = str
        self._stale = False
        self.title = label("pill")
        set_property(self.title, "state", "accent")
        self.play = QToolButton()
        self.play.clicked.connect(lambda: self.action_asked.emit("rehearsal.play"))
        self.slider = TimeSlider(look, self.time_words)
        self._time = label("strong")
        self._figures = ElidedLabel("", fills=True)
        self.note = ElidedLabel("warning", fills=True)
        self.again = self._link("editor.rehearse")
        self.untested = self._link("rehearsal.untested")
        self.path = self._link("rehearsal.path")
        self.compare = self._link("rehearsal.compare")
        self.close_button = tool_button(actions["rehearsal.close"])
        self.cancel = self._link("rehearsal.close")
        self.progress = QProgressBar(textVisible=False)
        self._working = label("muted")
        self._playing = QTimer(self, interval=_PLAY_MS)
        self._playing.timeout.connect(self._on_play)
        self._lay_out()
        self.slider.valueChanged.connect(self._on_value)
        self.slider.sliderPressed.connect(self.pause)
        self.hide()

    # ---- what is shown

    def show_progress(self, done: float | None) -> None:
        """It is being rehearsed; done: from 0 to 1, None where that is not known."""
        self.pause()
        pale = done is None and not self._look.duration
        set_property(self.progress, "state", "pale" if pale else "")
        self.progress.setRange(0, 0 if done is None and not pale else 1000)
        self.progress.setValue(1000 if pale else round(1000 * (done or 0)))
        self._show_parts(working=True)
        self.show()

    def show_rehearsed(self, rehearsed: Rehearsed, zone: ZoneInfo, note: Callable[[], str]) -> None:
        """Show what it came to, at its end. note: what has to be known, said in the present language."""
        self._rehearsed, self._zone, self._note, self._stale = rehearsed, zone, note, False
        self.slider.show_span(rehearsed.end, rehearsed.activity)
        self._show_parts(working=False)
        self.show()
        self.slider.setValue(rehearsed.end)
        self.retranslate()
        self._stack()
        announce(self, self._figures.text())

    def show_stale(self, stale: bool) -> None:
        """Whether the draft is another one by now."""
        self._stale = stale
        self._show_note()

    def put_away(self) -> None:
        self.pause()
        self._rehearsed = None
        self.hide()

    @property
    def position(self) -> int:
        return self.slider.value()

    @property
    def playing(self) -> bool:
        return self._playing.isActive()

    def toggle(self) -> None:
        """Play from here, or from the beginning where this is the end; pause where it plays."""
        if self.playing:
            self.pause()
        elif self._rehearsed is not None:
            if self.slider.value() >= self.slider.maximum():
                self.slider.setValue(0)
            self._playing.start()
            self._show_play()

    def pause(self) -> None:
        if self.playing:
            self._playing.stop()
            self._show_play()

    def _show_play(self) -> None:
        """What the button does now, by its icon and its tooltip."""
        self._actions.refresh()
        self._look.set_icon(self.play, "player-pause" if self.playing else "player-play")
        self.play.setToolTip(self._actions["rehearsal.play"].toolTip())
        self.play.setAccessibleName(self._actions["rehearsal.play"].text())

    def go_to(self, moment: int) -> None:
        """Show how it stood once what happened at a moment (ms) had happened."""
        if self._rehearsed is not None:
            self.pause()
            self.slider.setValue(self._rehearsed.position(moment))

    def time_words(self, position: int) -> str:
        if self._rehearsed is None:
            return ""
        return moments.shown(from_milliseconds(self._rehearsed.moment(position)), self._zone)

    def retranslate(self) -> None:
        self.title.setText(tr("Rehearsal"))
        self.slider.setAccessibleName(tr("Time of the rehearsal"))
        self._working.setText(tr("Rehearsing…"))
        self.again.setText(tr("Rehearse again…"))
        self.path.setText(tr("One person's path…"))
        self.compare.setText(tr("Compare…"))
        self.cancel.setText(tr("Cancel"))
        self._show_play()
        self._show_note()
        self._show_figures()
        self._stack()

    def _on_value(self, position: int) -> None:
        if self._rehearsed is not None:
            self._show_figures()
            self.moved.emit(position)

    def _on_play(self) -> None:
        steps = max(1, round(self.slider.maximum() * _PLAY_MS / _PLAYS_FOR_MS))
        self.slider.setValue(self.slider.value() + steps)
        if self.slider.value() >= self.slider.maximum():
            self.pause()

    def _show_figures(self) -> None:
        if self._rehearsed is None:
            return
        position = self.slider.value()
        self._time.setText(self.time_words(position))
        self._figures.setText(figures_text(self._rehearsed.totals(position)))
        gaps = len(self._rehearsed.gaps)
        self.untested.setText(ntr("{n} branch untested", "{n} branches untested", gaps))
        self.untested.setVisible(bool(gaps) and not self.progress.isVisibleTo(self))

    def _show_note(self) -> None:
        stale = tr("The draft has changed since: these are the figures of before.") if self._stale else ""
        text = stale or (self._note() if self._rehearsed is not None else "")
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _show_parts(self, *, working: bool) -> None:
        shown_while_working: list[QWidget] = [self.progress, self._working, self.cancel]
        shown_then: list[QWidget] = [
            self.play, self.slider, self._time, self._figures, self.again, self.untested, self.path,
            self.compare, self.close_button,
        ]  # fmt: skip
        for widget in (*shown_while_working, *shown_then):
            widget.setVisible((widget in shown_while_working) is working)
        if working:
            self.note.hide()

    # ---- laying out

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._stack()

    def _stack(self) -> None:
        """The links stand below the figures where there is no room beside those of the end, which are the
        longest: nothing moves while it plays."""
        if self._rehearsed is None:
            return
        links = sum(
            one.sizeHint().width() + 2 * self._look.sizes.grid
            for one in (self.untested, self.path, self.compare, self.again)
            if one.isVisibleTo(self)
        )
        figures = figures_text(self._rehearsed.totals(self._rehearsed.end))
        wanted = self._figures.fontMetrics().horizontalAdvance(figures) + links
        way = QBoxLayout.Direction
        narrow = wanted > self.width() - 4 * self._look.sizes.grid
        self._below.setDirection(way.TopToBottom if narrow else way.LeftToRight)

    def _link(self, action_id: str) -> QPushButton:
        made = button("link", lambda: self.action_asked.emit(action_id))
        made.setToolTip(self._actions[action_id].toolTip())
        return made

    def _lay_out(self) -> None:
        grid = self._look.sizes.grid
        above, links = row(spacing=grid), row(spacing=2 * grid)
        above.addWidget(self.title)
        above.addWidget(self._working)
        above.addWidget(self.progress, 1)
        above.addWidget(self.play)
        above.addWidget(self.slider, 1)
        above.addWidget(self._fixed(self._time))
        above.addWidget(self.cancel)
        above.addWidget(self.close_button)
        for link in (self.untested, self.path, self.compare, self.again):
            links.addWidget(link)
        links.addStretch(1)
        self._below = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._below.setSpacing(grid // 2)
        self._below.addWidget(self._figures, 1)
        self._below.addLayout(links)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * grid, grid, grid, grid)
        column.setSpacing(grid // 2)
        column.addWidget(self.note)
        column.addLayout(above)
        column.addLayout(self._below)
        self.retranslate()

    def _fixed(self, time: QLabel) -> QLabel:
        """What shows the time is as wide as any time, so that nothing moves while it plays."""
        time.setMinimumWidth(time.fontMetrics().horizontalAdvance("0000-00-00 00:00") + self._look.sizes.grid)
        return time


def figures_text(totals: Totals) -> str:
    """The figures of the whole campaign in a line."""
    parts = [
        ntr("{n:,} entered", "{n:,} entered", totals.entries),
        ntr("{n:,} inside", "{n:,} inside", totals.inside),
        ntr("{n:,} finished", "{n:,} finished", totals.finished),
        ntr("{n:,} message sent", "{n:,} messages sent", totals.sent),
    ]
    if totals.undelivered:
        parts.append(tr("{n:,} failed or skipped", n=totals.undelivered))
    if totals.reached is not None:
        parts.append(ntr("{n:,} reached the goal", "{n:,} reached the goal", totals.reached))
    about = "" if totals.exact else "≈ "
    parts += [f"{about}{money(amount, currency)}" for currency, amount in totals.cost.items()]
    return " · ".join(parts)
