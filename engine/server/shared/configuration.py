"""How a shared server is set up: by the command line, the environment, a file, in this order."""

from __future__ import annotations

import ipaddress
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from engine.files import FileError, read_bytes
from engine.files.findings import findings
from engine.i18n import N_, Message, MessageError
from engine.shapes.text import Identifier, Name, Text
from engine.workspace.fields import TimeZone

PREFIX = "CAMPAIGN_CANVAS_SERVER_"
"""How the variables begin; a group and its field have two underlines between them."""
FROM_FILE = "_FILE"
"""How a variable ends that names a file in which the value stands, for secrets."""


class Misconfigured(MessageError):  # noqa: N818 - an answer
    """The server cannot be set up like this; `message` says where and why."""


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        message = Message(N_("Enter an address or network, such as 10.0.0.5 or 10.0.0.0/8."))
        raise PydanticCustomError("network", "no network", {"message": message}) from None
    return text


def _web_address(text: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        message = Message(N_("Enter an address without a path, such as https://canvas.example.com."))
        raise PydanticCustomError("web_address", "no address", {"message": message})
    return text.rstrip("/")


Network = Annotated[str, AfterValidator(_network)]
WebAddress = Annotated[Text, AfterValidator(_web_address)]


class Setting(BaseModel):
    """Base of what is set up: nothing converted, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class NewWorkspace(Setting):
    """The workspace that the first start makes where the data folder holds none."""

    name: Name = "Campaign Canvas"
    time_zone: TimeZone = "UTC"
    language: Literal["en", "zh"] = "en"


class SignIn(Setting):
    """How long what users sign in with holds. first_administrator: who the first start invites.

    session_hours: at the most; idle_minutes: without a call.
    """

    first_administrator: Identifier = "admin"
    invitation_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 72
    session_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 12
    idle_minutes: Annotated[int, Field(ge=5, le=24 * 60 * 30)] = 60
    token_days: Annotated[int, Field(ge=1, le=3_650)] = 365


class Approval(Setting):
    """Whether somebody else must approve what is published, and how many days that holds."""

    four_eyes: bool = False
    days: Annotated[int, Field(ge=1, le=365)] = 7


class Limits(Setting):
    """How often what was signed in with may call: on average, and at once."""

    per_second: Annotated[float, Field(gt=0, le=100_000)] = 50.0
    burst: Annotated[int, Field(ge=1, le=1_000_000)] = 200


class Events(Setting):
    """Events that carry a signature after Standard Webhooks (`whsec_…`); signed_only: no others."""

    signing_secret: Annotated[Text, Field(min_length=16, max_length=200)] | None = Field(
        default=None, repr=False
    )
    signed_only: bool = False


class EventTopic(Setting):
    """A Kafka topic with events, each message as the body of `POST /events`; no brokers: none is read.

    topic, group: what is read, and as which consumer group. The rest is how the brokers are reached, as in
    the accounts that send to Kafka.
    """

    brokers: list[Text] = Field(default_factory=list)
    topic: Annotated[Text, Field(max_length=249)] = ""
    group: Annotated[Text, Field(min_length=1, max_length=255)] = "campaign-canvas"
    security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = "plaintext"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    user: Text | None = None
    password: Text | None = Field(default=None, repr=False)

    @property
    def signs_in(self) -> bool:
        return self.security in ("sasl_plaintext", "sasl_ssl")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.brokers) != bool(self.topic):
            message = Message(N_("Give both brokers and topic, or neither."))
            raise PydanticCustomError("half_a_topic", "half a topic", {"message": message})
        if self.signs_in and (self.user is None or self.password is None):
            message = Message(N_("Give user and password, or a security without them."))
            raise PydanticCustomError("no_password", "no password", {"message": message})
        return self


class Lease(Setting):
    """Of several servers on one PostgreSQL database, of which one leads. name: what this one is called among
    them. seconds: for how long the others wait for a sign of the leader before one takes over."""

    name: Annotated[Text, Field(max_length=100)] = ""
    seconds: Annotated[float, Field(ge=0.1, le=600)] = 5.0


class Configuration(Setting):
    """Everything that can be set up.

    Attributes:
        data: the folder of the server's workspace, its files and, without `database`, its database.
        database: the URL of a PostgreSQL database.
        host, port: where to answer.
        public_url: how others reach the server, where that is another address.
        proxies: whose word on who calls is believed (`X-Forwarded-For`).
    """

    data: Annotated[Text, Field(min_length=1)] = "server-data"
    database: Annotated[Text, Field(min_length=1)] | None = Field(default=None, repr=False)
    host: Annotated[Text, Field(min_length=1, max_length=255)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    public_url: WebAddress | None = None
    proxies: list[Network] = Field(default_factory=list)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    workspace: NewWorkspace = NewWorkspace()
    sign_in: SignIn = SignIn()
    approval: Approval = Approval()
    limits: Limits = Limits()
    events: Events = Events()
    event_topic: EventTopic = EventTopic()
    lease: Lease = Lease()

    @property
    def is_over_tls(self) -> bool:
        """Whether others reach the server over TLS."""
        return self.public_url is not None and self.public_url.startswith("https://")


def configuration(
    file: Path | None, environment: Mapping[str, str], options: Mapping[str, Any]
) -> Configuration:
    """What is set up; `options`: of the command line, None where one is not given. Raises `Misconfigured`."""
    found = {} if file is None else _file(file)
    _check(found, str(file))
    for name, value in environment.items():
        if name.startswith(PREFIX):
            path, read = _variable(name, value)
            group = found
            for part in path[:-1]:
                group = group.setdefault(part, {})
            group[path[-1]] = read
    found |= {name: value for name, value in options.items() if value is not None}
    return _check(found, "")


def _check(found: Mapping[str, Any], source: str) -> Configuration:
    try:
        return Configuration.model_validate(found)
    except ValidationError as error:
        finding = next(iter(findings(error)))
        field = ".".join(str(part) for part in finding.path)
        if source:
            text = N_("{file}: {field}: {reason}")
            raise Misconfigured(Message(text, file=source, field=field, reason=finding.message)) from None
        raise Misconfigured(Message(N_("{field}: {reason}"), field=field, reason=finding.message)) from None


def _file(path: Path) -> dict[str, Any]:
    """The object of a TOML or JSON file. Raises `Misconfigured`."""
    try:
        data = read_bytes(path).decode()
        found = json.loads(data) if path.suffix == ".json" else tomllib.loads(data)
    except FileError as error:
        text = N_("{file}: {reason}")
        raise Misconfigured(Message(text, file=str(path), reason=error.message)) from error
    except (ValueError, RecursionError) as error:
        text = N_("{file} can be read neither as TOML nor as JSON: {reason}")
        raise Misconfigured(Message(text, file=str(path), reason=str(error))) from error
    if not isinstance(found, dict):
        raise Misconfigured(Message(N_("{file} does not hold a group of settings."), file=str(path)))
    return found


def _variable(name: str, value: str) -> tuple[list[str], Any]:
    """The place and the value that a variable sets. Raises `Misconfigured`."""
    key = name.removeprefix(PREFIX)
    path, annotation = _known(key)
    if annotation is None and key.endswith(FROM_FILE):
        path, annotation = _known(key.removesuffix(FROM_FILE))
        try:
            value = read_bytes(Path(value)).decode().strip()
        except (FileError, ValueError) as error:
            reason = getattr(error, "message", str(error))
            raise Misconfigured(Message(N_("{field}: {reason}"), field=name, reason=reason)) from None
    if annotation is None:
        text = N_("The variable {name} sets nothing that is known. Correct its name or remove it.")
        raise Misconfigured(Message(text, name=name))
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    try:
        if get_origin(annotation) is list:
            return path, adapter.validate_python([part.strip() for part in value.split(",") if part.strip()])
        return path, adapter.validate_strings(value)
    except ValidationError as error:
        reason = next(iter(findings(error))).message
        raise Misconfigured(Message(N_("{field}: {reason}"), field=name, reason=reason)) from None


def _known(key: str) -> tuple[list[str], Any]:
    """The place of a setting by its variable's name, and what it takes; None where there is none."""
    *groups, last = path = key.lower().split("__")
    model: type[BaseModel] = Configuration
    for group in groups:
        inner = _group(model, group)
        if inner is None:
            return path, None
        model = inner
    field = model.model_fields.get(last)
    if field is None or _group(model, last) is not None:
        return path, None
    return path, Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _group(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model of a group of settings, or None where the name is none of a group."""
    field = model.model_fields.get(name)
    kind = None if field is None else field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Setting) else None
