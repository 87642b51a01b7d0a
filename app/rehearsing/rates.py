"""How many of a hundred react, component by component."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.widgets.basic import ElidedLabel, label
from app.widgets.fields import NumberEdit
from engine.campaign.document import CampaignDocument
from engine.campaign.rates import DELIVERED, DONE, Rateable, rateable
from engine.components.behaviour import JudgeGoal
from engine.components.branches import result_label
from engine.components.registry import component
from engine.i18n import tr

_USUAL = {DELIVERED: 97.0, DONE: 30.0}
_USUAL_RECEIPT = 30.0
_HUNDRED = 100.0
_WIDTH = 64

Rates = dict[str, dict[str, float]]


class RatesForm(QScrollArea):
    """A line a rate; empty where nobody reacts to the campaign. Signal `changed()`."""

    changed = Signal()

    def __init__(self, document: CampaignDocument, rates: Mapping[str, Mapping[str, float]]) -> None:
        super().__init__()
        self._document = document
        self._fields: dict[tuple[str, str], NumberEdit] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setObjectName("content")
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for one in rateable(document):
            for what in one.of:
                self._add(grid, one, what, rates.get(one.node, {}).get(what))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addStretch(1)
        self.setWidget(page)

    @property
    def empty(self) -> bool:
        """Whether the campaign has nothing that people react to."""
        return not self._fields

    def rates(self) -> Rates:
        """What stands in the fields, as far as it is a share."""
        found: Rates = {}
        for (node, what), field in self._fields.items():
            value = field.value()
            if isinstance(value, int | float) and 0 <= value <= _HUNDRED:
                found.setdefault(node, {})[what] = float(value)
        return found

    def problem(self) -> str:
        """What is wrong with it, or ""."""
        found = self.rates()
        for node, what in self._fields:
            name = self._document.node(node).shown_name
            if what not in found.get(node, {}):
                return tr("“{name}”: enter a share from 0 to 100 %.", name=name)
        for node, shares in found.items():
            if sum(shares.values()) > _HUNDRED:
                name = self._document.node(node).shown_name
                return tr("“{name}”: the shares come to more than 100 %.", name=name)
        return ""

    def height_wanted(self) -> int:
        """As high as its lines, up to seven of them."""
        line = 32 + 6
        return min(len(self._fields), 7) * line

    def _add(self, grid: QGridLayout, one: Rateable, what: str, rate: float | None) -> None:
        node = self._document.node(one.node)
        words = self._words(one.node, what)
        field = NumberEdit(0, whole=False)
        usual = _USUAL.get(what, _USUAL_RECEIPT if what == one.of[0] else 0.0)
        field.set_value(usual if rate is None else rate)
        field.setFixedWidth(_WIDTH)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setAccessibleName(tr("{title}: {text}", title=node.shown_name, text=words))
        field.edited.connect(self.changed)
        y = grid.rowCount()
        grid.addWidget(ElidedLabel("", text=node.shown_name, fills=True), y, 0)
        grid.addWidget(label("muted", words), y, 1)
        grid.addWidget(field, y, 2)
        grid.addWidget(label("muted", "%"), y, 3)
        self._fields[one.node, what] = field

    def _words(self, node_id: str, what: str) -> str:
        if what == DELIVERED:
            return tr("messages arrive")
        if what != DONE:
            return str(result_label(what))
        node = self._document.node(node_id)
        config = node.parsed.config
        goal = config is not None and isinstance(component(node.kind).behaviour(config), JudgeGoal)
        return tr("reach the goal") if goal else tr("do what is asked")
