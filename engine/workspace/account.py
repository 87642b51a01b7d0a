"""Account files: how a channel or a system is reached. Settings only; secrets live in the keyring."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, JsonValue, Tag

from engine.files import FileFormat, FileModel
from engine.i18n import N_, Message
from engine.shapes.model import Items, invalid, union_tag
from engine.shapes.text import Identifier, Text
from engine.shapes.time import Duration
from engine.workspace.fields import Key, ObjectFile

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

_SECRET_NAMES = frozenset(
    (
        "password",
        "passwd",
        "secret",
        "accesskeysecret",
        "appsecret",
        "clientsecret",
        "token",
        "accesstoken",
        "apikey",
        "privatekey",
        "appmastersecret",
    )
)


def _no_secret(settings: Any) -> Any:
    """Refuse what must not lie in a file that is mailed and versioned."""
    if isinstance(settings, dict):
        for name, value in settings.items():
            if name.lower().replace("_", "").replace("-", "") in _SECRET_NAMES:
                message = N_("Remove “{name}” from the file: secrets are kept in the keyring.")
                raise invalid(Message(message, name=name))
            _no_secret(value)
    elif isinstance(settings, list):
        for item in settings:
            _no_secret(item)
    return settings


NoSecrets = Annotated[dict[str, JsonValue], AfterValidator(_no_secret)]


class Parameter(FileModel):
    """A value that the receiver takes."""

    name: Key
    type: Text = "text"
    required: bool = True


class Receipts(FileModel):
    """What the receiver may report later, and for how long reports count."""

    codes: Annotated[Items[Identifier], Field(min_length=1)]
    collect: Duration


class WebhookSettings(FileModel):
    """An HTTP address that takes batches of people."""

    url: Text
    auth: NoSecrets | None = None
    id_types: Annotated[Items[Key], Field(min_length=1)]
    params: Items[Parameter] = ()
    receipts: Receipts | None = None
    batch_size: Annotated[int, Field(ge=1, le=500)] = 100


class KafkaSettings(FileModel):
    """A Kafka topic that takes a message a person."""

    brokers: Annotated[Items[Text], Field(min_length=1)]
    topic: Text
    id_types: Annotated[Items[Key], Field(min_length=1)]
    fields: Items[Parameter] = ()


class AccountFile(ObjectFile):
    """What all account files have."""

    format: Literal["account"] = "account"
    kind: AccountKind
    settings: Any


class ProviderAccount(AccountFile):
    """An account of a provider; its channel knows what the settings mean."""

    kind: Literal["simulated", "alibaba_sms", "http_sms", "alibaba_mail", "smtp", "wechat", "umeng"]
    settings: NoSecrets = Field(default_factory=dict)


class WebhookAccount(AccountFile):
    """A webhook."""

    kind: Literal["webhook"]
    settings: WebhookSettings


class KafkaAccount(AccountFile):
    """A Kafka interface."""

    kind: Literal["kafka"]
    settings: KafkaSettings


def _form(value: object) -> str:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return union_tag(kind) if kind in ("webhook", "kafka") else union_tag("provider")


AnyAccount = Annotated[
    Annotated[ProviderAccount, Tag(union_tag("provider"))]
    | Annotated[WebhookAccount, Tag(union_tag("webhook"))]
    | Annotated[KafkaAccount, Tag(union_tag("kafka"))],
    Discriminator(_form),
]

ACCOUNT: FileFormat[AccountFile] = FileFormat("account", AnyAccount)

SIMULATED_ID = "acc_simulated"


def simulated(name: str) -> AccountFile:
    """The account of a new workspace: any channel, nothing leaves the computer."""
    return ProviderAccount(id=SIMULATED_ID, name=name, kind="simulated")
