"""What decided at one step of a person's path, and what was sent there."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.rehearsing.step_words import fact_words, message_words, outcome_words, port_name, time_words
from app.widgets.basic import label
from app.widgets.layouts import empty
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.commands.rehearsal_lines import Step
from engine.i18n import tr

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


class StepDetails(QScrollArea):
    """Scrolls where there is much to say. Attribute `text`: all of it, as it is read."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.text = ""
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setObjectName("content")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, look.sizes.grid, 0)
        self._column.setSpacing(look.sizes.grid // 2)
        self.setWidget(page)

    def show_nothing(self) -> None:
        self.text = ""
        empty(self._column)

    def show_step(self, document: CampaignDocument, step: Step, zone: ZoneInfo) -> None:
        """Say what happened there: what was asked, what there was, where that led, what was sent."""
        self.show_nothing()
        node = document.nodes.get(step.node)
        self._add("strong", step.node if node is None else node.shown_name)
        self._add("small", time_words(step, zone))
        port = ""
        for fact in step.facts:
            if fact.port != port:
                port = fact.port
                self._add("section", tr("Branch “{name}”", name=port_name(document, step.node, port)))
            self._add("", fact_words(fact))
            self._add("muted", tr("Found: {value}", value=fact.found), indent=True)
        for sent in step.messages:
            self._add("section", message_words(sent, "" if node is None else node.id_type))
            if sent.text:
                self._add("muted", sent.text, indent=True)
        if where := outcome_words(document, step):
            self._add("strong", where)
        self._column.addStretch(1)
        self.setAccessibleName(self.text)

    def _add(self, role: str, text: str, *, indent: bool = False) -> None:
        line: QLabel = label(role, text, wrap=True)
        line.setTextInteractionFlags(_SELECTABLE)
        if indent:
            line.setContentsMargins(16, 0, 0, 0)
        self._column.addWidget(line)
        self.text = f"{self.text}\n{text}".strip()
