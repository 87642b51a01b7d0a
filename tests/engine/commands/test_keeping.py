"""`account`, `catalog`, `coupon`, `suppression` and `calendar` on the command line."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine import cli, i18n
from engine.workspace.account import SmtpAccount
from engine.workspace.account_settings import SmtpSettings
from engine.workspace.catalog_edits import put
from engine.workspace.secrets import Secrets
from engine.workspace.workspace import Workspace
from tests.engine.shop import make_shop

Run = Callable[..., tuple[int, list[str]]]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CAMPAIGN_CANVAS_HOME", str(tmp_path / "home"))
    yield
    i18n.set_language("en")


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_shop(tmp_path / "shop")


@pytest.fixture
def run(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, list[str]]:
        status = cli.main([*map(str, arguments), "--workspace", str(shop.folder)])
        captured = capsys.readouterr()
        return status, (captured.out + captured.err).splitlines()

    return call


def test_accounts_are_checked_and_secrets_kept(
    run: Run, shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("account", "check") == (
        0,
        ["Simulated: ok: A simulated account accepts everything and sends nothing."],
    )
    settings = SmtpSettings.model_validate_json(
        '{"host": "127.0.0.1", "port": 1, "security": "none", "user": "u", "senders": ["a@b.example"]}'
    )
    shop.save_account(SmtpAccount(id="acc_mail", name="Mail", kind="smtp", settings=settings))
    assert run("account", "check", "Mail") == (1, ["Mail: failed: Enter this first: Password."])
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter2\n"))
    status, lines = run("account", "secret", "acc_mail")
    assert (status, lines) == (0, ["There is no keyring: kept in a file only you can read."])
    assert Secrets(shop.folder).load(shop.accounts["acc_mail"]) == {"password": "hunter2"}
    status, lines = run("account", "check", "acc_mail")
    assert (status, lines[0]) == (
        1,
        "Mail: failed: 127.0.0.1:1 refuses connections. Check address and port.",
    )
    assert run("account", "check", "gone")[0] == 1


def test_catalog(run: Run) -> None:
    status, lines = run("catalog", "show")
    assert status == 0
    assert "attribute\tcity\ttext" in lines
    assert run("catalog", "uses", "attribute", "city") == (0, ["audience\ta_rome\tRome"])
    assert run("catalog", "uses", "song", "city")[0] == 1


def test_coupons(run: Run, shop: Workspace, tmp_path: Path) -> None:
    shop.save_catalog(put(shop.catalog, "coupons", "cp_1", {"name": "Ten off", "value": "10"}))
    codes = tmp_path / "codes.csv"
    codes.write_text("code\nA\nB\nA\n", encoding="utf-8")
    status, lines = run("coupon", "import", "cp_1", codes)
    assert (status, lines) == (
        0,
        ["added: 2", "repeated: 1", "rejected: 1", "codes.csv:4: The pool has this code already."],
    )
    assert run("coupon", "list") == (0, ["cp_1\tTen off\t2\t0\t2"])
    assert run("coupon", "codes", "cp_1", "--state", "free")[1] == [
        "code,person_id,campaign,node,issued_at",
        "A,,,,",
        "B,,,,",
    ]
    assert run("coupon", "import", "cp_gone", codes)[0] == 1


def test_suppression(run: Run, tmp_path: Path) -> None:
    assert run("suppression", "add", "member", "m1", "m2") == (0, ["2 addresses are suppressed now."])
    assert run("suppression", "remove", "member", "m1") == (0, ["1 address may have messages again."])
    out = tmp_path / "out.csv"
    assert run("suppression", "export", out) == (0, ["1 address written."])
    assert run("suppression", "import", out)[1] == ["added: 0", "repeated: 1", "rejected: 0"]
    assert run("suppression", "list", "--search", "M2") == (0, ["type,value", "member,m2"])


def test_calendar(run: Run, shop: Workspace) -> None:
    document = shop.load_campaign("c_hello")
    from engine.campaign.edits import set_attributes

    start = document.attributes.model_copy(update={"start": "2026-12-05T09:00:00+01:00"})
    document.apply(set_attributes(document, start).ops)
    shop.save_campaign(document)
    assert run("calendar", "--from", "2026-12-01", "--until", "2026-12-31") == (
        0,
        ["2026-12-05\t09:00\tdraft\tHello Rome"],
    )
    for unclear in (
        "2026-13-01",
        "0001-01-01",
        "9999-12-31",
    ):  # at the ends of the calendar nothing can be reckoned
        assert run("calendar", "--from", unclear)[0] == 1
