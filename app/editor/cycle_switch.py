"""The button beside the status that says whose live counts are on show, those of all cycles or of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal

from app.editor.switch import OFFERED, Switch
from app.widgets import moments
from canvas_widgets.look import Look
from engine.i18n import tr
from engine.shapes.time import instant

Cycle = Mapping[str, Any]
"""A cycle in the shape of `GET /campaigns/{id}/counts`."""


class CycleSwitch(Switch):
    """Hidden until there are two cycles. Attribute `cycles`: them all. Signal `chosen(number or None)`."""

    chosen = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.cycles: Sequence[Cycle] = ()
        self._shown: int | None = None
        self._zone = ZoneInfo("UTC")

    @property
    def several(self) -> bool:
        """Whether there is something to choose."""
        return len(self.cycles) > 1

    def show_cycles(self, cycles: Sequence[Cycle], shown: int | None, zone: ZoneInfo) -> None:
        """The cycles that there are. `shown`: the number of the one on show, None: all of them."""
        self.cycles, self._zone = cycles, zone
        self.setVisible(self.several)
        if shown != self._shown:
            self._shown = shown
            self.retranslate()

    def retranslate(self) -> None:
        self.setText(tr("All cycles") if self._shown is None else tr("Cycle {n}", n=self._shown))
        self.setToolTip(tr("Show the counts of one cycle, or of all"))

    def fill(self) -> None:
        self.offer(tr("All cycles"), partial(self.chosen.emit, None), checked=self._shown is None)
        latest = self.cycles[-OFFERED:]
        for cycle in reversed(self.cycles):
            number = cycle["number"]
            if cycle in latest or cycle["inside"] or number == self._shown:
                chosen = partial(self.chosen.emit, number)
                self.offer(self._words(cycle), chosen, checked=number == self._shown)

    def _words(self, cycle: Cycle) -> str:
        """Which cycle it is, when it was, and who entered it and is in it."""
        parts = [tr("Cycle {n}", n=cycle["number"])]
        if cycle["moment"] is not None:
            parts.append(moments.shown(instant(cycle["moment"]), self._zone))
        said = tr("{entered:,} entered, {inside:,} inside", entered=cycle["entries"], inside=cycle["inside"])
        return " · ".join([*parts, said])
