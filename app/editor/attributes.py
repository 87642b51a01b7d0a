"""The campaign's own fields: name, folder, sub-campaigns, start and end."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, Qt, QTime
from PySide6.QtWidgets import (
    QCheckBox,
    QDateTimeEdit,
    QDialog,
    QHBoxLayout,
    QWidget,
)

from app.campaign_list.rows import folder_label
from app.pickers.sub_campaigns import SubCampaignPicker
from app.widgets.basic import button, label, set_property
from app.widgets.dialog import button_row, dialog_column
from app.widgets.drop_down import DropDown
from app.widgets.fields import LineEdit
from app.widgets.one_line import OneLine
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.campaign.model import Attributes
from engine.i18n import tr
from engine.shapes.time import instant
from engine.workspace.workspace import Workspace

NAME_LENGTH = 50
_USUAL_RUN = timedelta(days=30)  # what an end begins with: after the start, to be changed


class TimeField(QWidget):
    """An optional moment, shown in the workspace's zone."""

    def __init__(self, look: Look, text: str, zone: ZoneInfo, value: str | None, otherwise: datetime) -> None:
        super().__init__()
        self._zone = zone
        self._given = value
        self.check = QCheckBox(text)
        self.edit = QDateTimeEdit(displayFormat="yyyy-MM-dd HH:mm", calendarPopup=True)
        self.edit.setToolTip(zone.key)
        self.edit.setAccessibleName(text)
        local = (instant(value) if value else otherwise).astimezone(zone)
        self._shown = QDateTime(QDate(local.year, local.month, local.day), QTime(local.hour, local.minute))
        self.edit.setDateTime(self._shown)
        self.check.setChecked(value is not None)
        self.edit.setEnabled(value is not None)
        self.check.toggled.connect(self.edit.setEnabled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.sizes.grid)
        row.addWidget(self.check)
        row.addStretch(1)
        row.addWidget(self.edit)

    def value(self) -> str | None:
        """The moment as the file holds it, None if it is off; an untouched one stays as it was."""
        if not self.check.isChecked():
            return None
        if self._given is not None and self.edit.dateTime() == self._shown:
            return self._given
        shown = self.edit.dateTime()
        date, time = shown.date(), shown.time()
        local = datetime(date.year(), date.month(), date.day(), time.hour(), time.minute(), tzinfo=self._zone)
        return local.isoformat(timespec="seconds")


class AttributesDialog(QDialog):
    """A plain form; errors stand at their fields, and OK hands the attributes to `confirmed`."""

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        attributes: Attributes,
        *,
        title: str,
        zone: ZoneInfo,
        now: datetime,
        groups: Sequence[str],
        taken: Container[str],
        sub_campaigns: SubCampaignPicker | None,
        confirmed: Callable[[Attributes], None],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._attributes, self._taken = attributes, taken
        self._sub_campaigns, self._confirmed = sub_campaigns, confirmed
        self.name = LineEdit()
        self.name.setMaxLength(NAME_LENGTH)
        self.name.setText(attributes.name)
        self.name.setAccessibleName(tr("Name"))
        self.group = DropDown(editable=True)
        self.group.setValidator(OneLine(self.group))
        self.group.addItems([folder_label(""), *groups])
        self.group.setCurrentText(folder_label(attributes.group))
        self.group.setAccessibleName(tr("Folder"))
        self.start = TimeField(look, tr("Start"), zone, attributes.start, now)
        self.end = TimeField(look, tr("End"), zone, attributes.end, now + _USUAL_RUN)
        self.name_error = label("error", wrap=True)
        self.time_error = label("error", wrap=True)
        self._lay_out(look, title, zone, sub_campaigns)
        for error in (self.name_error, self.time_error):
            error.hide()
        self.name.selectAll()
        self.name.setFocus()

    def _lay_out(
        self, look: Look, title: str, zone: ZoneInfo, sub_campaigns: SubCampaignPicker | None
    ) -> None:
        grid = look.sizes.grid
        self.setMinimumWidth(look.sizes.panel + 12 * grid)
        layout = dialog_column(self, title)
        fields: list[tuple[str, list[QWidget]]] = [
            (tr("Name"), [self.name, self.name_error]),
            (tr("Folder"), [self.group]),
        ]
        if sub_campaigns is not None:
            fields.append((tr("Sub-campaigns"), [sub_campaigns]))
        runs = tr("Runs (time zone {zone})", zone=zone.key)
        fields.append((runs, [self.start, self.end, self.time_error]))
        for text, widgets in fields:
            layout.addSpacing(grid // 2)
            layout.addWidget(label("label", text))
            for widget in widgets:
                layout.addWidget(widget)
        layout.addStretch(1)
        layout.addSpacing(grid)
        self.ok = button("primary", self._on_ok, tr("OK"))
        self.ok.setDefault(True)
        layout.addLayout(button_row(button("", self.reject, tr("Cancel")), self.ok))

    def _on_ok(self) -> None:
        changed = self._read()
        if changed is not None:
            self.accept()
            self._confirmed(changed)

    def _read(self) -> Attributes | None:
        name = self.name.text().strip()
        start, end = self.start.value(), self.end.value()
        name_error = time_error = ""
        if not name:
            name_error = tr("Give the campaign a name.")
        elif name in self._taken:
            name_error = tr("Another campaign is called “{name}”. Choose another name.", name=name)
        if start and end and instant(end) <= instant(start):
            time_error = tr("The end must come after the start.")
        self._show_error(self.name_error, self.name, name_error)
        self._show_error(self.time_error, self.end.edit, time_error)
        if name_error or time_error:
            return None
        group = self.group.currentText().strip()
        chosen = (
            self._sub_campaigns.chosen()
            if self._sub_campaigns is not None
            else self._attributes.sub_campaigns
        )
        return self._attributes.model_copy(
            update={
                "name": name,
                "group": "" if group == folder_label("") else group,
                "sub_campaigns": tuple(chosen),
                "start": start,
                "end": end,
            }
        )

    def _show_error(self, place: QWidget, field: QWidget, text: str) -> None:
        place.setText(text)  # type: ignore[attr-defined]  # a label
        place.setVisible(bool(text))
        set_property(field, "invalid", bool(text))
        field.setAccessibleDescription(text)


def attributes_dialog(
    parent: QWidget,
    look: Look,
    workspace: Workspace,
    document: CampaignDocument,
    confirmed: Callable[[Attributes], None],
) -> AttributesDialog:
    """The form for a campaign of a workspace."""
    attributes = document.attributes
    tree = workspace.catalog.marketing_campaigns
    return AttributesDialog(
        parent.window(),
        look,
        attributes,
        title=tr("Campaign attributes"),
        zone=ZoneInfo(workspace.settings.time_zone),
        now=datetime.now(UTC),
        groups=workspace.catalog.folders,
        taken=workspace.other_campaign_names(attributes.id),
        sub_campaigns=SubCampaignPicker(workspace, attributes.sub_campaigns) if tree else None,
        confirmed=confirmed,
    )
