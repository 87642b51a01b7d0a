"""The dialogs of the workspace's own templates: save a campaign as one, give one another name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.templates.key_components import KeyComponents
from app.templates.words import WordsForm
from app.widgets import style
from app.widgets.basic import button, label
from app.widgets.layouts import row
from app.widgets.on_screen import keep_on_screen
from engine.files import FileError
from engine.i18n import tr
from engine.workspace.own_templates import Outline
from engine.workspace.template import Words


class TemplateDialog(QDialog):
    """Title, a form that scrolls, Cancel and Save. It stays open until what it asked for is done.

    `asked()` is called by Save with a name given; `finish` or `fail` say what became of it.
    """

    def __init__(self, parent: QWidget, title: str, name: Words, description: Words) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.asked: Callable[[], None] = lambda: None
        grid = style.sizes().grid
        self.setMinimumWidth(64 * grid)
        self.words = WordsForm(name, description)
        self.save_button = button("primary", self._on_save, tr("Save"))
        self.save_button.setDefault(True)
        self._error = label("error", wrap=True)
        self._error.hide()
        self.content = QWidget()
        self.content.setObjectName("content")
        self.column = QVBoxLayout(self.content)
        self.column.setContentsMargins(3 * grid, 0, 3 * grid, grid)
        self.column.setSpacing(grid)
        self.column.addWidget(self.words)
        self._lay_out(title)
        self.words.name.selectAll()
        self.words.name.setFocus()

    def _lay_out(self, title: str) -> None:
        grid = style.sizes().grid
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.content)
        keep_on_screen(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 3 * grid, 0, 2 * grid)
        layout.setSpacing(2 * grid)
        for part in (label("title", title), area, self._error):
            edge = 0 if part is area else 3 * grid
            block = QVBoxLayout()
            block.setContentsMargins(edge, 0, edge, 0)
            block.addWidget(part)
            layout.addLayout(block, 1 if part is area else 0)
        buttons = row(spacing=grid)
        buttons.setContentsMargins(3 * grid, 0, 3 * grid, 0)
        buttons.addStretch(1)
        buttons.addWidget(button("", self.reject, tr("Cancel")))
        buttons.addWidget(self.save_button)
        layout.addLayout(buttons)

    def fail(self, error: Exception) -> None:
        """Say why it could not be saved; everything that was entered stays."""
        self.save_button.setEnabled(True)
        at_name = isinstance(error, FileError) and error.field == "name"
        sentence = str(error.message) if isinstance(error, FileError) else str(error)
        self.words.show_error(sentence if at_name else "")
        self._error.setText("" if at_name else sentence)
        self._error.setVisible(not at_name)

    def _on_save(self) -> None:
        if not self.words.names().text:
            self.words.show_error(tr("Give the template a name."))
            return
        self.words.show_error("")
        self._error.hide()
        self.save_button.setEnabled(False)
        self.asked()


class SaveTemplateDialog(TemplateDialog):
    """Everything that makes a template of a campaign.

    Attributes: `keys` (the key components), `keep` (the settings of the components).
    """

    def __init__(self, parent: QWidget, name: str, outline: Outline) -> None:
        super().__init__(parent, tr("Save as template"), Words(en=name, zh=name), Words(en="", zh=""))
        self.keep = QCheckBox(tr("Keep the settings of the components"))
        self.keep.setChecked(True)
        self.keys = KeyComponents(outline.names, outline.prompts)
        self.words.both_shown.connect(self.keys.show_both)
        self.keep.toggled.connect(lambda keep: self.keys.choose(outline.left if keep else outline.left_bare))
        self.keys.choose(outline.left)
        self._add_parts()
        self.resize(self.minimumWidth(), 640)

    def _add_parts(self) -> None:
        help_keep = tr("Without them, every component begins anew. Branches stay, for lines hang on them.")
        help_keys = tr("The guide leads through these components. Leave a prompt empty for the usual one.")
        for part in (
            self.keep,
            label("small", help_keep, wrap=True),
            None,
            label("label", tr("Key components")),
            label("small", help_keys, wrap=True),
            self.keys,
        ):
            if part is None:
                self.column.addSpacing(style.sizes().grid)
            else:
                self.column.addWidget(part)
        self.column.addStretch(1)


class RenameTemplateDialog(TemplateDialog):
    """Another name and description for a template."""

    def __init__(self, parent: QWidget, name: Words, description: Words) -> None:
        super().__init__(parent, tr("Rename template"), name, description)
        self.column.addStretch(1)
        self.resize(self.minimumWidth(), 320)
