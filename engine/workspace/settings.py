"""`workspace.json`: what holds for everything in the workspace."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue, field_validator
from pydantic_core.core_schema import ValidationInfo

from engine.campaign.measuring import HeldBackPercent
from engine.files import FileFormat, FileModel
from engine.i18n import N_, Message
from engine.shapes.addresses import BadAddress, normal_address
from engine.shapes.links import SHORT_LINKS, PublicAddress, ShortAddress
from engine.shapes.model import Items, invalid
from engine.shapes.text import Identifier, Name, Text
from engine.shapes.time import YEARS, Duration, TimeOfDay
from engine.workspace.fields import Key, LeftOutEmpty, Optional, Sorted, TimeZone

MAX_HOLIDAYS = 20
MAX_WHITELIST = 100
"""People. A larger whitelist is a mistake that would let a flood through: it exempts nobody."""
MAX_IN_PROGRESS = 100
"""Campaigns at the same time."""
MAX_TRIAL_ADDRESSES = 50

Channel = Literal["text_sms", "digital_sms", "email", "wechat_message", "template_message", "app_push"]
Period = Literal["minute", "hour", "day", "week", "month"]


class Limit(FileModel):
    """At most `max` messages in a rolling `per`."""

    per: Period
    max: Annotated[int, Field(ge=1, le=1_000_000)]


class ChannelLimit(Limit):
    """A channel's limit; for SMS of one signature where one is named."""

    signature: Optional[Text] = None


class Fatigue(FileModel):
    """How many marketing messages a person or address gets."""

    all_channels: Annotated[Items[Limit], Field(alias="global")] = ()
    channels: Annotated[dict[Channel, Items[ChannelLimit]], Sorted] = Field(default_factory=dict)


class QuietTime(FileModel):
    """A daily range without marketing messages; over midnight where `to` is before `from`."""

    from_: Annotated[TimeOfDay, Field(alias="from")]
    to: TimeOfDay
    postpone: bool = False


def _date(text: str) -> str:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) and date.fromisoformat(text).year in YEARS:
            return text
    except ValueError:
        pass
    raise invalid(Message(N_("Enter a date, such as 2026-12-24.")))


Date = Annotated[str, AfterValidator(_date)]


class Holiday(FileModel):
    """Days without marketing messages, the first and the last included."""

    name: Name
    from_: Annotated[Date, Field(alias="from")]
    to: Date
    postpone: bool = False


def holiday_dates(holiday: Holiday) -> tuple[date, date]:
    """Its first and its last day."""
    return date.fromisoformat(holiday.from_), date.fromisoformat(holiday.to)


class Quiet(FileModel):
    """When marketing messages rest."""

    channels: Annotated[dict[Channel, QuietTime], Sorted] = Field(default_factory=dict)
    holidays: Annotated[Items[Holiday], Field(max_length=MAX_HOLIDAYS)] = ()


def _host_or_network(text: str) -> str:
    with suppress(ValueError):
        return str(ip_network(text, strict=False)) if "/" in text else str(ip_address(text))
    if re.fullmatch(r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?", text):
        return text.lower()
    message = N_("Enter a host or a network, such as gifts.example.internal or 10.1.0.0/16.")
    raise invalid(Message(message))


AllowedAddress = Annotated[str, AfterValidator(_host_or_network)]
"""A host by name, an address, or a network of addresses."""


class TrialAddress(FileModel):
    """Where messages may be sent as a test; `name` says whose it is."""

    id_type: Key
    address: Text
    name: Optional[Name] = None

    @field_validator("address")
    @classmethod
    def _normal(cls, address: str, info: ValidationInfo) -> str:
        try:
            return normal_address(info.data.get("id_type", ""), address)
        except BadAddress as error:
            raise invalid(error.message) from None


class Retention(FileModel):
    """How long what campaigns leave behind is kept, by table; without a length for ever. receipts: for how
    long after a message those that come are known to be its own. links: for how long those of single messages
    lead on, and end further emails."""

    visits: Optional[Duration] = None
    messages: Optional[Duration] = None
    events: Optional[Duration] = None
    receipts: Optional[Duration] = None
    links: Optional[Duration] = None


class ControlGroup(FileModel):
    """The share of people whom no campaign reaches, to see what all of them together do. Another `salt` draws
    other people."""

    percent: HeldBackPercent
    salt: Annotated[Text, Field(max_length=100)] = ""


class Settings(FileModel):
    """The file's object. `whitelist` is an audience's id; `future_events` how far ahead an event may lie.

    `language_attribute` and `short_link_address` are what new messages begin with. `public_address` is where
    those who get messages reach the engine. `allowed_addresses` may be reached although they lie inside a
    network, see `engine.channels.network`. `resend_notifications`: one of
    which nobody knows whether it was sent goes out again by itself. `test_addresses` are the only ones that
    tests are sent to.
    """

    format: Literal["workspace"] = "workspace"
    version: Literal[1] = 1
    name: Name
    time_zone: TimeZone
    language: Literal["en", "zh"] = "en"
    auto_approve: bool = True
    fatigue: Fatigue = Fatigue()
    quiet: Quiet = Quiet()
    count_by: Literal["person", "address"] = "person"
    whitelist: Identifier | None = None
    duplicate_address: bool = True
    control_group: Optional[ControlGroup] = None
    future_events: Duration = Duration(amount=5, unit="minute")
    retention: Retention = Retention()
    senders: dict[str, JsonValue] = Field(default_factory=dict)
    language_attribute: Optional[Key] = None
    short_link_address: Optional[ShortAddress] = None
    public_address: Optional[PublicAddress] = None
    allowed_addresses: Annotated[Items[AllowedAddress], Field(max_length=100), LeftOutEmpty] = ()
    resend_notifications: Annotated[bool, LeftOutEmpty] = False
    test_addresses: Annotated[Items[TrialAddress], Field(max_length=MAX_TRIAL_ADDRESSES), LeftOutEmpty] = ()

    @property
    def link_address(self) -> str | None:
        """Where short links of new messages lead first: to an address of their own, else to the engine."""
        if self.short_link_address is None and self.public_address is not None:
            return f"{self.public_address}/{SHORT_LINKS}"
        return self.short_link_address


SETTINGS: FileFormat[Settings] = FileFormat("workspace", Settings)
