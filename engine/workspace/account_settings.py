"""What the settings of each kind of account mean, and the forms that they are filled in with.

Everything is optional in the file: an account is made before all of it is known, and `lacking` says what it
still needs to be used. What a file holds is written back as it was given, unknown keys included, so that one
written by hand or by a newer version stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
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

from engine.components.hints import Hint, form
from engine.files import FileModel
from engine.i18n import N_, Message
from engine.shapes.model import FieldError, Items, invalid
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
}


class HttpAuth(AsGiven):
    """How requests show who sends them. The secret itself is in the keyring.

    `user` counts for `basic`; `header` is the header's name for `header` and `signature`, which is the
    HMAC-SHA256 of the body, in hexadecimal digits.
    """

    type: Literal["none", "basic", "bearer", "header", "signature"] = "none"
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

_PARAMETER_COLUMNS = (
    {"name": "name", "cell": "text", "label": N_("Name"), "new": ""},
    {"name": "type", "cell": "choice", "label": N_("Type"), "choices": VALUE_TYPES, "new": "text"},
    {"name": "required", "cell": "switch", "label": N_("Required"), "new": True},
)
_PAIR_COLUMNS = (
    {"name": "name", "cell": "text", "label": N_("Name"), "new": ""},
    {"name": "value", "cell": "text", "label": N_("Value"), "new": ""},
)
_APP_COLUMNS = (
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


class ProviderSettings(AsGiven):
    """Base of the settings of providers."""


class SimulatedSettings(ProviderSettings):
    """Nothing is to be set: it accepts everything and sends nothing."""


class AlibabaSmsSettings(ProviderSettings):
    """Alibaba Cloud SMS."""

    region: Region = "cn-hangzhou"
    access_key_id: AccessKeyId = ""
    signatures: Signatures = ()
    international: International = False
    price_per_part: PricePerPart = None
    currency: Currency = None
    endpoint: Endpoint = None


class HttpSmsSettings(ProviderSettings):
    """Any SMS platform that takes one HTTP request a message. Fields may hold `${phone}`, `${text}` …"""

    url: Url = ""
    method: Annotated[
        Literal["POST", "GET"], Hint(N_("Method"), "choice", choices={"POST": "POST", "GET": "GET"})
    ] = "POST"
    content: Annotated[
        Literal["json", "form"],
        Hint(
            N_("Fields are sent as"),
            "choice",
            choices={"json": "JSON", "form": N_("Form")},
            visible_when={"method": ("POST",)},
        ),
    ] = "json"
    auth: Annotated[Optional[HttpAuth], Hint(N_("Authentication"), "auth")] = None
    fields: Annotated[
        Items[NameValue],
        Hint(
            N_("Fields"),
            "rows",
            missing=N_("Add a field"),
            help=N_("${phone}, ${text}, ${signature}, ${template} and ${id} stand for what is sent."),
            options={"columns": _PAIR_COLUMNS, "add": N_("Add a field")},
        ),
    ] = ()
    headers: Annotated[
        Items[NameValue],
        Hint(N_("Headers"), "rows", options={"columns": _PAIR_COLUMNS, "add": N_("Add a header")}),
    ] = ()
    success_field: Annotated[
        Text,
        Hint(
            N_("Field of the answer that tells success"),
            "text",
            help=N_("Such as code or result.status; left empty, every answer with a status of 2xx counts."),
        ),
    ] = ""
    success_value: Annotated[Text, Hint(N_("Its value on success"), "text")] = ""
    check_url: Annotated[
        Text,
        Hint(
            N_("Address for checks"),
            "text",
            help=N_("Asked by “Check connection”, such as a query of the balance. It must send nothing."),
        ),
    ] = ""
    signatures: Signatures = ()
    international: International = False
    price_per_part: PricePerPart = None
    currency: Currency = None


class AlibabaMailSettings(ProviderSettings):
    """Alibaba Cloud DirectMail."""

    region: Region = "cn-hangzhou"
    access_key_id: AccessKeyId = ""
    senders: Senders = ()
    endpoint: Endpoint = None


class SmtpSettings(ProviderSettings):
    """A mail server. Without a port: 465 for TLS, 587 for STARTTLS, 25 without encryption."""

    host: Annotated[
        Text,
        Hint(N_("Server"), "text", missing=N_("Enter the mail server"), help=N_("Such as smtp.example.com")),
    ] = ""
    security: Annotated[
        Literal["tls", "starttls", "none"],
        Hint(
            N_("Encryption"),
            "choice",
            choices={"tls": "TLS", "starttls": "STARTTLS", "none": N_("None")},
            help=N_("Without encryption everybody on the way can read the password and the emails."),
        ),
    ] = "starttls"
    port: Annotated[
        Optional[Port], Hint(N_("Port"), "number", help=N_("Usually 465 for TLS, 587 for STARTTLS, else 25."))
    ] = None
    user: Annotated[Text, Hint(N_("User"), "text", help=N_("Left empty, nobody signs in."))] = ""
    senders: Senders = ()

    @property
    def the_port(self) -> int:
        return self.port or {"tls": 465, "starttls": 587}.get(self.security, 25)


class WechatSettings(ProviderSettings):
    """A WeChat official account."""

    app_id: Annotated[Text, Hint(N_("App ID"), "text", missing=N_("Enter the app ID"))] = ""
    endpoint: Endpoint = None


class UmengSettings(ProviderSettings):
    """Umeng push."""

    apps: Annotated[
        Items[Text | App],
        Hint(
            N_("Apps"),
            "rows",
            missing=N_("Add an app"),
            options={"columns": _APP_COLUMNS, "add": N_("Add an app")},
        ),
    ] = ()
    endpoint: Endpoint = None


class WebhookSettings(FileModel):
    """An HTTP address that takes batches of people."""

    url: Url
    auth: Annotated[HttpAuth | None, Hint(N_("Authentication"), "auth")] = None
    id_types: IdTypes
    params: Annotated[
        Items[Parameter],
        Hint(
            N_("Parameters"),
            "rows",
            options={"columns": _PARAMETER_COLUMNS, "add": N_("Add a parameter")},
            help=N_("What a campaign fills in for each person."),
        ),
    ] = ()
    receipts: Annotated[
        Receipts | None,
        Hint(
            N_("Receipts"),
            "receipts",
            help=N_("What the receiver may report later, and how long reports count."),
        ),
    ] = None
    batch_size: Annotated[
        int, Field(ge=1, le=500), Hint(N_("People in one request"), "number", help=N_("1 to 500."))
    ] = 100


class KafkaSettings(FileModel):
    """A Kafka topic that takes a message a person."""

    brokers: Annotated[
        Items[Text],
        Field(min_length=1),
        Hint(
            N_("Brokers"),
            "texts",
            missing=N_("Enter a broker"),
            help=N_("One a line, such as kafka.example.com:9092."),
        ),
    ]
    topic: Annotated[Text, Hint(N_("Topic"), "text", missing=N_("Enter the topic"))]
    id_types: IdTypes
    fields: Annotated[
        Items[Parameter],
        Hint(
            N_("Fields"),
            "rows",
            options={"columns": _PARAMETER_COLUMNS, "add": N_("Add a field")},
            help=N_("What a campaign fills in for each person."),
        ),
    ] = ()
    security: Annotated[
        Optional[Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]],
        Hint(
            N_("Security"),
            "choice",
            choices={
                "plaintext": N_("None"),
                "ssl": "TLS",
                "sasl_plaintext": N_("Password"),
                "sasl_ssl": N_("TLS and password"),
            },
        ),
    ] = None
    mechanism: Annotated[
        Optional[Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]],
        Hint(
            N_("Mechanism"),
            "choice",
            choices={name: name for name in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")},
            visible_when={"security": ("sasl_plaintext", "sasl_ssl")},
        ),
    ] = None
    user: Annotated[
        Optional[Text],
        Hint(N_("User"), "text", visible_when={"security": ("sasl_plaintext", "sasl_ssl")}),
    ] = None

    @property
    def signs_in(self) -> bool:
        return self.security in ("sasl_plaintext", "sasl_ssl")


AnySettings = ProviderSettings | WebhookSettings | KafkaSettings


def lacking(settings: AnySettings) -> Iterator[FieldError]:
    """What an account still needs before anything can be sent through it, by field."""
    for field in form(type(settings)):
        sentence = field.hint.missing
        value = getattr(settings, field.name)
        if sentence is not None and not value:
            yield FieldError(field.name, Message(sentence))
    for name in ("url", "check_url", "endpoint"):
        text = getattr(settings, name, None)
        if text and (problem := url_problem(with_scheme(text) if name == "endpoint" else text)):
            yield FieldError(name, problem)
    auth = getattr(settings, "auth", None)
    if auth is not None:
        yield from (error.under("auth") for error in _auth_lacks(auth))


def _auth_lacks(auth: HttpAuth) -> Iterator[FieldError]:
    if auth.type == "basic" and not auth.user:
        yield FieldError("user", Message(N_("Enter the user")))
    if auth.type in ("header", "signature") and not auth.header:
        yield FieldError("header", Message(N_("Enter the header's name, such as X-Api-Key")))


def with_scheme(endpoint: str) -> str:
    """An endpoint as an address: providers name them without https://."""
    return endpoint if "://" in endpoint else f"https://{endpoint}"
