"""WeChat Message: one piece of content to a follower of an official account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from engine.components.base import ComponentConfig, FieldError, Lookup, Reference, RefKind
from engine.components.behaviour import Inline, Send
from engine.components.fields import (
    Written,
    binding_references,
    check_account,
    check_bound,
)
from engine.components.hints import Hint
from engine.components.touch import SendToAllIds, Touch
from engine.i18n import N_, Message
from engine.shapes.model import Shape, invalid
from engine.shapes.text import Identifier
from engine.shapes.variables import Bindings, variables
from engine.shapes.words import dotted


class MiniProgramCard(Shape):
    """A card that opens a page of a mini program."""

    app_id: Written
    path: Written
    title: Written
    cover: Written


CONTENT_LABELS: dict[str, str] = {
    "text": N_("Text"),
    "article": N_("Article"),
    "image": N_("Image"),
    "audio": N_("Audio"),
    "video": N_("Video"),
    "mini_program": N_("Mini program"),
}


class Content(Shape):
    """Exactly one of the fields: a text, the account's id of a medium or article, a mini program's card."""

    text: Written | None = None
    article: Written | None = None
    image: Written | None = None
    audio: Written | None = None
    video: Written | None = None
    mini_program: MiniProgramCard | None = None

    @model_validator(mode="after")
    def _one(self) -> Content:
        if sum(getattr(self, name) is not None for name in CONTENT_LABELS) != 1:
            raise invalid(Message(N_("Choose exactly one kind of content.")))
        return self

    @property
    def form(self) -> str:
        """Which of the fields it is."""
        return next(name for name in CONTENT_LABELS if getattr(self, name) is not None)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts that may hold variables."""
        return tuple(text for text in (self.text, self.mini_program and self.mini_program.title) if text)


class WeChatMessageConfig(ComponentConfig):
    """Official account, content, and what stands for its variables."""

    account: Annotated[
        Identifier,
        Hint(
            N_("Official account"),
            "account",
            missing=N_("Choose an official account"),
            options={"kinds": ("wechat",)},
        ),
    ]
    content: Annotated[
        Content,
        Hint(N_("Content"), "wechat_content", missing=N_("Choose what to send"), choices=CONTENT_LABELS),
    ]
    variables: Annotated[Bindings, Hint(N_("Variables"), "variables", options={"texts": ("content",)})] = (
        Field(default_factory=dict)
    )
    send_to_all_ids: SendToAllIds = False


class WeChatMessage(Touch[WeChatMessageConfig]):
    kind = "wechat_message"
    label = N_("WeChat Message")
    icon = "brand-wechat"
    Config = WeChatMessageConfig
    headline = "content"

    def bindings(self, config: WeChatMessageConfig) -> Bindings:
        return config.variables

    def references(self, config: WeChatMessageConfig) -> Iterator[Reference]:
        yield Reference("account", RefKind.ACCOUNT, config.account)
        yield from binding_references(config.variables)

    def check(self, config: WeChatMessageConfig, lookup: Lookup) -> Iterator[FieldError]:
        yield from check_account(lookup, "account", config.account, ("wechat",))
        names = [name for text in config.content.texts for name in variables(text)]
        yield from check_bound(names, config.variables)

    def words(self, config: WeChatMessageConfig, lookup: Lookup) -> Message:
        label = Message(CONTENT_LABELS[config.content.form])
        return dotted(label, config.content.texts[0]) if config.content.texts else label

    def id_type(self, config: WeChatMessageConfig) -> str:
        return f"openid:{config.account}"

    def is_marketing(self, config: WeChatMessageConfig) -> bool:
        return True

    def behaviour(self, config: WeChatMessageConfig) -> Send:
        return Send(
            id_type=self.id_type(config),
            account=config.account,
            content=Inline((config.content.text,) if config.content.text else ()),
            variables=config.variables,
            to_all=config.send_to_all_ids,
            followers=True,
            marketing=True,
        )
