"""What the workspace offers for choosing: the one place where pickers and editors read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from pydantic import JsonValue

from app.editors.condition_values import ConditionField
from app.publishing.asking import codes_text
from app.widgets.combo_box import Option
from engine.components import fields
from engine.i18n import N_, ntr, tr
from engine.workspace.account import AccountFile
from engine.workspace.audience import AudienceFile
from engine.workspace.message import MessageFile
from engine.workspace.workspace import Workspace


def audience_options(workspace: Workspace) -> list[Option]:
    """Every audience, by name, with its size where an engine has told it."""
    return _by_name(
        Option(file.id, file.name, file.remark, audience_size(workspace, file))
        for file in workspace.audiences.values()
    )


def audience_size(workspace: Workspace, file: AudienceFile) -> str:
    """How many people an audience held when it was last updated; "" where nobody has told."""
    n = workspace.sizes.get(file.id)
    if n is None:
        return ""
    if file.list is not None:
        return ntr("list, {n:,} person", "list, {n:,} people", n)
    return ntr("{n:,} person", "{n:,} people", n)


def codes_left(workspace: Workspace, coupon: str) -> str:
    """How many codes of a coupon are left; "" where nobody has told."""
    if coupon not in workspace.codes_left:
        return ""
    left, more = workspace.codes_left[coupon]
    return codes_text(left, more=more)


def message_options(workspace: Workspace, kind: str, match: Mapping[str, JsonValue]) -> list[Option]:
    """The message templates of a kind whose fields have the values of `match`; None matches everything.

    A template that is not approved is listed with the reason why it cannot be chosen.
    """
    return _by_name(
        Option(file.id, file.name, tail=_why_not(file), enabled=file.status == "approved")
        for file in workspace.messages.values()
        if file.kind == kind
        and all(wanted is None or getattr(file, key, None) in (wanted, None) for key, wanted in match.items())
    )


def _why_not(file: MessageFile) -> str:
    states = {
        "draft": tr("draft, not approved yet"),
        "pending": tr("waits for approval"),
        "rejected": tr("rejected"),
    }
    return states.get(file.status, "")


def message(workspace: Workspace, message_id: str) -> MessageFile | None:
    return workspace.messages.get(message_id)


def account_options(workspace: Workspace, kinds: Collection[str]) -> list[Option]:
    """The accounts of these kinds, and simulated ones, which stand in for any."""
    wanted = {*kinds, "simulated"}
    return _by_name(Option(file.id, file.name) for file in workspace.accounts.values() if file.kind in wanted)


def account(workspace: Workspace, account_id: str) -> AccountFile | None:
    return workspace.accounts.get(account_id)


def setting_choices(workspace: Workspace, account_id: str, key: str) -> tuple[str, ...]:
    """What an account's settings list under `key`: signatures, senders, apps."""
    return fields.setting_choices(workspace, account_id, key)


def parameters(workspace: Workspace, account_id: str, key: str) -> tuple[tuple[str, bool], ...]:
    """Name, and whether it is required, of each parameter that an account defines."""
    return fields.parameters(workspace, account_id, key)


def is_international(workspace: Workspace, account_id: str) -> bool:
    """Whether an SMS account sends abroad, where GSM-7 counts."""
    return fields.settings(workspace, account_id).get("international") is True


def accepts_anything(workspace: Workspace, account_id: str) -> bool:
    """Whether the account takes every signature, sender, app and touch id."""
    file = account(workspace, account_id)
    return file is not None and file.kind == "simulated"


def coupon_options(workspace: Workspace) -> list[Option]:
    """Every coupon of the catalogue, by name, with the codes that are left where an engine has told."""
    return _by_name(
        Option(id, coupon.name, tail=codes_left(workspace, id))
        for id, coupon in workspace.catalog.coupons.items()
    )


def event_options(workspace: Workspace) -> list[Option]:
    """Every event of the catalogue, by name."""
    catalog = workspace.catalog
    return _by_name(Option(code, catalog.event_name(code), code) for code in catalog.events)


def event_fields(workspace: Workspace, code: str | None) -> tuple[ConditionField, ...]:
    """The attributes of an event, as fields of a condition."""
    event = workspace.catalog.events.get(code or "")
    if event is None:
        return ()
    return tuple(ConditionField(name, name, type) for name, type in event.attributes.items())


