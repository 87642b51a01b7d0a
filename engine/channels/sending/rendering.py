"""What a component's messages say, rendered when they are sent: its pinned content and the bound values."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import JsonValue

from engine.channels import contents
from engine.channels.sending.letters import Letter
from engine.components.app_push import AppPushConfig
from engine.components.behaviour import FromTemplate, Payload, Send
from engine.components.email import EmailConfig
from engine.components.template_message import TemplateMessageConfig
from engine.components.text_sms import TextSms, TextSmsConfig
from engine.components.wechat_message import WeChatMessageConfig
from engine.plan.graph import FlowNode
from engine.report.texts import Planned, link_token
from engine.shapes.links import short_link
from engine.shapes.variables import render
from engine.workspace.bundle import Bundle
from engine.workspace.message import MessageFile
from engine.workspace.message_text import as_json, filled, joined

Render = Callable[[Letter], contents.Content]
Values = Mapping[str, str]


def renderer(bundle: Bundle, node: FlowNode) -> Render:
    """How the letters of a touch or push become what its provider is given."""
    send = node.behaviour
    assert isinstance(send, Send)
    config = bundle.campaign.nodes[node.id].parsed.config
    names = sorted(send.variables)
    match send.content:
        case Payload():
            return lambda letter: contents.ValuesContent(_values(names, letter))
        case FromTemplate(id):
            return _of_template(bundle, node.id, bundle.messages[id], config, names)
        case _:
            return lambda letter: _inline(config, _values(names, letter))


def _values(names: list[str], letter: Letter) -> dict[str, str]:
    return dict(zip(names, json.loads(letter.variables), strict=True)) if letter.variables else {}


def _inline(config: Any, values: Values) -> contents.Content:
    """What stands in the component itself."""
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


def _of_template(bundle: Bundle, node: str, file: MessageFile, config: Any, names: list[str]) -> Render:
    """Renders a message file, in the person's language, with short links where it asks for them."""
    raw = {language: as_json(content) for language, content in file.contents().items()}
    fields = ["", *names] if file.languages else names
    links = {one.url: one.per_person for one in file.links.shorten} if file.links else {}
    campaign = bundle.campaign.attributes.id

    def content(letter: Letter) -> contents.Content:
        bound = _values(fields, letter)
        chosen = raw[file.language_for(bound.pop("", ""))]

        def short(url: str) -> str | None:
            if file.links is None or url not in links:
                return None
            whose = planned(letter) if links[url] else None
            return short_link(file.links.address, link_token(campaign, node, url, whose))

        # What a variable without a value says is empty, as where the message was planned.
        return _templated(config, filled(chosen, bound, short), bound)

    return content


def planned(letter: Letter) -> Planned:
    """A letter as texts are rendered of it."""
    return Planned(letter.variables, letter.who, letter.entry, letter.address)


def _templated(config: Any, said: Mapping[str, JsonValue], values: Values) -> contents.Content:
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
