"""What every editor of a form is: a widget that holds one JSON value, and says when it changed.

Editors work on the file's shapes (plain JSON, possibly partial), not on parsed models, so a half-filled form
can be kept as it is; the engine's own `parse` and `check` judge it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import JsonValue
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.campaign.document import CampaignDocument
from engine.components.base import Around
from engine.workspace.workspace import Workspace

Errors = Mapping[str, str]
"""Sentences by dotted path below an editor's own value; the path "" means the value as a whole."""

RawObject = dict[str, JsonValue]
Estimator = Callable[[RawObject, Callable[[str], None]], None]
"""Asked with an audience file's JSON; answers later, in the window's thread, with one line to show."""

Figures = Callable[[RawObject, Callable[[Mapping[str, int] | str], None]], None]
"""Asked with a `FiguresOrder`; answers later, in the window's thread, with people by kind, or why not."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Context:
    """Where a form stands.

    Attributes:
        workspace: what pickers list and new objects are saved to.
        values: the form's present raw values, for editors that depend on another field.
        document, node_id: the component being configured; None in a form of its own.
        around: what stands around that component.
        estimate: sizes an audience rule without saving it.
        figures: counts the people of each RFM type, or in each AIPL stage.
        now: the clock.
        any_event: a message template, whose variables may be attributes of whatever event starts a campaign.
    """

    workspace: Workspace
    values: Callable[[], RawObject] = field(default=dict)
    document: CampaignDocument | None = None
    node_id: str = ""
    around: Callable[[], Around] = field(default=lambda: Around(None, (), {}))
    estimate: Estimator | None = None
    figures: Figures | None = None
    now: Callable[[], datetime] = _now
    any_event: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's time zone: every wall-clock value is shown in it."""
        return ZoneInfo(self.workspace.settings.time_zone)

    def event(self) -> str | None:
        """The event that starts the campaign ("" while none is chosen), None where no event does."""
        trigger = self.around().trigger
        return as_text(trigger[1].get("event")) if trigger and trigger[0] == "behavior_event" else None

    def text(self, name: str) -> str:
        """Another field's value where it is a text, else ""."""
        value = self.values().get(name)
        return value if isinstance(value, str) else ""


class Editor(QWidget):
    """Base of all editors. `changed` is emitted for a person's changes, never by `set_value`; `grown` where
    rows were added later that belong to the value as it was set."""

    changed = Signal()
    grown = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context

    def value(self) -> JsonValue:
        """The value as the file holds it; None where there is none (the field is then left out)."""
        raise NotImplementedError

    def set_value(self, value: JsonValue) -> None:
        """Show a value, which may be partial or of a wrong shape."""
        raise NotImplementedError

    def siblings(self) -> RawObject:
        """Values of other fields that this editor edits along with its own; None: no value."""
        return {}

    def set_siblings(self, raw: RawObject) -> None:
        """Take those other fields' values out of the form's raw object."""

    def refresh(self) -> None:
        """Another field or the workspace changed."""

    def show_errors(self, errors: Errors) -> str:
        """Show errors at their places; returns the sentences that belong to the value as a whole."""
        sentences = together(errors)
        mark_invalid(self.focus_target(), sentences)
        return sentences

    def focus_target(self) -> QWidget:
        """The widget that takes the focus when the field is entered."""
        proxy = self.focusProxy()
        return proxy if proxy is not None else self

    def invalid_target(self) -> QWidget:
        """The widget of the first error inside."""
        return self.focus_target()


def together(errors: Errors) -> str:
    """All sentences, each once, one a line."""
    return lines(errors.values())


def lines(sentences: Iterable[str]) -> str:
    """The sentences that are any, each once, one a line."""
    return "\n".join(dict.fromkeys(filter(None, sentences)))


def route(errors: Errors, keys: Iterable[str]) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Split errors by the first part of their path that is one of `keys`; the second result is the rest.

    Parts in front are skipped: pydantic names the tried member of a union there.
    """
    known = frozenset(keys)
    inside: dict[str, dict[str, str]] = {}
    rest: dict[str, str] = {}
    for path, sentence in errors.items():
        parts = path.split(".") if path else []
        place = next((index for index, part in enumerate(parts) if part in known), None)
        if place is None:
            rest[path] = sentence
        else:
            inside.setdefault(parts[place], {})[".".join(parts[place + 1 :])] = sentence
    return inside, rest


def mark_invalid(widget: QWidget, sentence: str) -> None:
    """Give a control the look of an error, and tell it to screen readers."""
    widget.setAccessibleDescription(sentence)
    invalid = bool(sentence)
    if bool(widget.property("invalid")) != invalid:
        widget.setProperty("invalid", invalid)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def as_object(value: JsonValue) -> RawObject:
    """The value where it is an object, else an empty one."""
    return dict(value) if isinstance(value, dict) else {}


def as_list(value: JsonValue) -> list[JsonValue]:
    """The value where it is a list, else an empty one."""
    return list(value) if isinstance(value, list) else []


def as_text(value: JsonValue) -> str:
    """The value where it is a text, else ""."""
    return value if isinstance(value, str) else ""
