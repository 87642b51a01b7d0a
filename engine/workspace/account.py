"""Account files: how a channel or a system is reached. Settings only; secrets live in the keyring."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, Tag

from engine.files import FileFormat
from engine.i18n import N_
from engine.shapes.model import union_tag
from engine.workspace.account_settings import (
    AlibabaMailSettings,
    AlibabaSmsSettings,
    AnySettings,
    HttpSmsSettings,
    KafkaSettings,
    SimulatedSettings,
    SmtpSettings,
    UmengSettings,
    WebhookSettings,
    WechatSettings,
)
from engine.workspace.fields import ObjectFile, kind_of

AccountKind = Literal[
    "simulated",
    "alibaba_sms",
    "http_sms",
    "alibaba_mail",
    "smtp",
    "wechat",
    "umeng",
    "webhook",
    "kafka",
]


class AccountFile(ObjectFile):
    """What all account files have."""

    format: Literal["account"] = "account"
    kind: AccountKind
    settings: Any


class SimulatedAccount(AccountFile):
    """Any channel; nothing leaves the computer."""

    kind: Literal["simulated"]
    settings: SimulatedSettings = Field(default_factory=SimulatedSettings)


class AlibabaSmsAccount(AccountFile):
    """Alibaba Cloud SMS."""

    kind: Literal["alibaba_sms"]
    settings: AlibabaSmsSettings = Field(default_factory=AlibabaSmsSettings)


class HttpSmsAccount(AccountFile):
    """An SMS platform by an HTTP definition."""

    kind: Literal["http_sms"]
    settings: HttpSmsSettings = Field(default_factory=HttpSmsSettings)


class AlibabaMailAccount(AccountFile):
    """Alibaba Cloud DirectMail."""

    kind: Literal["alibaba_mail"]
    settings: AlibabaMailSettings = Field(default_factory=AlibabaMailSettings)


class SmtpAccount(AccountFile):
    """A mail server."""

    kind: Literal["smtp"]
    settings: SmtpSettings = Field(default_factory=SmtpSettings)


class WechatAccount(AccountFile):
    """A WeChat official account."""

    kind: Literal["wechat"]
    settings: WechatSettings = Field(default_factory=WechatSettings)


class UmengAccount(AccountFile):
    """Umeng push."""

    kind: Literal["umeng"]
    settings: UmengSettings = Field(default_factory=UmengSettings)


class WebhookAccount(AccountFile):
    """A webhook."""

    kind: Literal["webhook"]
    settings: WebhookSettings


class KafkaAccount(AccountFile):
    """A Kafka interface."""

    kind: Literal["kafka"]
    settings: KafkaSettings


AnyAccount = Annotated[
    Annotated[SimulatedAccount, Tag(union_tag("simulated"))]
    | Annotated[AlibabaSmsAccount, Tag(union_tag("alibaba_sms"))]
    | Annotated[HttpSmsAccount, Tag(union_tag("http_sms"))]
    | Annotated[AlibabaMailAccount, Tag(union_tag("alibaba_mail"))]
    | Annotated[SmtpAccount, Tag(union_tag("smtp"))]
    | Annotated[WechatAccount, Tag(union_tag("wechat"))]
    | Annotated[UmengAccount, Tag(union_tag("umeng"))]
    | Annotated[WebhookAccount, Tag(union_tag("webhook"))]
    | Annotated[KafkaAccount, Tag(union_tag("kafka"))],
    kind_of("kind"),
]

ACCOUNT: FileFormat[AccountFile] = FileFormat("account", AnyAccount)

KIND_NAMES: dict[AccountKind, str] = {
    "simulated": N_("Simulated"),
    "alibaba_sms": N_("Alibaba Cloud SMS"),
    "http_sms": N_("SMS platform over HTTP"),
    "alibaba_mail": N_("Alibaba Cloud DirectMail"),
    "smtp": N_("Mail server (SMTP)"),
    "wechat": N_("WeChat official account"),
    "umeng": N_("Umeng push"),
    "webhook": N_("Webhook"),
    "kafka": N_("Kafka interface"),
}
"""What the kinds are called, in the order in which they are offered."""

SETTINGS_OF: dict[AccountKind, type[AnySettings]] = {
    "simulated": SimulatedSettings,
    "alibaba_sms": AlibabaSmsSettings,
    "http_sms": HttpSmsSettings,
    "alibaba_mail": AlibabaMailSettings,
    "smtp": SmtpSettings,
    "wechat": WechatSettings,
    "umeng": UmengSettings,
    "webhook": WebhookSettings,
    "kafka": KafkaSettings,
}

SIMULATED_ID = "acc_simulated"


def simulated(name: str) -> AccountFile:
    """The account of a new workspace: any channel, nothing leaves the computer."""
    return SimulatedAccount(id=SIMULATED_ID, name=name, kind="simulated")
