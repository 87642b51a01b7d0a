"""What the settings of accounts are made of: fields with their hints, and how requests sign in."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    JsonValue,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_serializer,
    model_validator,
)
from pydantic_core import to_jsonable_python

from engine.components.hints import Hint
from engine.files import FileModel
from engine.i18n import N_, Message
from engine.shapes.model import Items, invalid
from engine.shapes.text import Identifier, Text
from engine.shapes.time import Duration
from engine.workspace.fields import Key, Optional

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
        "mastersecret",
    )
)


def without_secrets(settings: Any) -> Any:
    """The settings, if nothing in them must not lie in a file that is mailed and versioned."""
    if isinstance(settings, dict):
        for name, value in settings.items():
            if str(name).lower().replace("_", "").replace("-", "") in _SECRET_NAMES:
                message = N_("Remove “{name}” from the file: secrets are kept in the keyring.")
                raise invalid(Message(message, name=name))
            without_secrets(value)
    elif isinstance(settings, list):
        for item in settings:
            without_secrets(item)
    return settings


class AsGiven(FileModel):
    """A part of a file that is checked against its fields and written as it was given."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue]
    _given: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _kept(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        made = handler(without_secrets(value))
        if isinstance(value, dict):
            made._given = dict(value)  # noqa: SLF001 - ours, of what was just made
        return made

    @model_serializer
    def _as_given(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_jsonable_python(self._given)
        return plain


def url_problem(text: str) -> Message | None:
    """Why a text is no address of an HTTP service, or None."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and (parts.port is None or parts.port > 0)  # reading the port refuses what is none
    except ValueError:
        usable = False
    if not usable:
        message = N_(
            "Enter an address that begins with https:// or http://, such as https://example.com/send."
        )
        return Message(message)
    if parts.username is not None or parts.password is not None:
        message = N_("Leave user and password out of the address: they belong into the fields for that.")
        return Message(message)
    return None


Port = Annotated[int, Field(ge=1, le=65_535)]

AUTH_TYPES = {
    "none": N_("None"),
    "basic": N_("User and password"),
    "bearer": N_("Bearer token"),
    "header": N_("Key in a header"),
    "signature": N_("Signature in a header"),
    "standard": N_("Standard Webhooks signature"),
}


class HttpAuth(AsGiven):
    """How requests show who sends them. The secret itself is in the keyring.

    `user` counts for `basic`; `header` is the header's name for `header` and `signature`, which is the
    HMAC-SHA256 of the body, in hexadecimal digits. `standard`: `webhook-id`, `webhook-timestamp` and
    `webhook-signature` as www.standardwebhooks.com says.
    """

    type: Literal["none", "basic", "bearer", "header", "signature", "standard"] = "none"
    user: Text = ""
    header: Text = ""


class Parameter(FileModel):
    """A value that the receiver takes."""

    name: Key
    type: Text = "text"
    required: bool = True


class Receipts(FileModel):
    """What the receiver may report later, and for how long reports count."""

    codes: Annotated[Items[Identifier], Field(min_length=1)]
    collect: Duration


class NameValue(FileModel):
    """A header or a field of a request."""

    name: Key
    value: Text = ""


class App(AsGiven):
    """An app that gets pushes; Umeng has a key of its own for each system."""

    id: Key
    name: Text = ""
    android_key: Text = ""
    ios_key: Text = ""


class Signature(AsGiven):
    """A signature with more than its text."""

    id: Key


VALUE_TYPES = {
    "text": N_("Text"),
    "number": N_("Number"),
    "time": N_("Date and time"),
    "multi": N_("Several texts"),
}

PARAMETER_COLUMNS = (
    {"name": "name", "cell": "text", "label": N_("Name"), "new": ""},
    {"name": "type", "cell": "choice", "label": N_("Type"), "choices": VALUE_TYPES, "new": "text"},
    {"name": "required", "cell": "switch", "label": N_("Required"), "new": True},
)
PAIR_COLUMNS = (
    {"name": "name", "cell": "text", "label": N_("Name"), "new": ""},
    {"name": "value", "cell": "text", "label": N_("Value"), "new": ""},
)
APP_COLUMNS = (
    {"name": "id", "cell": "text", "label": N_("App ID"), "new": ""},
    {"name": "name", "cell": "text", "label": N_("Name"), "new": ""},
    {"name": "android_key", "cell": "text", "label": N_("App key, Android"), "new": ""},
    {"name": "ios_key", "cell": "text", "label": N_("App key, iOS"), "new": ""},
)

Url = Annotated[
    Text,
    Hint(N_("Address"), "text", missing=N_("Enter the address"), help=N_("Such as https://example.com/send")),
]
Region = Annotated[
    Text,
    Hint(
        N_("Region"), "text", missing=N_("Enter a region"), help=N_("Such as cn-hangzhou or ap-southeast-1.")
    ),
]
AccessKeyId = Annotated[Text, Hint(N_("AccessKey ID"), "text", missing=N_("Enter the AccessKey ID"))]
Endpoint = Annotated[
    Optional[Text],
    Hint(
        N_("Endpoint"),
        "text",
        help=N_("Only where the provider gave you one of your own; else that of the region is used."),
    ),
]
Signatures = Annotated[
    Items[Text | Signature],
    Hint(
        N_("Signatures"),
        "texts",
        missing=N_("Enter a signature"),
        help=N_("One a line, as the platform approved them, without brackets."),
    ),
]
International = Annotated[
    bool,
    Hint(
        N_("Sends abroad"),
        "switch",
        help=N_("Length then counts by GSM-7 and UCS-2, 160 or 70 characters."),
    ),
]
PricePerPart = Annotated[
    Optional[Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$")]],
    Hint(
        N_("Price of a part"),
        "text",
        help=N_("Such as 0.045: what one part of an SMS costs. The editor of messages then tells the cost."),
    ),
]
Currency = Annotated[
    Optional[Annotated[str, Field(pattern=r"^[A-Z]{3}$")]],
    Hint(N_("Currency"), "text", help=N_("Three letters, such as CNY or EUR; without any it is CNY.")),
]
Senders = Annotated[
    Items[Text],
    Hint(
        N_("Sender addresses"),
        "texts",
        missing=N_("Enter a sender address"),
        help=N_("One a line, such as news@example.com."),
    ),
]
PerSecond = Annotated[
    Optional[Annotated[int, Field(ge=1, le=100_000)]],
    Hint(
        N_("Messages a second"),
        "number",
        help=N_("At most this many; left empty, as many as the other side takes."),
    ),
]
PerSecondHost = Annotated[
    Optional[Annotated[int, Field(ge=1, le=100_000)]],
    Hint(
        N_("Messages a second to this server"),
        "number",
        help=N_(
            "At most this many, together with all accounts at this server that have a limit; the least holds."
        ),
    ),
]
PerSecondDomain = Annotated[
    Optional[Annotated[int, Field(ge=1, le=100_000)]],
    Hint(
        N_("Emails a second to one domain"),
        "number",
        help=N_("At most this many to all addresses at one domain, such as qq.com; left empty, no limit."),
    ),
]
KeyLifetime = Annotated[
    Optional[Duration],
    Hint(
        N_("Keys are remembered for"),
        "duration",
        help=N_(
            "How long the receiver sends only once what comes twice with one key. What is in doubt is then "
            "sent again within that time; left empty, it never is."
        ),
        options={"units": ("minute", "hour", "day"), "empty": N_("Not at all")},
    ),
]
IdTypes = Annotated[
    Items[Key],
    Field(min_length=1),
    Hint(
        N_("ID types"),
        "id_types",
        missing=N_("Choose an ID type"),
        help=N_("Which of a person's IDs it takes."),
    ),
]


def with_scheme(endpoint: str) -> str:
    """An endpoint as an address: providers name them without https://."""
    return endpoint if "://" in endpoint else f"https://{endpoint}"
