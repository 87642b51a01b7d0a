"""Email: a template from a mail account's sender."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from engine.components.base import ComponentConfig, FieldError, Lookup, Reference, RefKind
from engine.components.behaviour import FromTemplate, Send
from engine.components.fields import (
    Code,
    binding_references,
    check_account,
    check_setting,
    check_template,
)
from engine.components.hints import Hint
from engine.components.touch import SendToAllIds, TemplateVariables, Touch, template_name
from engine.i18n import N_, Message
from engine.shapes.text import Identifier
from engine.shapes.variables import Bindings

ACCOUNTS = ("alibaba_mail", "smtp")


class EmailConfig(ComponentConfig):
    """Account, sender, template, and what stands for its variables."""

    account: Annotated[
        Identifier,
        Hint(N_("Mail account"), "account", missing=N_("Choose a mail account"), options={"kinds": ACCOUNTS}),
    ]
    sender: Annotated[
        Code,
        Hint(
            N_("Sender address"),
            "account_choice",
            missing=N_("Set the sender address"),
            options={"account": "account", "setting": "senders", "typed": N_("Type a sender address")},
        ),
    ]
    sender_style: Annotated[
        Literal["random", "plain"],
        Hint(
            N_("Sender style"),
            "choice",
            choices={"random": N_("With a random suffix"), "plain": N_("As it is")},
            help=N_("A random suffix in front of the @ tells bounces apart."),
        ),
    ] = "random"
    template: Annotated[
        Identifier,
        Hint(
            N_("Email template"), "message", missing=N_("Choose an email template"), options={"kind": "email"}
        ),
    ]
    variables: TemplateVariables = Field(default_factory=dict)
    send_to_all_ids: SendToAllIds = False


class Email(Touch[EmailConfig]):
    kind = "email"
    label = N_("Email")
    icon = "mail"
    Config = EmailConfig
    headline = "template"

    def bindings(self, config: EmailConfig) -> Bindings:
        return config.variables

    def references(self, config: EmailConfig) -> Iterator[Reference]:
        yield Reference("account", RefKind.ACCOUNT, config.account)
        yield Reference("template", RefKind.MESSAGE, config.template)
        yield from binding_references(config.variables)

    def check(self, config: EmailConfig, lookup: Lookup) -> Iterator[FieldError]:
        yield from check_account(lookup, "account", config.account, ACCOUNTS)
        refusal = N_("The account does not have this sender. Choose another one.")
        yield from check_setting(lookup, "sender", config.account, "senders", config.sender, refusal)
        yield from check_template(lookup, config.template, self.kind, config.variables)

    def words(self, config: EmailConfig, lookup: Lookup) -> Message:
        return template_name(lookup, config.template)

    def id_type(self, config: EmailConfig) -> str:
        return "email"

    def is_marketing(self, config: EmailConfig) -> bool:
        return True

    def behaviour(self, config: EmailConfig) -> Send:
        return Send(
            id_type="email",
            account=config.account,
            content=FromTemplate(config.template),
            variables=config.variables,
            to_all=config.send_to_all_ids,
            marketing=self.is_marketing(config),
        )
