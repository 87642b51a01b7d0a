"""What the settings of each kind of account mean, and the forms that they are filled in with.

Everything is optional in the file: an account is made before all of it is known, and `lacking` says what it
still needs to be used. What a file holds is written back as it was given, unknown keys included, so that one
written by hand or by a newer version stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from engine.components.hints import Hint, form
from engine.files import FileModel
from engine.i18n import N_, Message
from engine.shapes.model import FieldError, Items
from engine.shapes.text import Text
from engine.workspace.account_fields import (
    APP_COLUMNS,
    PAIR_COLUMNS,
    PARAMETER_COLUMNS,
    AccessKeyId,
    App,
    AsGiven,
    Currency,
    Endpoint,
    HttpAuth,
    IdTypes,
    International,
    KeyLifetime,
    NameValue,
    Parameter,
    PerSecond,
    PerSecondDomain,
    PerSecondHost,
    Port,
    PricePerPart,
    Receipts,
    Region,
    Senders,
    Signatures,
    Url,
    url_problem,
    with_scheme,
)
from engine.workspace.fields import Optional

MAX_BATCH = 500
"""People in one request to a webhook."""


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
    ask_receipts: Annotated[
        bool,
        Hint(
            N_("Ask for receipts"),
            "switch",
            help=N_(
                "Where none can come in, or besides: what became of each text SMS is asked for, a minute "
                "after it was sent, then ever more rarely for three days."
            ),
        ),
    ] = False
    per_second: PerSecond = None
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
            help=N_("${phone}, ${text}, ${signature}, ${template}, ${id} and ${key} stand for what is sent."),
            options={"columns": PAIR_COLUMNS, "add": N_("Add a field")},
        ),
    ] = ()
    headers: Annotated[
        Items[NameValue],
        Hint(N_("Headers"), "rows", options={"columns": PAIR_COLUMNS, "add": N_("Add a header")}),
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
    per_second: PerSecond = None
    per_second_host: PerSecondHost = None


class AlibabaMailSettings(ProviderSettings):
    """Alibaba Cloud DirectMail."""

    region: Region = "cn-hangzhou"
    access_key_id: AccessKeyId = ""
    senders: Senders = ()
    per_second: PerSecond = None
    per_second_domain: PerSecondDomain = None
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
        Optional[Port],
        Hint(
            N_("Port"),
            "number",
            help=N_("Usually 465 for TLS, 587 for STARTTLS, else 25."),
            options={"empty": N_("The usual one")},
        ),
    ] = None
    user: Annotated[Text, Hint(N_("User"), "text", help=N_("Left empty, nobody signs in."))] = ""
    senders: Senders = ()
    per_second: PerSecond = None
    per_second_domain: PerSecondDomain = None

    @property
    def the_port(self) -> int:
        return self.port or {"tls": 465, "starttls": 587}.get(self.security, 25)


class WechatSettings(ProviderSettings):
    """A WeChat official account."""

    app_id: Annotated[Text, Hint(N_("App ID"), "text", missing=N_("Enter the app ID"))] = ""
    encrypted: Annotated[
        bool,
        Hint(
            N_("Reports are encrypted"),
            "switch",
            help=N_(
                "Where the account's server settings are in safe mode. Its EncodingAESKey is then needed."
            ),
        ),
    ] = False
    per_second: PerSecond = None
    endpoint: Endpoint = None


class UmengSettings(ProviderSettings):
    """Umeng push."""

    apps: Annotated[
        Items[Text | App],
        Hint(
            N_("Apps"),
            "rows",
            missing=N_("Add an app"),
            options={"columns": APP_COLUMNS, "add": N_("Add an app")},
        ),
    ] = ()
    per_second: PerSecond = None
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
            options={"columns": PARAMETER_COLUMNS, "add": N_("Add a parameter")},
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
        int, Field(ge=1, le=MAX_BATCH), Hint(N_("People in one request"), "number", help=N_("1 to 500."))
    ] = 100
    per_second: PerSecond = None
    per_second_host: PerSecondHost = None
    key_lifetime: KeyLifetime = None


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
            options={"columns": PARAMETER_COLUMNS, "add": N_("Add a field")},
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
