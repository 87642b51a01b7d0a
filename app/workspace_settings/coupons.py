"""Coupons: what they are worth, for how long, their pools of codes, and who got which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.editors.base import RawObject, as_object, as_text
from app.pickers.coupon_form import FIELDS, new_coupon_values
from app.widgets.basic import button, label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.debounce import Debounce
from app.widgets.fields import LineEdit
from app.widgets.paged_table import PAGE, PagedTable
from app.workspace_settings import list_files
from app.workspace_settings.detail import Detail
from app.workspace_settings.entry_detail import Change, EntryDetail
from app.workspace_settings.listing import Item, ListSection
from engine.components.base import RefKind
from engine.components.hints import FormField
from engine.i18n import ntr, tr
from engine.shapes.text import new_id
from engine.shapes.time import instant
from engine.workspace import catalog_edits as edits
from engine.workspace.catalog import Catalog
from engine.workspace.uses import Use
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.server.wire.lists import CodeState, CouponCodePage, CouponPool


class CouponsSection(ListSection):
    """Every coupon of the catalogue, with how many codes are left."""

    empty_icon = "ticket"

    def __init__(self, window: MainWindow) -> None:
        self.pools: dict[str, CouponPool] = {}
        super().__init__(window)

    def items(self, workspace: Workspace) -> Sequence[Item]:
        found = [
            Item(id, coupon.name, self._left(id), "ticket")
            for id, coupon in workspace.catalog.coupons.items()
        ]
        return sorted(found, key=lambda item: item.text.casefold())

    def kinds(self) -> Sequence[tuple[str, str]]:
        return [("coupon", "")]

    def make_detail(self, workspace: Workspace, key: str | None, kind: str) -> Detail:
        return CouponDetail(self, workspace, key)

    def texts(self) -> tuple[str, str, str, str]:
        return (
            tr("Coupons"),
            tr("What Issue Coupon gives to people: a kind, a value, and codes from a file."),
            tr("New coupon…"),
            tr("New coupon…"),
        )

    def show_workspace(self, workspace: Workspace) -> None:
        super().show_workspace(workspace)
        self.ask()

    def ask(self) -> None:
        """Ask the engine how many codes there are; a workspace without any data is not asked."""
        window = self.window_
        workspace = window.workspace
        if workspace is None or window.service is None or not window.runs.engine_has_data(workspace.folder):
            return

        def done(pools: Sequence[CouponPool]) -> None:
            self.pools = {pool.coupon: pool for pool in pools}
            self.fill()
            if isinstance(self.detail, CouponDetail):
                self.detail.show_pool()

        window.service.use(lambda client: client.coupons(), done, lambda _error: None)

    def _left(self, id: str) -> str:
        pool = self.pools.get(id)
        return tr("{n:,} left", n=pool.codes - pool.issued) if pool else ""


class CouponDetail(EntryDetail):
    """One coupon and its codes."""

    refused_at = "name"

    def __init__(self, section: CouponsSection, workspace: Workspace, key: str | None) -> None:
        super().__init__(section.window_, workspace, key)
        self.section = section
        self._new = new_id("cp", workspace.catalog.coupons)
        self._asked = 0
        self.begin()
        self.ask_for_codes()

    def fields(self) -> Iterable[FormField]:
        return FIELDS

    def stored(self) -> RawObject:
        coupons = self.workspace.catalog.coupons
        if self.key is not None and self.key in coupons:
            raw = as_object(self.workspace.catalog.canonical()["coupons"][self.key])
            return {name: value for name, value in raw.items() if value is not None}
        return new_coupon_values(self.workspace)

    def title_text(self) -> str:
        return as_text(self.form.values().get("name")) or tr("New coupon")

    def saving(self) -> Change:
        values, key = self.form.result(), self.key_saved()
        coupon: dict[str, Any] = {
            "name": as_text(values.get("name")),
            "type": as_text(values.get("type")) or "voucher",
            "value": as_text(values.get("value")),
            "valid_days": values.get("valid_days"),
        }

        def amended(catalog: Catalog) -> Catalog:
            return edits.put(catalog, "coupons", key, coupon, was=key if key in catalog.coupons else None)

        return amended

    def deleting(self) -> Change:
        key = self.key or ""
        return lambda catalog: edits.remove(catalog, "coupons", key)

    def key_saved(self) -> str:
        return self.key or self._new

    def uses(self) -> Sequence[Use]:
        return self.workspace.uses(RefKind.COUPON, self.key or "")

    # Codes -------------------------------------------------------------------------------------------------

    def below(self) -> Sequence[QWidget]:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        grid = self.window_.look.sizes.grid
        column.setSpacing(grid)
        self.pool = label("muted", wrap=True)
        self.import_button = button("", self.on_import, tr("Import codes…"))
        self.search = LineEdit(tr("A part of a code, or a person's id"))
        self.search.setAccessibleName(tr("Search codes"))
        self.search.setClearButtonEnabled(True)
        self.state = ComboBox()
        self.state.setAccessibleName(tr("Which codes"))
        states = (("all", tr("All codes")), ("issued", tr("Issued")), ("free", tr("Free")))
        self.state.set_options(Option(value, text) for value, text in states)
        self.state.set_value("all")
        self.codes = PagedTable(4)
        self.codes.set_titles(tr("Codes"), (tr("Code"), tr("Person"), tr("Campaign"), tr("Issued at")))
        self.codes.setFixedHeight(40 * grid)
        head = QHBoxLayout()
        head.addWidget(label("label", tr("Codes")))
        head.addWidget(self.pool, 1)
        head.addWidget(self.import_button)
        tools = QHBoxLayout()
        tools.addWidget(self.search, 2)
        tools.addWidget(self.state, 1)
        column.addLayout(head)
        column.addLayout(tools)
        column.addWidget(self.codes)
        later = Debounce(box, self.ask_for_codes)
        self.search.textChanged.connect(lambda _text: later.start())
        self.state.chosen.connect(lambda _state: self.ask_for_codes())
        self.codes.more_asked.connect(self._ask_for_more)
        box.hide()  # until it has a parent: alone it would be a window
        self.box = box
        return (box,)

    def retranslate_frame(self) -> None:
        super().retranslate_frame()
        self.box.setVisible(self.key is not None)
        self.show_pool()

    def show_pool(self) -> None:
        """How many codes there are, by what the engine said last."""
        pool = self.section.pools.get(self.key or "")
        if pool is None:
            self.pool.setText(tr("No codes yet: nobody can get one."))
        else:
            self.pool.setText(
                tr(
                    "{codes:,} codes, {issued:,} issued, {left:,} left",
                    codes=pool.codes,
                    issued=pool.issued,
                    left=pool.codes - pool.issued,
                )
            )

    def ask_for_codes(self) -> None:
        """Ask for the first page."""
        self._asked += 1
        self._ask("", self._asked)

    def _ask_for_more(self) -> None:
        self._ask(self.codes.text(self.codes.rows() - 1, 0), self._asked)

    def _ask(self, after: str, number: int) -> None:
        window, key = self.window_, self.key
        if key is None or window.service is None or not window.runs.engine_has_data(self.workspace.folder):
            return
        search, state = self.search.text().strip(), cast("CodeState", self.state.value())
        window.service.use(
            lambda client: client.coupon_codes(key, search, state, after, PAGE),
            partial(self._show_codes, after, number),
            window.show_error,
        )

    def _show_codes(self, after: str, number: int, page: CouponCodePage) -> None:
        if number != self._asked:
            return
        if not after:
            self.codes.clear()
        zone = self.context.zone
        rows = [
            (
                one.code,
                one.person or "",
                one.campaign_name or one.campaign or "",
                f"{instant(one.issued_at).astimezone(zone):%Y-%m-%d %H:%M}" if one.issued_at else "",
            )
            for one in page.codes
        ]
        self.codes.add(rows, more=len(rows) == PAGE)

    def on_import(self) -> None:
        list_files.ask_for_csv(
            self.window_, tr("Import codes (one a line, or a column “code”)"), self.import_file
        )

    def import_file(self, path: Path) -> None:
        """Add the codes of a CSV file to the pool; codes that it has already are refused with their lines."""
        from engine.hand_lists import import_codes

        key = self.key or ""

        def done(taken: object) -> None:
            list_files.show_taken(self.window_, path.name, taken)  # type: ignore[arg-type]  # what work gives
            self.section.ask()
            self.ask_for_codes()

        list_files.work_on(
            self.window_,
            tr("Importing {name}", name=path.name),
            lambda client, progress: import_codes(
                client, key, path, lambda rows: progress(0, 0, ntr("{n:,} row", "{n:,} rows", rows))
            ),
            done,
        )
