"""Template Message: a WeChat template with the account's own keywords."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from engine.components.base import ComponentConfig, FieldError, Lookup, Reference, RefKind
from engine.components.behaviour import Inline, Send
from engine.components.fields import (
    LATE,
    Written,
    binding_references,
    check_account,
    check_bound,
    check_template,
    required_when,
)
from engine.components.hints import Hint
from engine.components.touch import SendToAllIds, Touch, template_name
from engine.i18n import N_, Message
from engine.shapes.model import Items, Shape
from engine.shapes.text import Identifier, Text
from engine.shapes.variables import Bindings, variables

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


class Keyword(Shape):
    """The text of one keyword of the template."""

    key: Written
    text: Text
    colour: Colour | None = None


class MiniProgram(Shape):
    """A page of a mini program."""

    app_id: Written
    path: Written


class TemplateMessageConfig(ComponentConfig):
    """Official account, template, its keywords' texts, and where a tap leads."""

    account: Annotated[
        Identifier,
        Hint(
            N_("Official account"),
            "account",
            missing=N_("Choose an official account"),
            options={"kinds": ("wechat",)},
        ),
    ]
    template: Annotated[
        Identifier,
        Hint(
            N_("Message template"),
            "message",
            missing=N_("Choose a template"),
            options={"kind": "template_message", "match": {"platform": "account"}},
        ),
    ]
    keywords: Annotated[
        Items[Keyword],
        Hint(N_("Keywords"), "keywords", missing=N_("Fill in the keywords"), options={"message": "template"}),
    ]
    jump: Annotated[
        Literal["none", "url", "mini_program"],
        Hint(
            N_("A tap opens"),
            "choice",
            choices={"none": N_("Nothing"), "url": N_("A page"), "mini_program": N_("A mini program")},
        ),
    ] = "none"
    url: Annotated[
        Written | None,
        LATE,
        required_when("jump", "url"),
        Hint(N_("Page"), "text", missing=N_("Enter the page's address"), visible_when={"jump": ("url",)}),
    ] = None
    mini_program: Annotated[
        MiniProgram | None,
        LATE,
        required_when("jump", "mini_program"),
        Hint(
            N_("Mini program"),
            "mini_program",
            missing=N_("Enter the mini program"),
            visible_when={"jump": ("mini_program",)},
        ),
    ] = None
    variables: Annotated[Bindings, Hint(N_("Variables"), "variables", options={"texts": ("keywords",)})] = (
        Field(default_factory=dict)
    )
    send_to_all_ids: SendToAllIds = False


class TemplateMessage(Touch[TemplateMessageConfig]):
    kind = "template_message"
    label = N_("Template Message")
    icon = "template"
    Config = TemplateMessageConfig
    headline = "template"

    def bindings(self, config: TemplateMessageConfig) -> Bindings:
        return config.variables

    def references(self, config: TemplateMessageConfig) -> Iterator[Reference]:
        yield Reference("account", RefKind.ACCOUNT, config.account)
        yield Reference("template", RefKind.MESSAGE, config.template)
        yield from binding_references(config.variables)

    def check(self, config: TemplateMessageConfig, lookup: Lookup) -> Iterator[FieldError]:
        yield from check_account(lookup, "account", config.account, ("wechat",))
        yield from check_template(lookup, config.template, self.kind, None, {"platform": config.account})
        yield from _check_keywords(config, lookup)
        names = [name for keyword in config.keywords for name in variables(keyword.text)]
        yield from check_bound(names, config.variables)

    def words(self, config: TemplateMessageConfig, lookup: Lookup) -> Message:
        return template_name(lookup, config.template)

    def id_type(self, config: TemplateMessageConfig) -> str:
        return f"openid:{config.account}"

    def is_marketing(self, config: TemplateMessageConfig) -> bool:
        return True

    def behaviour(self, config: TemplateMessageConfig) -> Send:
        return Send(
            id_type=self.id_type(config),
            account=config.account,
            content=Inline(tuple(keyword.text for keyword in config.keywords)),
            variables=config.variables,
            to_all=config.send_to_all_ids,
            marketing=True,
        )


def keywords_of(lookup: Lookup, template: str) -> tuple[str, ...]:
    """The keywords that a template has, for the panel too."""
    content = (lookup.detail(RefKind.MESSAGE, template) or {}).get("content")
    listed = content.get("keywords") if isinstance(content, dict) else None
    items = listed if isinstance(listed, list) else []
    keys = (item.get("key") if isinstance(item, dict) else item for item in items)
    return tuple(key for key in keys if isinstance(key, str))


def _check_keywords(config: TemplateMessageConfig, lookup: Lookup) -> Iterator[FieldError]:
    wanted = keywords_of(lookup, config.template)
    written = [keyword.key for keyword in config.keywords]
    for key in wanted:
        if key not in written:
            yield FieldError("keywords", Message(N_("Fill in the keyword “{name}”."), name=key))
            return
    for index, key in enumerate(written):
        if wanted and key not in wanted:
            message = Message(N_("The template has no keyword “{name}”."), name=key)
            yield FieldError(f"keywords.{index}.key", message)
        elif key in written[:index]:
            yield FieldError(
                f"keywords.{index}.key", Message(N_("The keyword “{name}” is there twice."), name=key)
            )
