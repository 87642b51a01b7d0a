"""The campaign's own fields: name, folder, sub-campaigns, start and end, send window, exit rules, goal,
control group."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, QSize, Qt, QTime
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDateTimeEdit,
    QDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.campaign_list.rows import folder_label
from app.editors.base import Context
from app.editors.exits import ExitsEditor
from app.editors.measures import GoalEditor, HoldoutEditor
from app.editors.send_window import SendWindowEditor
from app.editors.switched import Switched
from app.pickers.sub_campaigns import SubCampaignPicker
from app.widgets.basic import button, label, set_property
from app.widgets.dialog import button_row, dialog_column
from app.widgets.drop_down import DropDown
from app.widgets.fields import LineEdit
from app.widgets.one_line import OneLine
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.campaign.measuring import CampaignGoal, Holdout, read_goal, read_holdout
from engine.campaign.model import Attributes
from engine.campaign.send_window import SendWindow, read_send_window
from engine.campaign.stay import ExitRule, read_exits
from engine.i18n import tr
from engine.shapes.model import FieldError
from engine.shapes.time import instant
from engine.workspace.workspace import Workspace

NAME_LENGTH = 50
_SHARE_OF_SCREEN = 0.9
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


class _Fields(QScrollArea):
    """The fields of the form, as high as they are if the screen has room."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(QWidget())

    def sizeHint(self) -> QSize:
        content = self.widget()
        assert content is not None
        return content.sizeHint()

    def follow(self, _before: QWidget | None, focused: QWidget | None) -> None:
        """Keep what takes the focus in sight, also what has just been added."""
        if focused is not None and self.isAncestorOf(focused):
            content = self.widget()
            layout = None if content is None else content.layout()
            if content is not None and layout is not None:
                layout.activate()
                content.resize(content.width(), max(content.height(), layout.sizeHint().height()))
            self.ensureWidgetVisible(focused)


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
        workspace: Workspace,
        confirmed: Callable[[Attributes], None],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._attributes, self._taken = attributes, taken
        self._sub_campaigns, self._confirmed, self._workspace = sub_campaigns, confirmed, workspace
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
        self.exits = ExitsEditor(Context(workspace))
        self.exits.set_value([rule.canonical() for rule in attributes.exits])
        self.exits_error = label("error", wrap=True)
        self.goal, self.holdout = GoalEditor(Context(workspace)), HoldoutEditor(Context(workspace))
        self.send_window = SendWindowEditor(Context(workspace))
        optional: list[tuple[Switched, CampaignGoal | Holdout | SendWindow | None]] = [
            (self.goal, attributes.goal),
            (self.holdout, attributes.holdout),
            (self.send_window, attributes.send_window),
        ]
        for editor, shown in optional:
            editor.set_value(None if shown is None else shown.canonical())
        self.ignore_control = QCheckBox(tr("Also let in whom the workspace holds back from all campaigns"))
        self.ignore_control.setChecked(attributes.ignore_global_control)
        self.name_error = label("error", wrap=True)
        self.time_error = label("error", wrap=True)
        self._lay_out(look, title, zone, sub_campaigns)
        for error in (self.name_error, self.time_error, self.exits_error):
            error.hide()
        self.name.selectAll()
        self.name.setFocus()

    def _lay_out(
        self, look: Look, title: str, zone: ZoneInfo, sub_campaigns: SubCampaignPicker | None
    ) -> None:
        grid = look.sizes.grid
        self.setMinimumWidth(look.sizes.panel + 12 * grid)
        column = dialog_column(self, title)
        layout = self._scrolling(column)
        fields: list[tuple[str, list[QWidget]]] = [
            (tr("Name"), [self.name, self.name_error]),
            (tr("Folder"), [self.group]),
        ]
        if sub_campaigns is not None:
            fields.append((tr("Sub-campaigns"), [sub_campaigns]))
        runs = tr("Runs (time zone {zone})", zone=zone.key)
        fields.append((runs, [self.start, self.end, self.time_error]))
        fields.append((tr("Send window"), [self.send_window]))
        fields.append((tr("Exit rules"), [self.exits, self.exits_error]))
        fields.append((tr("Goal"), [self.goal]))
        control: list[QWidget] = [self.holdout]
        if self._workspace.settings.control_group is not None or self._attributes.ignore_global_control:
            control.append(self.ignore_control)
        fields.append((tr("Control group"), control))
        for text, widgets in fields:
            layout.addSpacing(grid // 2)
            layout.addWidget(label("label", text))
            for widget in widgets:
                layout.addWidget(widget)
        layout.addStretch(1)
        column.addSpacing(grid)
        self.ok = button("primary", self._on_ok, tr("OK"))
        self.ok.setDefault(True)
        column.addLayout(button_row(button("", self.reject, tr("Cancel")), self.ok))
        self.resize(self.sizeHint().boundedTo(self.screen().availableSize() * _SHARE_OF_SCREEN))

    def _scrolling(self, column: QVBoxLayout) -> QVBoxLayout:
        """Where the fields stand: rules may need more room than the window has."""
        self.area = _Fields()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self.area.follow)
        column.addWidget(self.area, 1)
        widget = self.area.widget()
        assert widget is not None
        layout = QVBoxLayout(widget)
        layout.setContentsMargins(0, 0, column.spacing(), 0)  # the scroll bar has a place of its own
        layout.setSpacing(column.spacing())
        return layout

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
        exits, optional = self._read_exits(), self._read_optional()
        if name_error or time_error or exits is None or optional is None:
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
                "exits": exits,
                **optional,
                "ignore_global_control": self.ignore_control.isChecked(),
            }
        )

    def _read_exits(self) -> tuple[ExitRule, ...] | None:
        """The exit rules; None where one of them is wrong, which is shown."""
        exits, wrong = read_exits(self.exits.value(), self._workspace)
        said = self.exits.show_errors({error.field: str(error.message) for error in wrong})
        self.exits_error.setText(said)
        self.exits_error.setVisible(bool(said))
        if not wrong:
            return exits
        self.exits.invalid_target().setFocus()
        return None

    def _read_optional(self) -> dict[str, CampaignGoal | Holdout | SendWindow | None] | None:
        """Send window, goal and control group; None where one of them is wrong, which is shown."""
        asked, held, sends = self.goal.value(), self.holdout.value(), self.send_window.value()
        goal, wrong_goal = (None, ()) if asked is None else read_goal(asked, self._workspace)
        holdout, wrong_holdout = (None, ()) if held is None else read_holdout(held)
        window, wrong_window = (None, ()) if sends is None else read_send_window(sends, self._workspace)
        read: list[tuple[Switched, tuple[FieldError, ...]]] = [
            (self.holdout, wrong_holdout),
            (self.goal, wrong_goal),
            (self.send_window, wrong_window),
        ]
        for editor, wrong in read:  # the first one in sight gets the focus, for it comes last
            editor.show_errors({error.field: str(error.message) for error in wrong})
            if wrong:
                editor.invalid_target().setFocus()
        if any(wrong for _, wrong in read):
            return None
        return {"goal": goal, "holdout": holdout, "send_window": window}

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
        workspace=workspace,
        confirmed=confirmed,
    )
