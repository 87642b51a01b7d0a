"""App Push: a push message to an app on a person's device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from engine.components.base import ComponentConfig, FieldError, Lookup, RawConfig, Reference, RefKind
from engine.components.behaviour import Inline, Send
from engine.components.fields import (
    LATE,
    Code,
    Written,
    binding_references,
    check_account,
    check_bound,
    check_setting,
    required_when,
)
from engine.components.hints import Hint
from engine.components.touch import SendToAllIds, Touch
from engine.i18n import N_, Message
from engine.shapes.model import invalid
from engine.shapes.text import Identifier
from engine.shapes.variables import Bindings, variables

TOUCH_IDS: dict[str, tuple[str, ...]] = {
    "ios": ("idfa", "device_token", "alias"),
    "android": ("oaid", "imei", "device_token", "alias"),
}
TAPS: dict[str, tuple[str, ...]] = {
    "ios": ("open_app", "custom"),
    "android": ("open_app", "open_url", "open_page", "custom"),
}


class AppPushConfig(ComponentConfig):
    """App, platform, which id to send to, and the message."""

    account: Annotated[
        Identifier,
        Hint(
            N_("Push account"), "account", missing=N_("Choose a push account"), options={"kinds": ("umeng",)}
        ),
    ]
    app: Annotated[
        Code,
        Hint(
            N_("App"),
            "account_choice",
            missing=N_("Set the app"),
            options={"account": "account", "setting": "apps", "typed": N_("Type an app")},
        ),
    ]
    platform: Annotated[
        Literal["ios", "android"],
        Hint(
            N_("Platform"),
            "choice",
            missing=N_("Choose the platform"),
            choices={"ios": N_("iOS"), "android": N_("Android")},
        ),
    ]
    touch_id: Annotated[
        Literal["idfa", "oaid", "imei", "device_token", "alias"],
        Hint(
            N_("Send to"),
            "choice",
            missing=N_("Choose the ID to send to"),
            choices={
                "idfa": N_("IDFA"),
                "oaid": N_("OAID"),
                "imei": N_("IMEI"),
                "device_token": N_("Device token"),
                "alias": N_("Alias"),
            },
            options={"by": {"platform": TOUCH_IDS}},
        ),
    ]
    alias_type: Annotated[
        Code | None,
        LATE,
        required_when("touch_id", "alias"),
        Hint(
            N_("Alias type"),
            "text",
            missing=N_("Enter the alias type"),
            visible_when={"touch_id": ("alias",)},
        ),
    ] = None
    message_type: Annotated[
        Literal["notification", "promotion"],
        Hint(
            N_("Message type"),
            "choice",
            missing=N_("Choose the message type"),
            choices={"notification": N_("Notification"), "promotion": N_("Promotion")},
            help=N_("Promotions obey fatigue control and quiet times."),
        ),
    ]
    title: Annotated[Written, Hint(N_("Title"), "text", missing=N_("Enter a title"))]
    content: Annotated[Written, Hint(N_("Content"), "long_text", missing=N_("Enter the content"))]
    variables: Annotated[
        Bindings, Hint(N_("Variables"), "variables", options={"texts": ("title", "content")})
    ] = Field(default_factory=dict)
    on_tap: Annotated[
        Literal["open_app", "open_url", "open_page", "custom"],
        Hint(
            N_("A tap opens"),
            "choice",
            missing=N_("Choose what a tap opens"),
            choices={
                "open_app": N_("The app"),
                "open_url": N_("A web page"),
                "open_page": N_("A page of the app"),
                "custom": N_("Something of its own"),
            },
            options={"by": {"platform": TAPS}},
        ),
    ]
    url: Annotated[
        Written | None,
        LATE,
        required_when("on_tap", "open_url"),
        Hint(
            N_("Web page"),
            "text",
            missing=N_("Enter the page's address"),
            visible_when={"on_tap": ("open_url",)},
        ),
    ] = None
    page: Annotated[
        Written | None,
        LATE,
        required_when("on_tap", "open_page"),
        Hint(N_("Page"), "text", missing=N_("Enter the page"), visible_when={"on_tap": ("open_page",)}),
    ] = None
    custom: Annotated[
        Written | None,
        LATE,
        required_when("on_tap", "custom"),
        Hint(N_("Action"), "text", missing=N_("Enter the action"), visible_when={"on_tap": ("custom",)}),
    ] = None
    send_to_all_ids: SendToAllIds = False

    @field_validator("touch_id")
    @classmethod
    def _platform_has_id(cls, touch_id: str, info: ValidationInfo) -> str:
        if touch_id not in TOUCH_IDS.get(info.data.get("platform", ""), (touch_id,)):
            raise invalid(Message(N_("This platform does not have this ID. Choose another one.")))
        return touch_id

    @field_validator("on_tap")
    @classmethod
    def _platform_has_tap(cls, on_tap: str, info: ValidationInfo) -> str:
        if on_tap not in TAPS.get(info.data.get("platform", ""), (on_tap,)):
            raise invalid(Message(N_("Only Android can open pages. Choose something else.")))
        return on_tap


class AppPush(Touch[AppPushConfig]):
    kind = "app_push"
    label = N_("App Push")
    icon = "bell"
    Config = AppPushConfig
    headline = "title"
    result_family = "push"

    def bindings(self, config: AppPushConfig) -> Bindings:
        return config.variables

    def references(self, config: AppPushConfig) -> Iterator[Reference]:
        yield Reference("account", RefKind.ACCOUNT, config.account)
        yield from binding_references(config.variables)

    def check(self, config: AppPushConfig, lookup: Lookup) -> Iterator[FieldError]:
        yield from check_account(lookup, "account", config.account, ("umeng",))
        refusal = N_("The account does not have this app. Choose another one.")
        yield from check_setting(lookup, "app", config.account, "apps", config.app, refusal)
        yield from check_bound((*variables(config.title), *variables(config.content)), config.variables)

    def words(self, config: AppPushConfig, lookup: Lookup) -> Message:
        return Message.verbatim(config.title)

    def receipt_results(self, raw: RawConfig, lookup: Lookup) -> tuple[str, ...]:
        return ("opened", "ignored")

    def id_type(self, config: AppPushConfig) -> str:
        return f"device:{config.app}:{config.touch_id}"

    def is_marketing(self, config: AppPushConfig) -> bool:
        return config.message_type == "promotion"

    def behaviour(self, config: AppPushConfig) -> Send:
        return Send(
            id_type=self.id_type(config),
            account=config.account,
            content=Inline((config.title, config.content)),
            variables=config.variables,
            to_all=config.send_to_all_ids,
            marketing=self.is_marketing(config),
        )
