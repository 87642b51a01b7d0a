"""What WeChat is told of a message or a template message."""

from __future__ import annotations

import json

from engine.channels.adapter import Delivery
from engine.channels.contents import TemplateMessageContent, WechatMessageContent


def message(delivery: Delivery) -> tuple[str, bytes]:
    """The interface, and what it is told. Characters stand as they are: WeChat shows `\\u…` to people."""
    content = delivery.content
    if isinstance(content, WechatMessageContent):
        return "custom", json.dumps(_custom(delivery.address, content), ensure_ascii=False).encode()
    assert isinstance(content, TemplateMessageContent)
    told: dict[str, object] = {
        "touser": delivery.address,
        "template_id": content.template,
        "client_msg_id": delivery.key[:32],
        "data": {
            one.key: {"value": one.text, **({"color": one.colour} if one.colour else {})}
            for one in content.keywords
        },
    }
    if content.url:
        told["url"] = content.url
    if content.mini_app:
        told["miniprogram"] = {"appid": content.mini_app, "pagepath": content.mini_path}
    return "template", json.dumps(told, ensure_ascii=False).encode()


def _custom(openid: str, message: WechatMessageContent) -> dict[str, object]:
    content = message.content
    kind, told = "text", {"content": content.text or ""}
    if content.article is not None:
        kind, told = "mpnewsarticle", {"article_id": content.article}
    elif content.image is not None:
        kind, told = "image", {"media_id": content.image}
    elif content.audio is not None:
        kind, told = "voice", {"media_id": content.audio}
    elif content.video is not None:
        kind, told = "video", {"media_id": content.video}
    elif (card := content.mini_program) is not None:
        kind = "miniprogrampage"
        told = {
            "title": card.title,
            "appid": card.app_id,
            "pagepath": card.path,
            "thumb_media_id": card.cover,
        }
    return {"touser": openid, "msgtype": kind, kind: told}