def any_event_options(workspace: Workspace) -> list[Option]:
    """The attributes of all events, each once, with the events that have it."""
    having: dict[str, list[str]] = {}
    for code, event in workspace.catalog.events.items():
        for name in event.attributes:
            having.setdefault(name, []).append(workspace.catalog.event_name(code))
    return _by_name(
        Option(name, tr("{attribute} of {events}", attribute=name, events=", ".join(events)))
        for name, events in having.items()
    )


def person_fields(workspace: Workspace) -> tuple[ConditionField, ...]:
    """The tags and attributes of a person, as fields of a condition."""
    catalog = workspace.catalog
    tags = (
        ConditionField(f"tag:{name}", tr("Tag: {name}", name=name), tag.type, tuple(tag.values))
        for name, tag in catalog.tags.items()
    )
    attributes = (
        ConditionField(f"attr:{name}", tr("Attribute: {name}", name=name), type)
        for name, type in catalog.attributes.items()
    )
    return (*tags, *attributes)


def table_options(workspace: Workspace) -> list[Option]:
    """Every statistics table, by name."""
    catalog = workspace.catalog
    return _by_name(Option(key, catalog.table_name(key), key) for key in catalog.tables)


def metric_fields(workspace: Workspace, key: str) -> tuple[ConditionField, ...]:
    """The metrics of a statistics table, as fields of a condition."""
    table = workspace.catalog.tables.get(key)
    return () if table is None else tuple(ConditionField(name, name, "number") for name in table.metrics)


def dimension_fields(workspace: Workspace, key: str) -> tuple[ConditionField, ...]:
    """The dimensions of a statistics table, as fields of a condition."""
    table = workspace.catalog.tables.get(key)
    if table is None:
        return ()
    return tuple(field for field in event_fields(workspace, table.event) if field.value in table.dimensions)


def model_options(workspace: Workspace) -> list[Option]:
    """Every RFM model, by name."""
    return _by_name(Option(id, model.name) for id, model in workspace.catalog.rfm_models.items())


def id_types(workspace: Workspace) -> list[str]:
    """The ID types that messages can be sent to: the catalogue's, followers of accounts, devices of apps."""
    found = list(workspace.catalog.id_types)
    for file in workspace.accounts.values():
        if file.kind in ("wechat", "simulated"):
            found.append(f"openid:{file.id}")
        for app in setting_choices(workspace, file.id, "apps"):
            found += [f"device:{app}:{touch_id}" for touch_id in _TOUCH_IDS]
    return list(dict.fromkeys(found))


def id_type_name(workspace: Workspace, id_type: str) -> str:
    """What an ID type is called."""
    kind, _, rest = id_type.partition(":")
    if kind == "openid" and rest:
        file = account(workspace, rest)
        return tr("WeChat OpenID, {account}", account=rest if file is None else file.name)
    if kind == "device" and rest:
        app, _, touch_id = rest.rpartition(":")
        return tr("{id} of the app {app}", id=tr(_TOUCH_IDS.get(touch_id, touch_id)), app=app)
    return id_type


_TOUCH_IDS = {
    "device_token": N_("Device token"),
    "alias": N_("Alias"),
    "idfa": N_("IDFA"),
    "oaid": N_("OAID"),
    "imei": N_("IMEI"),
}


def tag_options(workspace: Workspace, types: Collection[str]) -> list[Option]:
    """The tags that hold values of one of these types."""
    return [Option(name, name) for name, tag in workspace.catalog.tags.items() if tag.type in types]


def tag_values(workspace: Workspace, name: str) -> tuple[str, ...]:
    """The values that a tag offers for choosing."""
    tag = workspace.catalog.tags.get(name)
    return tuple(tag.values) if tag is not None else ()


def is_multi(workspace: Workspace, name: str) -> bool:
    """Whether a person can have several values of the tag."""
    tag = workspace.catalog.tags.get(name)
    return tag is not None and tag.type == "multi"


def _by_name(options: Iterable[Option]) -> list[Option]:
    return sorted(options, key=lambda option: option.text.casefold())
