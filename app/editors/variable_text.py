"""Fields for texts with `${variables}`: inserted from a list, completed while typing, coloured."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from pydantic import JsonValue
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QAbstractButton, QCompleter, QLineEdit, QMenu, QPlainTextEdit, QVBoxLayout

from app.editors.base import Context, Editor, Errors, RawObject, as_object, as_text, mark_invalid, together
from app.editors.spec import FieldSpec
from app.pickers import library
from app.widgets import style
from app.widgets.basic import IconButton, LinkButton
from app.widgets.fields import LineEdit, TextArea
from app.widgets.layouts import row
from engine.i18n import tr
from engine.workspace.message_text import malformed

_OPEN = re.compile(r"\$\{([^\s{}$]*)$")
_PLACE = re.compile(r"\$\$\{|\$\{([^\W\d]\w{0,31})\}")

MOST_EDITED = 200_000
"""Characters of a text that a field lays out while one types."""

Bind = Callable[[str, RawObject], None]
"""Notes what a variable that was just inserted is bound to."""


class Choice(NamedTuple):
    """A variable that can be inserted."""

    name: str
    binding: RawObject
    shown: str


def variable_name(key: str, taken: Iterable[str] = ()) -> str:
    """A name for a variable that shows an attribute or a tag: its own, what no name may hold as `_`."""
    name = re.sub(r"\W+", "_", key).strip("_")[:32] or "value"
    if not re.match(r"[^\W\d]", name):
        name = f"_{name}"[:32]
    base, number, used = name, 2, set(taken)
    while name in used:
        name = f"{base[:29]}_{number}"
        number += 1
    return name


def choices(context: Context) -> dict[str, list[Choice]]:
    """What can be inserted, by section: attributes, tags, attributes of events."""
    catalog = context.workspace.catalog
    sections: dict[str, list[Choice]] = {
        tr("Person's attribute"): [_choice("attribute", key, key) for key in catalog.attributes],
        tr("Person's tag"): [_choice("tag", key, key) for key in catalog.tags],
    }
    if context.any_event:
        offered = library.any_event_options(context.workspace)
        sections[tr("Event attribute")] = [_choice("event", one.value, one.text) for one in offered]
    return {title: listed for title, listed in sections.items() if listed}


def _choice(source: str, key: str, shown: str) -> Choice:
    return Choice(variable_name(key), {"from": source, "key": key, "when_empty": "nothing"}, shown)


class VariableText(Editor):
    """One line or several, with a button that inserts a variable. Option: `lines`."""

    def __init__(
        self, context: Context, spec: FieldSpec, bind: Bind, lines: int = 1, code: bool = False
    ) -> None:
        super().__init__(context)
        self._bind = bind
        self._loaded: str | None = None
        """The text as it came, while nobody has touched it: a field cannot hold every character."""
        self.field: LineEdit | TextArea
        if lines > 1:
            self.field = TextArea(lines)
            self.field.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            if code:
                self.field.setObjectName("code")
            self.field.edited.connect(self.changed)
            self._colours = VariableColours(self.field.document(), self._known)
        else:
            self.field = LineEdit(spec.placeholder)
            self.field.textEdited.connect(self.changed)
        self.field.setPlaceholderText(spec.placeholder)
        self.field.setAccessibleName(spec.label)
        self.completing = Completing(self.field, self._offered, self._on_inserted)
        name = tr("Insert a variable into {name}", name=spec.label)
        self.insert: QAbstractButton = (
            LinkButton(tr("Insert a variable")) if lines > 1 else IconButton("tag", name)
        )
        self.insert.setAccessibleName(name)
        self.insert.clicked.connect(self._show_menu)
        layout = QVBoxLayout(self) if lines > 1 else row(self, spacing=4)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 if lines > 1 else 4)
        layout.addWidget(self.field)
        layout.addWidget(self.insert)
        self.setFocusProxy(self.field)

    def value(self) -> JsonValue:
        if self._loaded is not None and self._shown() == self._first:
            return self._loaded or None
        return self._shown() or None

    def set_value(self, value: JsonValue) -> None:
        text = "\n".join(map(as_text, value)) if isinstance(value, list) else as_text(value)
        too_long = len(text) > MOST_EDITED
        self.field.setReadOnly(too_long)
        self.insert.setVisible(not too_long)
        if too_long:
            self._put_away(text)
        elif isinstance(self.field, TextArea):
            self.field.set_value(text)
        else:
            self.field.setText(text)
            self.field.setCursorPosition(0)
        self._loaded, self._first = text, self._shown()

    def _put_away(self, text: str) -> None:
        """Show the beginning of a text that would take a field minutes to lay out; it is kept as it is."""
        begin = text[:500] + "\n…"
        note = tr("The text has {n:,} characters: too many to be edited here.", n=len(text))
        if isinstance(self.field, TextArea):
            self.field.set_value(f"{note}\n\n{begin}")
        else:
            self.field.setText(note)

    def refresh(self) -> None:
        if isinstance(self.field, TextArea):
            with QSignalBlocker(self.field):  # other colours are no other text
                self._colours.rehighlight_if_changed()

    def show_errors(self, errors: Errors) -> str:
        mark_invalid(self.field, together(errors))
        return together(errors)

    def replace_text(self, text: str) -> None:
        """Replace the whole text as a person would, so that it can be undone."""
        if isinstance(self.field, TextArea):
            cursor = self.field.textCursor()
            cursor.select(cursor.SelectionType.Document)
            cursor.insertText(text)
        else:
            self.field.selectAll()
            self.field.insert(text)
            self.changed.emit()

    def menu(self) -> QMenu:
        """The variables to insert, by where their values come from."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title, listed in choices(self.context).items():
            section = menu.addMenu(title)
            for choice in listed:
                section.addAction(choice.shown).triggered.connect(lambda _on=False, one=choice: self.put(one))
        constant = Choice("", {"from": "constant", "value": ""}, "")
        menu.addAction(tr("Fixed text")).triggered.connect(lambda: self.put(constant))
        return menu

    def put(self, choice: Choice) -> None:
        """Insert a variable at the cursor, bound."""
        bound = as_object(self.context.values().get("variables"))
        same = [name for name, raw in bound.items() if raw == choice.binding and raw]
        name = same[0] if same and choice.name else variable_name(choice.name or "text", self._taken(choice))
        _insert(self.field, f"${{{name}}}")
        self._bind(name, choice.binding)
        self.field.setFocus()
        self.changed.emit()

    _first = ""

    def _shown(self) -> str:
        return self.field.value() if isinstance(self.field, TextArea) else self.field.text()

    def _show_menu(self) -> None:
        self.menu().popup(self.insert.mapToGlobal(self.insert.rect().bottomLeft()))

    def _taken(self, choice: Choice) -> set[str]:
        """Names that stand for something else."""
        bound = as_object(self.context.values().get("variables"))
        return {name for name, raw in bound.items() if raw != choice.binding}

    def _known(self, name: str) -> bool:
        catalog = self.context.workspace.catalog
        bound = as_object(self.context.values().get("variables")).get(name)
        return bool(as_object(bound).get("from")) or name in catalog.attributes or name in catalog.tags

    def _offered(self) -> list[Choice]:
        bound = as_object(self.context.values().get("variables"))
        own = [Choice(name, {}, name) for name, raw in bound.items() if raw]
        listed = [one for section in choices(self.context).values() for one in section]
        return [*own, *(one for one in listed if one.name not in bound)]

    def _on_inserted(self, choice: Choice) -> None:
        if choice.binding:
            self._bind(choice.name, choice.binding)
        self.changed.emit()


