"""Secrets of accounts: where they are kept, and that no other address gets them."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from engine.workspace.account import ACCOUNT, AccountFile
from engine.workspace.secrets import FILE_NAME, Secrets, secret_fields


def account(kind: str = "smtp", id: str = "acc_mail", **settings: Any) -> AccountFile:
    raw = {"format": "account", "version": 1, "id": id, "name": "Mail", "kind": kind, "settings": settings}
    return ACCOUNT.adapter.validate_python(raw)


SMTP = account(host="smtp.example.com", user="shop")


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAMPAIGN_CANVAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "data"


class MemoryKeyring(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


def test_without_a_keyring_they_stand_in_a_file_of_their_owner(tmp_path: Path, data_folder: Path) -> None:
    secrets = Secrets(tmp_path / "shop")
    assert secrets.store(SMTP, {"password": "hunter2"}) is False
    assert stat.S_IMODE((data_folder / FILE_NAME).stat().st_mode) == 0o600
    assert secrets.load(SMTP) == {"password": "hunter2"}
    assert secrets.missing(SMTP) == ()
    assert Secrets(tmp_path / "other").load(SMTP) == {}  # another workspace with an account of the same id
    secrets.forget("acc_mail")
    assert secrets.load(SMTP) == {}
    assert [field.name for field in secrets.missing(SMTP)] == ["password"]


def test_with_a_keyring_nothing_of_them_is_in_a_file(tmp_path: Path, data_folder: Path) -> None:
    before = keyring.get_keyring()
    secrets = Secrets(tmp_path / "shop")
    secrets.store(SMTP, {"password": "before"})
    try:
        keyring.set_keyring(MemoryKeyring())
        assert secrets.store(SMTP, {"password": "hunter2"}) is True
        assert secrets.load(SMTP) == {"password": "hunter2"}
        assert "acc_mail" not in (data_folder / FILE_NAME).read_text()
        secrets.store(SMTP, {"password": ""})
        assert secrets.load(SMTP) == {}
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("smtp", {"host": "smtp.example.com", "user": "a"}, {"host": "evil.example", "user": "a"}),
        ("smtp", {"host": "h", "user": "a"}, {"host": "h", "user": "a", "security": "none"}),
        (
            "webhook",
            {"url": "https://a.example/x", "id_types": ["m"], "auth": {"type": "bearer"}},
            {"url": "http://a.example/x", "id_types": ["m"], "auth": {"type": "bearer"}},
        ),
        ("wechat", {"app_id": "wx1"}, {"app_id": "wx1", "endpoint": "evil.example"}),
        ("alibaba_sms", {"region": "cn-hangzhou"}, {"region": "cn-hangzhou", "endpoint": "evil.example"}),
    ],
)
def test_a_file_that_names_another_address_gets_no_secret(
    tmp_path: Path, kind: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    secrets = Secrets(tmp_path)
    entered = account(kind, **before)
    (field, *_) = secret_fields(entered)
    secrets.store(entered, {field.name: "hunter2"})
    assert secrets.load(entered) == {field.name: "hunter2"}
    changed = account(kind, **after)
    assert secrets.load(changed) == {}
    assert secrets.was_for_another_address(changed)


def test_a_path_of_the_same_server_keeps_the_secret(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)
    hook: dict[str, Any] = {"id_types": ["m"], "auth": {"type": "bearer"}}
    secrets.store(account("webhook", url="https://a.example/x", **hook), {"key": "k"})
    assert secrets.load(account("webhook", url="https://A.example/y", **hook)) == {"key": "k"}


def test_what_each_kind_needs() -> None:
    def names(kind: str, **settings: Any) -> list[str]:
        return [field.name for field in secret_fields(account(kind, **settings))]

    assert names("simulated") == []
    assert names("smtp", host="h") == []
    assert names("alibaba_mail") == ["access_key_secret"]
    assert names("umeng", apps=["old", {"id": "shop", "android_key": "a", "ios_key": "i"}]) == [
        "shop/android",
        "shop/ios",
    ]
    assert names("http_sms", url="https://a.example", auth={"type": "none"}) == []
    assert names("kafka", brokers=["b"], topic="t", id_types=["m"], security="sasl_ssl", user="u") == [
        "password"
    ]
