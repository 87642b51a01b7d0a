"""The sections that are forms over `workspace.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, as_object
from app.editors.registry import EditorFactory
from app.editors.spec import FieldSpec
from app.editors.times import DurationEditor
from app.widgets.basic import label
from app.workspace_settings.contact_editors import (
    ControlGroupEditor,
    FatigueEditor,
    QuietEditor,
    WhitelistEditor,
    ZoneEditor,
)
from app.workspace_settings.form_section import FormSection
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.workspace.settings import Settings, holiday_dates


def _field(name: str, hint: Hint, *, required: bool = True) -> FormField:
    return FormField(name, hint, required, None)


class GeneralSection(FormSection):
    """Name, time zone, language, and whether messages need an approval."""

    introduction = N_("What holds for the whole workspace, for everybody who opens it.")

    def fields(self) -> Iterable[FormField]:
        return (
            _field("name", Hint(N_("Name"), "text", missing=N_("Enter a name"))),
            _field(
                "time_zone",
                Hint(
                    N_("Time zone"),
                    "text",
                    missing=N_("Choose a time zone"),
                    help=N_("Every time of day is meant in it: schedules, waits, quiet times."),
                ),
            ),
            _field(
                "language",
                Hint(
                    N_("Language of the content"),
                    "choice",
                    choices={"en": "English", "zh": "中文"},
                    help=N_(
                        "What new messages and names are written in. The program's is in the preferences."
                    ),
                ),
            ),
            _field(
                "auto_approve",
                Hint(
                    N_("Approve new messages by themselves"),
                    "switch",
                    help=N_("Otherwise somebody approves each message before a campaign can use it."),
                ),
            ),
            _field(
                "language_attribute",
                Hint(
                    N_("Attribute with a person's language"),
                    "text",
                    help=N_("Messages in several languages begin with it: it says en, zh, zh-TW …"),
                ),
                required=False,
            ),
            _field(
                "public_address",
                Hint(
                    N_("Public address of the engine"),
                    "text",
                    help=N_(
                        "Such as https://c.example.com, where a server of yours passes /receipts, /l and /u "
                        "on to the engine. Left empty, no receipts come, short links lead nowhere, and "
                        "emails have no button to unsubscribe."
                    ),
                ),
                required=False,
            ),
            _field(
                "short_link_address",
                Hint(
                    N_("Address of short links"),
                    "text",
                    help=N_(
                        "Such as https://s.example.com, which leads to /l of the public address. Left empty, "
                        "that stands in messages itself."
                    ),
                ),
                required=False,
            ),
        )

    def factories(self) -> Mapping[str, EditorFactory]:
        return {"time_zone": ZoneEditor}


class FatigueSection(FormSection):
    """Limits for marketing messages, and who is exempt."""

    introduction = N_(
        "How many marketing messages one person gets. A message over a limit is skipped. Notifications, "
        "coupons, webhooks and Kafka do not count."
    )

    def fields(self) -> Iterable[FormField]:
        return (
            _field("fatigue", Hint(N_("Limits"), "rows")),
            _field(
                "count_by",
                Hint(
                    N_("Count by"),
                    "choice",
                    choices={"person": N_("Person"), "address": N_("Address")},
                    help=N_("By address, two people with one phone share its limit."),
                ),
            ),
            _field(
                "whitelist",
                Hint(
                    N_("Whitelist"),
                    "text",
                    help=N_(
                        "An audience of at most 100 people, such as colleagues, who have no limits and no "
                        "quiet times."
                    ),
                ),
                required=False,
            ),
            _field(
                "duplicate_address",
                Hint(
                    N_("One message for people who share an address"),
                    "switch",
                    help=N_("A second person with it does not get the same marketing message in one cycle."),
                ),
            ),
        )

    def factories(self) -> Mapping[str, EditorFactory]:
        return {"fatigue": FatigueEditor, "whitelist": WhitelistEditor}

    def further_errors(self, settings: Settings) -> Mapping[str, str]:
        wrong: dict[str, str] = {}
        for channel, limits in settings.fatigue.channels.items():
            for place, limit in enumerate(limits):
                if limit.signature is not None and channel not in ("text_sms", "digital_sms"):
                    wrong[f"fatigue.channels.{channel}.{place}.signature"] = tr("Only SMS has signatures.")
        return wrong


class QuietSection(FormSection):
    """Quiet times and holidays."""

    introduction = N_(
        "When marketing messages rest. A message that falls into it is sent afterwards where it is "
        "postponed, else skipped."
    )

    def fields(self) -> Iterable[FormField]:
        return (_field("quiet", Hint(N_("Quiet times"), "rows")),)

    def factories(self) -> Mapping[str, EditorFactory]:
        return {"quiet": QuietEditor}

    def further_errors(self, settings: Settings) -> Mapping[str, str]:
        wrong: dict[str, str] = {}
        for channel, quiet in settings.quiet.channels.items():
            if quiet.from_ == quiet.to:
                wrong[f"quiet.channels.{channel}.to"] = tr("Choose another time than the one it begins at.")
        for place, holiday in enumerate(settings.quiet.holidays):
            first, last = holiday_dates(holiday)
            if last < first:
                wrong[f"quiet.holidays.{place}.to"] = tr("The last day lies before the first.")
        editor = self.form.editor("quiet") if self.form is not None else None
        if isinstance(editor, QuietEditor) and editor.repeated():
            wrong["quiet"] = tr("A channel can have one quiet time a day. Remove the second one.")
        return wrong


class ControlSection(FormSection):
    """Who is held back from every campaign."""

    introduction = N_(
        "A share of all people whom no campaign reaches, to see what all of them together do. They are held "
        "back from each campaign that they would enter, and its report counts them in its control group. A "
        "campaign that has to reach everybody says so in its attributes."
    )

    def fields(self) -> Iterable[FormField]:
        return (_field("control_group", Hint(N_("Control group"), "number"), required=False),)

    def factories(self) -> Mapping[str, EditorFactory]:
        return {"control_group": ControlGroupEditor}


class RetentionEditor(Editor):
    """How long visits, messages, events and what sent messages leave are kept; without a length for ever."""

    _ROWS = (
        ("visits", N_("Visits")),
        ("messages", N_("Messages")),
        ("events", N_("Events")),
        ("receipts", N_("What receipts are recognized by")),
        ("links", N_("Links in messages, also to unsubscribe")),
    )

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._editors: dict[str, DurationEditor] = {}
        for name, text in self._ROWS:
            units = ("day", "week", "month")
            editor = DurationEditor(context, FieldSpec(name, required=False, extra={"units": units}))
            editor.focus_target().setAccessibleName(tr(text))
            editor.changed.connect(self.changed)
            column.addWidget(label("small", tr(text), wrap=True))
            column.addWidget(editor)
            self._editors[name] = editor
        self.setFocusProxy(self._editors["visits"])

    def value(self) -> JsonValue:
        found = {name: editor.value() for name, editor in self._editors.items()}
        return {name: value for name, value in found.items() if value is not None}

    def set_value(self, value: JsonValue) -> None:
        shown = as_object(value)
        for name, editor in self._editors.items():
            editor.set_value(shown.get(name))

    def show_errors(self, errors: Errors) -> str:
        said = []
        for name, editor in self._editors.items():
            mine = {
                path.partition(".")[2]: text
                for path, text in errors.items()
                if path.partition(".")[0] == name
            }
            said.append(editor.show_errors(mine))
        return "\n".join(dict.fromkeys(filter(None, said)))


class SendingSection(FormSection):
    """What messages may reach, and what becomes of those in doubt."""

    introduction = N_("What holds for every message that leaves by a real account.")

    def fields(self) -> Iterable[FormField]:
        return (
            _field(
                "allowed_addresses",
                Hint(
                    N_("Addresses inside your network"),
                    "texts",
                    help=N_(
                        "Webhooks and SMS platforms are reached on public addresses only: nobody who may "
                        "change an account can send requests into your own network. What stands here is let "
                        "through, one a line: a host, an address or a network, such as "
                        "gifts.example.internal or 10.1.0.0/16."
                    ),
                ),
                required=False,
            ),
            _field(
                "resend_notifications",
                Hint(
                    N_("Send notifications in doubt again"),
                    "switch",
                    help=N_(
                        "Where nobody knows whether one was sent, it goes out again by itself: somebody may "
                        "get it twice. Otherwise it waits for your decision, as marketing messages always do."
                    ),
                ),
            ),
        )


class DataSection(FormSection):
    """What is taken in, and how long it is kept."""

    introduction = N_("What the engine takes in, and how long it keeps what campaigns leave behind.")

    def fields(self) -> Iterable[FormField]:
        return (
            _field(
                "future_events",
                Hint(
                    N_("Events may lie ahead by"),
                    "duration",
                    help=N_("One that lies further ahead lets nobody enter a campaign: its clock is wrong."),
                    options={"units": ("minute", "hour", "day")},
                ),
            ),
            _field(
                "retention",
                Hint(
                    N_("Keep"),
                    "rows",
                    help=N_(
                        "What people inside a campaign still need is kept anyway. Reports keep their counts."
                    ),
                ),
            ),
        )

    def factories(self) -> Mapping[str, EditorFactory]:
        return {"retention": RetentionEditor}
