"""A new coupon from where it is needed; the fields are those of Settings, where its codes are imported."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, RawObject
from app.pickers.form_dialog import FormDialog, field, judged
from app.widgets.basic import label
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.shapes.text import new_id
from engine.workspace import catalog_edits as edits
from engine.workspace.catalog import Coupon
from engine.workspace.folder import free_name
from engine.workspace.workspace import Workspace

TYPES = {
    "voucher": N_("Voucher"),
    "discount": N_("Discount"),
    "gift": N_("Gift"),
    "shipping": N_("Free shipping"),
}
FIELDS = (
    field("name", Hint(N_("Name"), "text", missing=N_("Enter a name"))),
    field("type", Hint(N_("Type"), "choice", choices=TYPES)),
    field(
        "value",
        Hint(N_("Value"), "text", help=N_("Such as 10, 15 % or a product; shown to people who design.")),
        required=False,
    ),
    field(
        "valid_days",
        Hint(N_("Valid for days"), "number", help=N_("Counted from the day of issue; empty: without end.")),
        required=False,
    ),
)
_COUPON: TypeAdapter[Coupon] = TypeAdapter(Coupon)


class CouponDialog(FormDialog):
    """Makes a coupon in the catalogue."""

    title = N_("New coupon")

    def __init__(self, parent: QWidget | None, workspace: Workspace) -> None:
        super().__init__(parent, Context(workspace))
        self.resize(self.minimumWidth(), 480)

    def fields(self) -> Iterable[FormField]:
        return FIELDS

    def start_values(self) -> RawObject:
        return new_coupon_values(self.context.workspace)

    def below(self) -> QWidget | None:
        return label("small", tr("Import its codes in Settings: without codes nobody gets one."), wrap=True)

    def raw(self) -> RawObject:
        return self.form.result()

    def validate(self) -> tuple[Any, dict[str, str]]:
        return judged(_COUPON, self.raw())

    def save(self, value: Coupon) -> str:
        workspace = self.context.workspace
        id = new_id("cp", workspace.catalog.coupons)
        content = json.loads(value.model_dump_json())
        workspace.amend_catalog(lambda catalog: edits.put(catalog, "coupons", id, content))
        return id


def new_coupon_values(workspace: Workspace) -> RawObject:
    """What the form of a new coupon begins with."""
    name = free_name(tr("Coupon"), (coupon.name for coupon in workspace.catalog.coupons.values()))
    return {"name": name, "type": "voucher"}
