"""What messages say, rendered for one person: what providers are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.components.wechat_message import Content as WechatContent


@dataclass(frozen=True, slots=True)
class SmsContent:
    """A text SMS. text: without the signature. template: its code there; values: of its variables."""

    text: str
    signature: str
    template: str
    values: Mapping[str, str]
    marketing: bool


@dataclass(frozen=True, slots=True)
class DigitalSmsContent:
    """A digital SMS, which the platform keeps as a template; values: of its variables."""

    subject: str
    template: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EmailContent:
    """An email. sender: the address that it comes from. unsubscribe: where one click ends further ones, or
    empty."""

    sender: str
    sender_name: str
    subject: str
    html: str
    text: str
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class WechatMessageContent:
    """A message of an official account, its texts filled."""

    content: WechatContent


@dataclass(frozen=True, slots=True)
class Keyword:
    """What stands at one place of a WeChat template; colour: `#rrggbb`, or None."""

    key: str
    text: str
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateMessageContent:
    """A WeChat template message. url, or mini_app and mini_path: where a tap leads, if anywhere."""

    template: str
    keywords: tuple[Keyword, ...]
    url: str = ""
    mini_app: str = ""
    mini_path: str = ""


@dataclass(frozen=True, slots=True)
class PushContent:
    """A push to an app. target: what a tap opens besides the app (a URL, a page, an action of its own)."""

    app: str
    platform: str
    touch_id: str
    alias_type: str
    title: str
    text: str
    on_tap: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class ValuesContent:
    """Data about a person for another system: parameters of a webhook, fields of a Kafka message."""

    values: Mapping[str, str] = field(default_factory=dict)


Content = (
    SmsContent
    | DigitalSmsContent
    | EmailContent
    | WechatMessageContent
    | TemplateMessageContent
    | PushContent
    | ValuesContent
)
