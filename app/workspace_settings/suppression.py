"""The suppression list: addresses that get no marketing messages; it lives in the engine's database."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from app.widgets.ask import Choice, ask
from app.widgets.basic import button, label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.debounce import Debounce
from app.widgets.dialog import button_row, dialog_column
from app.widgets.fields import LineEdit, TextArea
from app.widgets.paged_table import PAGE, PagedTable
from app.widgets.toast import Link
from app.workspace_settings import list_files
from app.workspace_settings.section import SectionPage
from engine.i18n import ntr, tr
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.server.wire.lists import SuppressedAnswer, SuppressedPage

Address = tuple[str, str]


class SuppressionSection(SectionPage):
    """Search, add, remove, import and export. Asks the engine when it comes on show."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.window_ = window
        self._workspace: Workspace | None = None
        self._asked = 0
        self.search = LineEdit()
        self.search.setClearButtonEnabled(True)
        self.types = ComboBox()
        self.table = PagedTable(2)
        self._about = label("muted", wrap=True)
        self._count = label("summary")
        self.add_button = button("primary", self.on_add)
        self.remove_button = button("", self.on_remove)
        self.import_button = button("", self.on_import)
        self.export_button = button("", self.on_export)
        grid = window.look.sizes.grid
        tools = QHBoxLayout()
        tools.setSpacing(grid)
        tools.addWidget(self.search, 2)
        tools.addWidget(self.types, 1)
        tools.addStretch(1)
        for tool in (self.import_button, self.export_button, self.remove_button, self.add_button):
            tools.addWidget(tool)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * grid, 3 * grid, 2 * grid, 2 * grid)
        column.setSpacing(2 * grid)
        column.addWidget(self._about)
        column.addLayout(tools)
        column.addWidget(self._count)
        column.addWidget(self.table, 1)
        later = Debounce(self, self.ask)
        self.search.textChanged.connect(lambda _text: later.start())
        self.types.chosen.connect(lambda _type: self.ask())
        self.table.more_asked.connect(self._ask_for_more)
        self.table.table.itemSelectionChanged.connect(self._show_state)
        self.table.delete_asked.connect(self.on_remove)
        self.retranslate()
        self._show_state()

    def show_workspace(self, workspace: Workspace) -> None:
        other = self._workspace is not workspace
        self._workspace = workspace
        kinds = [Option(name, name) for name in workspace.catalog.id_types]
        self.types.set_options([Option("", tr("All types")), *kinds])
        if other:
            self.types.set_value("")
            self.table.clear()
            self._count.clear()
            if self.isVisible():
                self.ask()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ask()

    def focus_first(self) -> None:
        self.search.setFocus()

    def retranslate(self) -> None:
        self._about.setText(
            tr(
                "These addresses get no marketing messages: people who unsubscribed, complained or must not "
                "be written to. Notifications still go out. It counts at the moment of sending, for "
                "campaigns that run already, too."
            )
        )
        self.search.setPlaceholderText(tr("Search addresses"))
        self.search.setAccessibleName(tr("Search addresses"))
        self.types.setAccessibleName(tr("ID type"))
        self.table.set_titles(tr("Suppressed addresses"), (tr("ID type"), tr("Address")))
        self.add_button.setText(tr("Add…"))
        self.remove_button.setText(tr("Remove"))
        self.import_button.setText(tr("Import…"))
        self.export_button.setText(tr("Export…"))
        if self._workspace is not None:
            self.show_workspace(self._workspace)

    def ask(self) -> None:
        """Ask the engine for the first page; a workspace without any data is not asked."""
        window = self.window_
        if self._workspace is None or window.service is None:
            return
        if not window.runs.engine_has_data(self._workspace.folder):
            self._show_count(0)
            return
        self._asked += 1
        number, search, type = self._asked, self.search.text().strip(), self.types.value()
        window.service.use(
            lambda client: client.suppressed(search, type, ("", ""), PAGE),
            partial(self._show_first, number),
            window.show_error,
        )

    def _ask_for_more(self) -> None:
        assert self.window_.service is not None
        row = self.table.rows() - 1
        after = (self.table.text(row, 0), self.table.text(row, 1))
        number, search, type = self._asked, self.search.text().strip(), self.types.value()
        self.window_.service.use(
            lambda client: client.suppressed(search, type, after, PAGE),
            partial(self._show_page, number),
            self.window_.show_error,
        )

    def _show_first(self, number: int, page: SuppressedPage) -> None:
        if number == self._asked:  # else somebody has typed on
            self.table.clear()
            self._show_page(number, page)

    def _show_page(self, number: int, page: SuppressedPage) -> None:
        if number != self._asked:
            return
        rows = [(one.type, one.value) for one in page.addresses]
        self.table.add(rows, more=self.table.rows() + len(rows) < page.total and bool(rows))
        self._show_count(page.total)

    def _show_count(self, total: int) -> None:
        if total:
            self._count.setText(ntr("{n:,} address", "{n:,} addresses", total))
        elif self.search.text().strip() or self.types.value():
            self._count.setText(tr("No address matches."))
        else:
            self._count.setText(tr("No address is suppressed."))
        self._show_state()

    def _show_state(self) -> None:
        self.remove_button.setEnabled(bool(self.table.selected()))
        self.export_button.setEnabled(self.table.rows() > 0)

    # What can be done --------------------------------------------------------------------------------------

    def on_add(self) -> None:
        """Ask for addresses of one type, one a line."""
        assert self._workspace is not None
        AddDialog(self, self._workspace, self.types.value()).open()

    def add(self, addresses: list[Address]) -> None:
        """Suppress addresses; it can be undone."""
        window = self.window_
        assert window.service is not None

        def done(answer: SuppressedAnswer) -> None:
            words = ntr(
                "{n:,} address is suppressed now.", "{n:,} addresses are suppressed now.", answer.changed
            )
            if answer.rejected:
                words += " " + tr("Not taken: {reason}", reason=answer.rejected[0].text)
            window.toast.show_message(
                words,
                tone="warn" if answer.rejected else "ok",
                link=Link(tr("Undo"), partial(self.remove, addresses)) if answer.changed else None,
            )
            self.ask()

        window.service.use(lambda client: client.suppress(addresses), done, window.show_error)

    def on_remove(self) -> None:
        """Ask, and take the selected addresses off the list."""
        rows = self.table.selected()
        if not rows:
            return
        addresses = [(self.table.text(row, 0), self.table.text(row, 1)) for row in rows]
        ask(
            self,
            ntr("Remove {n:,} address from the list?", "Remove {n:,} addresses from the list?", len(rows)),
            tr("Campaigns may send to them again. Do it only where the people agree."),
            Choice(tr("Remove"), partial(self.remove, addresses), "danger"),
        )

    def remove(self, addresses: list[Address]) -> None:
        """Let addresses have messages again; it can be undone."""
        window = self.window_
        assert window.service is not None

        def done(answer: SuppressedAnswer) -> None:
            words = ntr(
                "{n:,} address may have messages again.",
                "{n:,} addresses may have messages again.",
                answer.changed,
            )
            window.toast.show_message(words, link=Link(tr("Undo"), partial(self.add, addresses)))
            self.ask()

        window.service.use(lambda client: client.release_addresses(addresses), done, window.show_error)

    def on_import(self) -> None:
        title = tr("Import suppressed addresses (columns: type, value)")
        list_files.ask_for_csv(self.window_, title, self.import_file)

    def import_file(self, path: Path) -> None:
        """Add the addresses of a CSV file."""
        from engine.hand_lists import import_suppressed

        def done(taken: object) -> None:
            list_files.show_taken(self.window_, path.name, taken)  # type: ignore[arg-type]  # what work gives
            self.ask()

        list_files.work_on(
            self.window_,
            tr("Importing {name}", name=path.name),
            lambda client, progress: import_suppressed(
                client, path, lambda rows: progress(0, 0, ntr("{n:,} row", "{n:,} rows", rows))
            ),
            done,
        )

    def on_export(self) -> None:
        title = tr("Export the suppression list")
        list_files.ask_where_to_write(self.window_, title, "suppressed.csv", self.export_file)

    def export_file(self, path: Path) -> None:
        """Write the whole list into a CSV file."""
        from engine.hand_lists import export_suppressed

        list_files.work_on(
            self.window_,
            tr("Exporting the suppression list"),
            lambda client, progress: export_suppressed(
                client, path, lambda rows: progress(0, 0, ntr("{n:,} row", "{n:,} rows", rows))
            ),
            lambda count: self.window_.toast.show_message(
                ntr(
                    "{n:,} address written to “{name}”.",
                    "{n:,} addresses written to “{name}”.",
                    count,
                    name=path.name,
                )
            ),
        )


