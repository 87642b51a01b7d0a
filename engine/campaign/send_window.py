"""When a campaign's marketing messages may go out: a window of every day, in each person's own time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, ValidationError, model_validator

from engine.components.base import Lookup, Reference, RefKind, field_errors, missing_references
from engine.components.fields import Code
from engine.i18n import N_, Message
from engine.shapes.model import FieldError, Shape, invalid
from engine.shapes.time import TimeOfDay, clock, end_of_daily


class SendWindow(Shape):
    """From `from` to `to` (exclusive) of every day; over midnight where `to` is earlier.

    zone: a text attribute of people that names the time zone of each; without it, the workspace's counts.
    """

    from_: Annotated[TimeOfDay, Field(alias="from")]
    to: TimeOfDay
    zone: Code | None = None

    @model_validator(mode="after")
    def _opens_and_closes(self) -> Self:
        if self.from_ == self.to:
            text = N_("The send window ends when it begins. Choose two different times, or none.")
            raise invalid(Message(text))
        return self

    def opens(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """When it opens next on the wall clock of `zone`, if it is closed at a moment."""
        return end_of_daily(moment, clock(self.to), clock(self.from_), zone)

    def canonical(self) -> dict[str, Any]:
        """The window as the file holds it."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def read_send_window(raw: JsonValue, lookup: Lookup) -> tuple[SendWindow | None, tuple[FieldError, ...]]:
    """The window of a form, as the file holds it; else what is wrong with it, at paths inside the window."""
    try:
        window = SendWindow.model_validate(raw)
    except ValidationError as error:
        return None, tuple(field_errors(error, SendWindow))
    wrong = (
        error._replace(field=error.field.removeprefix("send_window."))
        for error in send_window_errors(window, lookup)
    )
    return window, tuple(wrong)


def send_window_references(window: SendWindow | None) -> Iterator[Reference]:
    """What the window names in the workspace."""
    if window is not None and window.zone is not None:
        yield Reference("send_window.zone", RefKind.ATTRIBUTE, window.zone)


def send_window_errors(window: SendWindow | None, lookup: Lookup) -> Iterator[FieldError]:
    """An attribute that is gone, or that holds no text."""
    yield from missing_references(send_window_references(window), lookup)
    if window is None or window.zone is None:
        return
    attribute = lookup.detail(RefKind.ATTRIBUTE, window.zone)
    if attribute is not None and attribute.get("type") != "text":
        text = N_("The attribute “{name}” holds no text. Choose one with names such as Europe/Berlin.")
        yield FieldError("send_window.zone", Message(text, name=window.zone))


def send_window_words(window: SendWindow, lookup: Lookup | None = None) -> Message:
    """The window in a few words. lookup: what things are called; without it, as the file names them."""
    if window.zone is None:
        return Message(N_("{start} to {end}"), start=window.from_, end=window.to)
    name = (lookup and lookup.name_of(RefKind.ATTRIBUTE, window.zone)) or window.zone
    text = N_("{start} to {end} in the time zone that “{attribute}” names")
    return Message(text, start=window.from_, end=window.to, attribute=name)
