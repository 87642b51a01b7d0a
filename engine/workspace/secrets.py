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

from engine.files import save_bytes
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
from engine.workspace.engine_folder import APPLICATION, user_data_folder

FILE_NAME = "secrets.json"

_AUTH_SECRETS = {
    "basic": N_("Password"),
    "bearer": N_("Token"),
    "header": N_("Key"),
    "signature": N_("Key of the signature"),
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
        case WechatSettings():
            return (SecretField("app_secret", Message(N_("App secret"))),)
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
        name = self._name(account.id)
        if _to_keyring(name, entry):
            self._drop_from_file(name)
            return True
        _write_file(_read_file() | {name: entry})
        return False

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
        name = self._name(account_id)
        _from_keyring_removed(name)
        self._drop_from_file(name)

    def _drop_from_file(self, name: str) -> None:
        """A secret that is in the keyring now stays in no file beside it."""
        if name in (entries := _read_file()):
            del entries[name]
            _write_file(entries)

    def _entry(self, account_id: str) -> _Entry | None:
        name = self._name(account_id)
        text = _from_keyring(name) or _read_file().get(name)
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


def _path() -> Path:
    return user_data_folder() / FILE_NAME


def _read_file() -> dict[str, str]:
    try:
        found = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_file(entries: Mapping[str, str]) -> None:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_bytes(path, json.dumps(entries, ensure_ascii=False).encode(), private=True)


def _to_keyring(name: str, entry: str) -> bool:
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(APPLICATION, name, entry)
        return keyring.get_password(APPLICATION, name) == entry
    except KeyringError:
        return False


def _from_keyring(name: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(APPLICATION, name)
    except KeyringError:
        return None


def _from_keyring_removed(name: str) -> None:
    import keyring
    from keyring.errors import KeyringError

    try:
        if keyring.get_password(APPLICATION, name) is not None:
            keyring.delete_password(APPLICATION, name)
    except KeyringError:
        pass  # nothing of it was there to be removed
