"""The catalogue: events with their attributes, tags, attributes of people, ID types and directories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from app.editors.base import Context, RawObject, as_text
from app.editors.plain import TextEditor
from app.editors.registry import EditorFactory
from app.editors.spec import FieldSpec
from app.widgets.combo_box import ComboBox, Option
from app.workspace_settings.catalog_entries import (
    DIRECTORIES,
    SHAPES,
    amend,
    attributes_of,
    entry_of,
    table_of,
)
from app.workspace_settings.detail import Detail
from app.workspace_settings.entry_detail import Change, EntryDetail
from app.workspace_settings.listing import Item, ListSection
from engine.components.hints import FormField
from engine.i18n import N_, Message, tr
from engine.workspace import catalog_edits as edits
from engine.workspace.catalog_edits import CatalogRefused
from engine.workspace.uses import Use, attribute_uses
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow


class CatalogSection(ListSection):
    """One table of the catalogue at a time. `show_object("events/order")` shows an entry."""

    empty_icon = "category"

    def __init__(self, window: MainWindow) -> None:
        self.tables = ComboBox()
        self.tables.setAccessibleName(tr("Part of the catalogue"))
        self.table = "events"
        super().__init__(window)
        self.tables.chosen.connect(self._on_table)
        self.side.insertWidget(0, self.tables)

    def items(self, workspace: Workspace) -> Sequence[Item]:
        catalog, icon = workspace.catalog, SHAPES[self.table].icon
        if self.table == DIRECTORIES:
            return [Item(name, name, icon=icon) for name in catalog.directories]
        learned = catalog.learned.of(self.table)
        found = []
        for key in getattr(catalog, self.table):
            text = catalog.event_name(key) if self.table == "events" else key
            code = key if text != key else ""
            new = tr("new from an import") if key in learned else ""
            found.append(Item(key, text, " · ".join(filter(None, (code, new))), icon))
        return sorted(found, key=lambda item: item.text.casefold())

    def kinds(self) -> Sequence[tuple[str, str]]:
        return [(self.table, "")]

    def make_detail(self, workspace: Workspace, key: str | None, kind: str) -> Detail:
        return CatalogDetail(self.window_, workspace, self.table, key)

    def texts(self) -> tuple[str, str, str, str]:
        shape = SHAPES[self.table]
        return tr(shape.title), tr(shape.about), tr(shape.new), tr(shape.new)

    def retranslate(self) -> None:
        names = [Option(table, tr(shape.title)) for table, shape in SHAPES.items()]
        self.tables.set_options(names)
        self.tables.set_value(self.table)
        super().retranslate()

    def show_object(self, id: str) -> None:
        table, _, key = id.partition("/")
        if table in SHAPES:
            self.tables.set_value(table)
            self._on_table(table)
            super().show_object(key)

    def _on_table(self, table: str) -> None:
        def go() -> None:
            self.table = table
            self._show_detail(None)
            self.retranslate()

        self.tables.set_value(self.table)
        self._leave(go)
        self.tables.set_value(self.table)


class CatalogDetail(EntryDetail):
    """One entry. What is used keeps its key and its type, so that nothing that names it breaks."""

    def __init__(self, window: MainWindow, workspace: Workspace, table: str, key: str | None) -> None:
        super().__init__(window, workspace, key)
        self.table = table
        self.begin()

    def fields(self) -> Iterable[FormField]:
        return SHAPES[self.table].fields

    def factories(self) -> Mapping[str, EditorFactory]:
        return {"directory": _directory_editor}

    def stored(self) -> RawObject:
        catalog, key = self.workspace.catalog, self.key
        raw = entry_of(catalog, self.table, key)
        if key is not None and self.table in ("events", "tags", "attributes"):
            directory = edits.directory_of(catalog, self._filed, key)
            return {**raw, **({"directory": directory} if directory else {})}
        return raw

    @property
    def _filed(self) -> Literal["events", "tags", "attributes"]:
        assert self.table != "id_types"
        return self.table  # type: ignore[return-value]  # one of the three

    def title_text(self) -> str:
        values = self.form.values()
        return (
            as_text(values.get("name"))
            or as_text(values.get("key"))
            or tr(SHAPES[self.table].new).rstrip("…")
        )

    def kind_text(self) -> str:
        new = (
            self.key is not None and self.key in self.workspace.catalog.learned.of(self.table)
            if self._learns
            else False
        )
        about = tr(SHAPES[self.table].about)
        return tr("An import brought it in. Save it once you have looked at it.") if new else about

    @property
    def _learns(self) -> bool:
        return self.table != DIRECTORIES

    def saving(self) -> Change:
        values, was = self.form.result(), self.key
        return lambda catalog: amend(catalog, self.table, values, was)

    def deleting(self) -> Change:
        table, key = self.table, self.key or ""
        if table == DIRECTORIES:
            return lambda catalog: edits.remove_directory(catalog, key)
        return lambda catalog: edits.remove(catalog, table_of(table), key)

    def key_saved(self) -> str:
        return as_text(self.form.result().get("key")).strip()

    def write(self, value: Any) -> str:
        if self.table == "events" and self.key is not None:
            self._refuse_used_attributes(self.form.result())
        return super().write(value)

    def _refuse_used_attributes(self, values: RawObject) -> None:
        """What looks at an attribute would find it gone, or of another type."""
        assert self.key is not None
        wanted = attributes_of(values)
        event = self.workspace.catalog.events.get(self.key)
        for name, type in (event.attributes if event else {}).items():
            if wanted.get(name) != type and (found := list(attribute_uses(self.workspace, self.key, name))):
                text = N_("The attribute “{name}” is used by “{user}”: it stays as it is.")
                raise CatalogRefused(Message(text, name=name, user=found[0].name), "attributes")

    def uses(self) -> Sequence[Use]:
        if self.table == DIRECTORIES or self.key is None:
            return ()
        return self.workspace.uses(SHAPES[self.table].kind, self.key)

    def on_uses(self, uses: Sequence[Use]) -> None:
        for name in ("key", "type"):
            try:
                editor = self.form.editor(name)
            except KeyError:
                continue
            editor.setEnabled(not uses)
            editor.setToolTip(tr("It is used, so that it stays as it is.") if uses else "")


def _directory_editor(context: Context, spec: FieldSpec) -> TextEditor:
    """A text that completes to the directories there are."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QCompleter, QLineEdit

    editor = TextEditor(context, spec)
    line = editor.focus_target()
    if isinstance(line, QLineEdit):
        completer = QCompleter(list(context.workspace.catalog.directories), editor)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(lambda _text: editor.changed.emit())
        line.setCompleter(completer)
    return editor
