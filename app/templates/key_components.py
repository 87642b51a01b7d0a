"""Which components the guide of a template leads through, in what order, and what it says at each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.pickers.search import SearchCombo
from app.templates.words import other_language
from app.widgets.basic import ElidedLabel, IconButton
from app.widgets.combo_box import Option
from app.widgets.fields import LineEdit
from app.widgets.layouts import row
from engine.i18n import LANGUAGES, current_language, tr
from engine.workspace.own_templates import both, usual_prompt
from engine.workspace.template import Words

MOST = 12
"""A guide through more components than this is none: so many are taken without being asked for."""


class Adder(SearchCombo):
    """The list to add from. It is filled when it opens: a campaign may have thousands of components."""

    def __init__(self, options: Callable[[], list[Option]]) -> None:
        super().__init__(tr("Add a component"))
        self.setAccessibleName(tr("Add a component"))
        self._options = options

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        self.set_options(self._options())
        super().showPopup()


class KeyRow(QFrame):
    """One component with its prompt in one or both languages."""

    def __init__(self, node_id: str, name: str, prompt: Words | None) -> None:
        super().__init__()
        self.setProperty("role", "well")
        self.node_id = node_id
        self._usual, self._given = usual_prompt(name), prompt
        self._language, self._other = current_language(), other_language()
        self.prompts = {code: LineEdit(self._usual.in_language(code)) for code in LANGUAGES}
        for code, field in self.prompts.items():
            field.setText(prompt.in_language(code) if prompt is not None else "")
            field.setCursorPosition(0)  # a long text shows its beginning
            field.setAccessibleName(
                tr("Prompt for {name} in {language}", name=name, language=LANGUAGES[code])
            )
        self.remove = IconButton("x", tr("Remove {name}", name=name))
        head = row(spacing=4)
        title = ElidedLabel(text=name, fills=True)
        title.setProperty("role", "strong")
        head.addWidget(title, 1)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 8, 12)
        column.setSpacing(6)
        column.addLayout(head)
        for code in (self._language, self._other):
            column.addWidget(self.prompts[code])

    def show_both(self, shown: bool) -> None:
        self.prompts[self._other].setVisible(shown)

    def words(self, *, with_other: bool) -> Words:
        """The prompt; what nobody wrote is the usual one, and what nobody changed keeps both languages."""
        text = self.prompts[self._language].text().strip()
        other = self.prompts[self._other].text().strip() if with_other else ""
        if self._given is not None and not with_other and text == self._given.in_language(self._language):
            return self._given
        return both(text, other, self._language) if text or other else self._usual


class KeyComponents(QWidget):
    """The chosen components in the order of the flow, and a list to add others from."""

    def __init__(self, names: Mapping[str, str], prompts: Mapping[str, Words]) -> None:
        """`names`: of all components by id, in the order of the flow."""
        super().__init__()
        self._names = names
        self._prompts = prompts
        self._both = False
        self._rows: dict[str, KeyRow] = {}
        self.touched = False
        self.add = Adder(self._left)
        self.add.chosen.connect(self._on_added)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._column)
        column.addWidget(self.add)

    def rows(self) -> list[KeyRow]:
        """The rows as they stand."""
        return [self._rows[id] for id in self._names if id in self._rows]

    def choose(self, node_ids: Iterable[str]) -> None:
        """Take these, and no others; nothing where a person has chosen already."""
        if self.touched:
            return
        for id in list(self._rows):
            self._drop(id)
        wanted = set(node_ids)
        for id in islice((id for id in self._names if id in wanted), MOST):
            self._take(id)
        self._refresh()

    def prompts(self) -> dict[str, Words]:
        """The chosen components with their prompts, in the order of the flow."""
        return {line.node_id: line.words(with_other=self._both) for line in self.rows()}

    def show_both(self, shown: bool) -> None:
        self._both = shown
        for line in self._rows.values():
            line.show_both(shown)

    def _take(self, id: str) -> KeyRow:
        line = self._rows[id] = KeyRow(id, self._names[id], self._prompts.get(id))
        line.show_both(self._both)
        line.remove.clicked.connect(lambda: self._on_removed(id))
        at = next(at for at, other in enumerate(self.rows()) if other is line)
        self._column.insertWidget(at, line)
        line.show()
        return line

    def _drop(self, id: str) -> None:
        line = self._rows.pop(id)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()  # its button may be what was clicked

    def _left(self) -> list[Option]:
        return [Option(id, name) for id, name in self._names.items() if id not in self._rows]

    def _refresh(self) -> None:
        self.add.set_options(())
        self.add.set_value("")
        self.add.setVisible(len(self._rows) < len(self._names))

    def _on_added(self, id: str) -> None:
        self.touched = True
        line = self._take(id)
        self._refresh()
        line.prompts[current_language()].setFocus()

    def _on_removed(self, id: str) -> None:
        self.touched = True
        self._drop(id)
        self._refresh()
        self.add.setFocus()
