"""The plain "New" forms: a dialog that makes an object, saves it to the workspace, and hands over its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import JsonValue
from PySide6.QtWidgets import QWidget

from app.editors.base import Context
from engine.workspace.account import AccountKind
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.pickers.form_dialog import FormDialog

Chosen = Callable[[str], None]


def new_account(parent: QWidget, workspace: Workspace, kinds: Sequence[AccountKind], chosen: Chosen) -> None:
    """An account of one of the kinds."""
    from app.pickers.account_form import AccountDialog  # forms hold editors, which open forms

    _open(AccountDialog(parent.window(), workspace, kinds), chosen)


def new_message(
    parent: QWidget, context: Context, kind: str, match: Mapping[str, JsonValue], chosen: Chosen
) -> None:
    """A text SMS or an email; `match` fills in what it has to have (platform, SMS type)."""
    from app.pickers.message_form import MessageDialog

    _open(MessageDialog(parent.window(), context, kind, match), chosen)


def new_audience(parent: QWidget, context: Context, chosen: Chosen) -> None:
    """An audience with a rule."""
    from app.pickers.audience_form import AudienceDialog

    _open(AudienceDialog(parent.window(), context), chosen)


def new_table(parent: QWidget, context: Context, chosen: Chosen) -> None:
    """A statistics table."""
    from app.pickers.table_form import TableDialog

    _open(TableDialog(parent.window(), context), chosen)


def new_model(parent: QWidget, context: Context, chosen: Chosen) -> None:
    """An RFM model."""
    from app.pickers.rfm_form import RfmDialog

    _open(RfmDialog(parent.window(), context), chosen)


def edit_stages(parent: QWidget, context: Context, chosen: Chosen) -> None:
    """The rules of the AIPL stages."""
    from app.pickers.aipl_form import AiplDialog

    _open(AiplDialog(parent.window(), context), chosen)


def new_coupon(parent: QWidget, workspace: Workspace, chosen: Chosen) -> None:
    """A coupon; its codes are imported in Settings."""
    from app.pickers.coupon_form import CouponDialog

    _open(CouponDialog(parent.window(), workspace), chosen)


def new_event(parent: QWidget, workspace: Workspace, chosen: Chosen) -> None:
    """An event with its attributes."""
    from app.pickers.event_form import EventDialog

    _open(EventDialog(parent.window(), workspace), chosen)


def _open(dialog: FormDialog, chosen: Chosen) -> None:
    dialog.created.connect(chosen)
    dialog.open()
