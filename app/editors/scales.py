"""How recency, frequency or money is scored: bounds between the scores, and when a score is high."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, RawObject, as_list, as_object, mark_invalid, together
from app.widgets.basic import label
from app.widgets.combo_box import Option
from app.widgets.fields import LineEdit, NumberEdit, number_from, shown_number
from app.widgets.layouts import row
from app.widgets.segmented import Segmented
from engine.i18n import N_, tr
from engine.workspace.definitions import MAX_BOUNDS

_UNITS = {
    "recency": N_("Days since the last time: the fewer, the higher the score"),
    "frequency": N_("Number of times: the more, the higher the score"),
    "money": N_("Sum of the amounts: the more, the higher the score"),
}


class ScaleEditor(Editor):
    """Bounds as a list of numbers, told as ranges below; and what a score is compared with."""

    def __init__(self, context: Context, name: str, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._name = name
        self._bounds = LineEdit(tr("Bounds, such as 30, 90, 180"))
        self._bounds.setAccessibleName(tr("Bounds between the scores"))
        self._bounds.textEdited.connect(self._on_changed)
        self._ranges = label("small", "", wrap=True)
        self._compare = Segmented(
            [Option("mean", tr("From the mean on")), Option("score", tr("From a score on"))]
        )
        self._compare.setAccessibleName(tr("When it counts as high"))
        self._compare.set_value("mean")
        self._compare.chosen.connect(self._on_changed)
        self._score = NumberEdit(1, whole=False)
        self._score.setAccessibleName(tr("Score"))
        self._score.setMaximumWidth(64)
        self._score.edited.connect(self._on_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label("small", tr(_UNITS[name]), wrap=True))
        column.addWidget(self._bounds)
        column.addWidget(self._ranges)
        high = row()
        high.addWidget(label("small", tr("High:")))
        high.addWidget(self._compare, 1)
        high.addWidget(self._score)
        column.addLayout(high)
        self.setFocusProxy(self._bounds)
        self._show()

    def value(self) -> JsonValue:
        found: RawObject = {"bounds": self._numbers()}
        score = self._score.value()
        found["compare"] = "mean" if self._compare.value() == "mean" or score is None else score
        return found

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        self._bounds.setText(", ".join(shown_number(one) for one in as_list(raw.get("bounds"))))  # type: ignore[arg-type]
        compare = raw.get("compare", "mean")
        self._compare.set_value("mean" if compare == "mean" else "score")
        self._score.set_value(None if compare == "mean" else compare)
        self._show()

    def show_errors(self, errors: Errors) -> str:
        found = together(errors)
        if found and not self._numbers():
            found = tr("Enter at least one bound")
        mark_invalid(self._bounds, found)
        return found

    def _numbers(self) -> list[JsonValue]:
        parts = self._bounds.text().replace("，", ",").replace("、", ",").replace(";", ",").split(",")
        return [number for part in parts if (number := number_from(part)) is not None]

    def _on_changed(self) -> None:
        if self._compare.value() == "score" and self._score.value() is None:
            self._score.set_value((len(self._numbers()) + 3) // 2)
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self._score.setVisible(self._compare.value() == "score")
        numbers = [number for number in self._numbers() if isinstance(number, int | float)]
        self._ranges.setText(self._told(numbers[:MAX_BOUNDS]))
        self._ranges.setVisible(bool(self._ranges.text()))

    def _told(self, bounds: list[int | float]) -> str:
        """The ranges and their scores on one line: "score 3: up to 30 · 2: up to 90 · 1: more"."""
        if not bounds:
            return ""
        shown = [shown_number(float(bound)) for bound in bounds]
        if self._name == "recency":
            best = len(shown) + 1
            parts = [tr("{score}: within {bound}", score=best - n, bound=b) for n, b in enumerate(shown)]
            return " · ".join([*parts, tr("{score}: longer ago", score=1)])
        parts = [tr("{score}: from {bound}", score=n, bound=b) for n, b in enumerate(shown, start=2)]
        return " · ".join([tr("{score}: less", score=1), *parts])
