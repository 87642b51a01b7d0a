"""What a template recommends, to read: the cards of a rule as sentences, the text of a message."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.editors.message_preview import body_text
from app.widgets.basic import label
from app.widgets.layouts import empty
from canvas_widgets.look import Look, set_role
from engine.components.base import Lookup
from engine.i18n import tr
from engine.workspace.audience import Card
from engine.workspace.rule_words import JOIN_WORDS, sentence
from engine.workspace.template import Recommendation, content_kind

_MOST_HEIGHT = 200


class Recommended(QScrollArea):
    """A well in the bubble. Attribute `copy_button`, for the text of a message: it stands below the well, for
    it shall not scroll away."""

    def __init__(self, look: Look) -> None:
        super().__init__(widgetResizable=True)
        self._look = look
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setObjectName("recommended")
        self.copy_button = QPushButton()
        set_role(self.copy_button, "link")
        self.copy_button.clicked.connect(self._copy)
        self.copy_button.hide()
        self._text = ""
        self._lines = QVBoxLayout()
        self._lines.setSpacing(look.sizes.grid // 2)
        well = QFrame()
        well.setProperty("role", "well")
        grid = look.sizes.grid
        column = QVBoxLayout(well)
        column.setContentsMargins(grid + 4, grid, grid + 4, grid)
        column.setSpacing(grid // 2)
        column.addLayout(self._lines)
        column.addStretch(1)
        self._well: QWidget = well
        self.setWidget(well)
        self.hide()

    def put_away(self) -> None:
        """Show nothing."""
        self.hide()
        self.copy_button.hide()

    @property
    def text(self) -> str:
        """Everything that is shown, a line a sentence."""
        return self._text

    def show_rule(self, cards: Sequence[Card], lookup: Lookup) -> None:
        """Show what the cards ask, joined as they are."""
        lines: list[tuple[str, str]] = []
        for card in cards:
            if card.join is not None:
                lines.append(("section", tr(JOIN_WORDS[card.join])))
            lines.append(("", str(sentence(card, lookup))))
        self._show(lines)
        self.copy_button.hide()

    def show_content(self, content: Recommendation) -> None:
        """Show the text in the language of the moment."""
        chosen = content.content
        text = body_text(content_kind(chosen), chosen.model_dump(mode="json", by_alias=True))
        self._show([("", text)])
        self.copy_button.setText(tr("Copy text"))
        self.copy_button.show()

    def fit(self, width: int) -> None:
        """Take the height of the contents at this width; what is longer scrolls."""
        edges = 2 * self._look.strokes.border  # of the frame that the focus shows in
        height = self._well.heightForWidth(width - edges) + edges
        self.setFixedHeight(min(max(height, 0), _MOST_HEIGHT))
        scrolls = height > _MOST_HEIGHT  # then the keyboard needs a way in
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if scrolls else Qt.FocusPolicy.NoFocus)

    def _show(self, lines: Sequence[tuple[str, str]]) -> None:
        self._text = "\n".join(text for _, text in lines)
        empty(self._lines)
        for role, text in lines:
            line = label(role, text, wrap=True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._lines.addWidget(line)
            line.show()  # at once: only what is shown has a height

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.copy_button.setText(tr("Copied"))
