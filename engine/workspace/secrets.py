"""Passwords and keys of accounts: in the system's keyring, else in a file that only its owner reads.

A secret belongs to one account of one workspace *and* to the address that it was entered for. An account file
that comes with a mailed workspace, or that somebody changed in version control, can name any address: it gets
no secret that was entered for another one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from engine.i18n import N_, Message
from engine.workspace.account import AccountFile
from engine.workspace.account_fields import HttpAuth
from engine.workspace.account_settings import (
    AlibabaMailSettings,
    AlibabaSmsSettings,
    HttpSmsSettings,
    KafkaSettings,
    SmtpSettings,
    UmengSettings,
    WebhookSettings,
    WechatSettings,
)
from engine.workspace.engine_folder import user_data_folder
from engine.workspace.vault import Vault

FILE_NAME = "secrets.json"

_AUTH_SECRETS = {
    "basic": N_("Password"),
    "bearer": N_("Token"),
    "header": N_("Key"),
    "signature": N_("Key of the signature"),
    "standard": N_("Signing secret (whsec_…)"),
}


class SecretField(NamedTuple):
    """One secret that an account needs: its name in the keyring's entry, and what people call it."""

    name: str
    label: Message


def secret_fields(account: AccountFile) -> tuple[SecretField, ...]:
    """The secrets that the account needs, in the order in which they are asked for."""
    match account.settings:
        case AlibabaSmsSettings() | AlibabaMailSettings():
            return (SecretField("access_key_secret", Message(N_("AccessKey secret"))),)
        case SmtpSettings(user=user) if user:
            return (SecretField("password", Message(N_("Password"))),)
        case WechatSettings(encrypted=encrypted):
            app_secret = SecretField("app_secret", Message(N_("App secret")))
            return (
                (app_secret, SecretField("aes_key", Message("EncodingAESKey")))
                if encrypted
                else (app_secret,)
            )
        case UmengSettings() as umeng:
            return tuple(_push_secrets(umeng))
        case HttpSmsSettings(auth=HttpAuth() as auth) | WebhookSettings(auth=HttpAuth() as auth):
            label = _AUTH_SECRETS.get(auth.type)
            return (SecretField("key", Message(label)),) if label else ()
        case KafkaSettings() as kafka if kafka.signs_in:
            return (SecretField("password", Message(N_("Password"))),)
        case _:
            return ()


def _push_secrets(settings: UmengSettings) -> list[SecretField]:
    found = []
    for app in settings.apps:
        for system, words in (("android", "Android"), ("ios", "iOS")):
            if not isinstance(app, str) and getattr(app, f"{system}_key"):
                label = Message(N_("App master secret of {app}, {system}"), app=app.id, system=words)
                found.append(SecretField(f"{app.id}/{system}", label))
    return found


def destination(account: AccountFile) -> str:
    """Where an account's secrets are sent to: they are given to no other place."""
    settings = account.settings
    match settings:
        case SmtpSettings():
            place = f"{settings.host.lower()}:{settings.the_port} {settings.security} {settings.user}"
        case KafkaSettings():
            place = f"{' '.join(settings.brokers)} {settings.security} {settings.user}"
        case HttpSmsSettings():
            place = f"{_origin(settings.url)} {_origin(settings.check_url)}"
        case WebhookSettings():
            place = _origin(settings.url)
        case AlibabaSmsSettings() | AlibabaMailSettings():
            place = f"{settings.endpoint or settings.region} {settings.access_key_id}"
        case WechatSettings():
            place = f"{settings.endpoint or ''} {settings.app_id}"
        case UmengSettings():
            place = settings.endpoint or ""
        case _:
            place = ""
    return f"{account.kind} {place.strip()}"


def _origin(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{(parts.hostname or '').lower()}:{parts.port or ''}"
    except ValueError:
        return url


class Secrets:
    """The secrets of one workspace's accounts. Values are never logged, and stand in no error."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace.resolve()

    def store(self, account: AccountFile, values: Mapping[str, str]) -> bool:
        """Keep an account's secrets instead of those before; an empty mapping forgets them.

        False where there is no keyring and they went to the file, which the user is told. Raises `FileError`
        where that cannot be written either.
        """
        kept = {name: value for name, value in values.items() if value}
        if not kept:
            self.forget(account.id)
            return True
        entry = json.dumps({"for": destination(account), "values": kept}, ensure_ascii=False)
        return _vault().store(self._name(account.id), entry)

    def load(self, account: AccountFile) -> dict[str, str]:
        """The account's secrets by name; empty where there are none, or its address is another since."""
        found = self._entry(account.id)
        return dict(found.values) if found and found.destination == destination(account) else {}

    def missing(self, account: AccountFile) -> tuple[SecretField, ...]:
        """The secrets that the account needs and that are not here."""
        known = self.load(account)
        return tuple(field for field in secret_fields(account) if not known.get(field.name))

    def was_for_another_address(self, account: AccountFile) -> bool:
        """Whether there are secrets, but entered while the account had another address."""
        found = self._entry(account.id)
        return found is not None and found.destination != destination(account)

    def forget(self, account_id: str) -> None:
        """Remove an account's secrets. Raises `FileError`."""
        _vault().forget(self._name(account_id))

    def _entry(self, account_id: str) -> _Entry | None:
        text = _vault().load(self._name(account_id))
        try:
            raw = json.loads(text) if text else None
            return None if raw is None else _Entry(str(raw["for"]), dict(raw["values"]))
        except (ValueError, KeyError, TypeError):
            return None

    def _name(self, account_id: str) -> str:
        """What the entry is called, also for people who look into their keyring."""
        return f"{account_id} @ {self._workspace}"


class _Entry(NamedTuple):
    destination: str
    values: Mapping[str, str]


def _vault() -> Vault:
    return Vault(user_data_folder() / FILE_NAME)
