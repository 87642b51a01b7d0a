"""What a component's messages say once the values of their variables are known: what providers are given."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from engine.channels import contents
from engine.components.app_push import AppPushConfig
from engine.components.email import EmailConfig
from engine.components.template_message import TemplateMessageConfig
from engine.components.text_sms import TextSms, TextSmsConfig
from engine.components.wechat_message import WeChatMessageConfig
from engine.shapes.variables import render
from engine.workspace.message_text import filled, joined

Values = Mapping[str, str]


def written_in_component(config: Any, values: Values) -> contents.Content:
    """Of a component that holds all of its text itself."""
    match config:
        case WeChatMessageConfig(content=content):
            said = filled(content.model_dump(exclude_none=True), values)
            return contents.WechatMessageContent(type(content).model_validate(said))
        case AppPushConfig():
            target = {"open_url": config.url, "open_page": config.page, "custom": config.custom}
            return contents.PushContent(
                app=config.app,
                platform=config.platform,
                touch_id=config.touch_id,
                alias_type=config.alias_type or "",
                title=render(config.title, values),
                text=render(config.content, values),
                on_tap=config.on_tap,
                target=target.get(config.on_tap) or "",
            )
    raise TypeError(type(config))


def of_template(config: Any, said: Mapping[str, JsonValue], values: Values) -> contents.Content:
    """Of a component that sends a message file; said: the file's content, filled."""
    match config:
        case TextSmsConfig():
            return contents.SmsContent(
                text=_text(said, "text"),
                signature=config.signature,
                template=_text(said, "code"),
                values=values,
                marketing=TextSms().is_marketing(config),
            )
        case EmailConfig():
            return contents.EmailContent(
                sender=_sender(config),
                sender_name=_text(said, "sender_name"),
                subject=_text(said, "subject"),
                html=_text(said, "html"),
                text=_text(said, "text"),
            )
        case TemplateMessageConfig():
            keywords = tuple(
                contents.Keyword(one.key, render(one.text, values), one.colour) for one in config.keywords
            )
            program = config.mini_program
            return contents.TemplateMessageContent(
                template=_text(said, "template_id"),
                keywords=keywords,
                url=config.url or "" if config.jump == "url" else "",
                mini_app=program.app_id if program and config.jump == "mini_program" else "",
                mini_path=program.path if program and config.jump == "mini_program" else "",
            )
    return contents.DigitalSmsContent(_text(said, "subject"), _text(said, "code"), values)


def _sender(config: EmailConfig) -> str:
    """The address that an email comes from; with a random suffix bounces tell which email they are about."""
    if config.sender_style == "plain":
        return config.sender
    name, at, domain = config.sender.rpartition("@")
    return f"{name}-{secrets.token_hex(4)}{at}{domain}"


def _text(said: Mapping[str, JsonValue], field: str) -> str:
    return joined(said.get(field))