def _wrong(addresses: list[Address]) -> str:
    """Why an address cannot be one of its type, "" where all can."""
    from engine.shapes.addresses import BadAddress, normal_address

    for type, value in addresses:
        try:
            normal_address(type, value)
        except BadAddress as error:
            return str(error.message)
    return ""


class AddDialog(QDialog):
    """The type of the ID, and addresses one a line."""

    def __init__(self, section: SuppressionSection, workspace: Workspace, type: str) -> None:
        super().__init__(section.window())
        self._section = section
        self.setWindowTitle(tr("Suppress addresses"))
        grid = section.window_.look.sizes.grid
        self.setMinimumWidth(56 * grid)
        column = dialog_column(self, tr("Suppress addresses"))
        self.type = ComboBox(tr("Choose an ID type"))
        self.type.setAccessibleName(tr("ID type"))
        self.type.set_options(Option(name, name) for name in workspace.catalog.id_types)
        self.type.set_value(type)
        self.values = TextArea(6)
        self.values.setAccessibleName(tr("Addresses, one a line"))
        self.error = label("error", wrap=True)
        self.error.hide()
        column.addWidget(label("label", tr("ID type")))
        column.addWidget(self.type)
        column.addWidget(label("label", tr("Addresses, one a line")))
        column.addWidget(self.values)
        column.addWidget(self.error)
        self.add_button = button("primary", self._on_add, tr("Suppress"))
        self.add_button.setDefault(True)
        column.addLayout(button_row(button("", self.reject, tr("Cancel")), self.add_button))
        (self.values if type else self.type).setFocus()

    def _on_add(self) -> None:
        lines = [line.strip() for line in self.values.value().split("\n")]
        addresses = [(self.type.value(), line) for line in dict.fromkeys(filter(None, lines))]
        wrong = ""
        if not self.type.value():
            wrong = tr("Choose an ID type")
        elif not addresses:
            wrong = tr("Enter at least one address.")
        elif len(addresses) > 10_000:
            wrong = tr("Import more than 10,000 addresses from a file.")
        else:
            wrong = _wrong(addresses)
        self.error.setText(wrong)
        self.error.setVisible(bool(wrong))
        if not wrong:
            self.accept()
            self._section.add(addresses)