def _insert(field: QLineEdit | QPlainTextEdit, text: str) -> None:
    if isinstance(field, QPlainTextEdit):
        field.textCursor().insertText(text)
    else:
        field.insert(text)


class Completing(QObject):
    """Offers variables once `${` is typed; Enter or Tab takes one, Escape none."""

    def __init__(
        self,
        field: QLineEdit | QPlainTextEdit,
        offered: Callable[[], list[Choice]],
        inserted: Callable[[Choice], None],
    ) -> None:
        super().__init__(field)
        self._field, self._offered, self._inserted = field, offered, inserted
        self._model = QStringListModel(self)
        self.completer = QCompleter(self._model, self)
        self.completer.setWidget(field)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        popup = self.completer.popup()
        assert popup is not None
        self._popup = popup
        popup.setProperty("role", "popup")
        self.completer.activated.connect(self._take)
        field.installEventFilter(self)
        popup.installEventFilter(self)  # keys come there first, and are passed on past the field's filters
        if isinstance(field, QPlainTextEdit):
            field.textChanged.connect(self._look)
        else:
            field.textEdited.connect(self._look)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        popup = self._popup
        if not popup.isVisible():
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            index = popup.currentIndex()
            popup.hide()
            self._take(
                str((index if index.isValid() else self.completer.completionModel().index(0, 0)).data())
            )
            return True
        return False

    def _before(self) -> str:
        """The line up to the cursor."""
        if isinstance(self._field, QPlainTextEdit):
            cursor = self._field.textCursor()
            return cursor.block().text()[: cursor.positionInBlock()]
        return self._field.text()[: self._field.cursorPosition()]

    def _look(self) -> None:
        begun = _OPEN.search(self._before())
        if begun is None or not self._field.hasFocus():
            self._popup.hide()
            return
        self._model.setStringList([choice.name for choice in self._offered()])
        self.completer.setCompletionPrefix(begun[1])
        if self.completer.completionCount() == 0:
            self._popup.hide()
            return
        rect = self._field.cursorRect()
        if isinstance(self._field, QPlainTextEdit):
            rect.translate(self._field.viewport().pos())
        rect.setWidth(30 * style.sizes().grid)
        self.completer.complete(rect)
        rows = min(self.completer.completionCount(), self.completer.maxVisibleItems())
        edges = style.sizes().grid + 2 * style.look().strokes.border
        self._popup.setFixedHeight(rows * self._popup.sizeHintForRow(0) + edges)  # Qt forgets the padding
        self._popup.setCurrentIndex(self.completer.completionModel().index(0, 0))

    def _take(self, name: str) -> None:
        begun = _OPEN.search(self._before())
        choice = next((one for one in self._offered() if one.name == name), None)
        if begun is None or choice is None:
            return
        if isinstance(self._field, QPlainTextEdit):
            cursor = self._field.textCursor()
            cursor.movePosition(cursor.MoveOperation.Left, cursor.MoveMode.KeepAnchor, len(begun[1]))
            cursor.insertText(f"{name}}}")
        else:
            end = self._field.cursorPosition()
            self._field.setSelection(end - len(begun[1]), len(begun[1]))
            self._field.insert(f"{name}}}")
        self._inserted(choice)


class VariableColours(QSyntaxHighlighter):
    """Colours variables in the accent, and underlines those that nothing is bound to or that are none."""

    def __init__(self, document: QTextDocument, known: Callable[[str], bool]) -> None:
        super().__init__(document)
        self._known = known
        self._seen: dict[str, bool] = {}

    def rehighlight_if_changed(self) -> None:
        """Something was bound or unbound elsewhere, perhaps."""
        if any(self._known(name) != known for name, known in self._seen.items()):
            self._seen.clear()
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:  # noqa: N802 - Qt's name
        if "${" not in text or len(text) > 20_000:  # a page of HTML on one line: colouring it would take long
            return
        for match in _PLACE.finditer(text):
            if (name := match[1]) is not None:
                known = self._seen.setdefault(name, self._known(name))
                self._mark(match.start(), match.end() - match.start(), wrong=not known)
        for wrong in malformed(text):
            self._mark(wrong.start, len(wrong.text), wrong=True)

    def _mark(self, start: int, length: int, *, wrong: bool) -> None:
        colours = style.look().colours
        form = QTextCharFormat()
        form.setForeground(colours.danger if wrong else colours.accent)
        if wrong:
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            form.setUnderlineColor(colours.danger)
        self.setFormat(start, length, form)
