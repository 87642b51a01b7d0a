"""Messages tried out: what they say, to whom they may go, the mark, and what is told of the outcome."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import cli, i18n
from engine.channels.adapter import Delivery, Outcome
from engine.channels.contents import (
    EmailContent,
    Keyword,
    PushContent,
    SmsContent,
    TemplateMessageContent,
    ValuesContent,
    WechatMessageContent,
)
from engine.channels.trial import NotTriable, of_component, of_message
from engine.channels.trial_sending import NotListed, delivery, marked, payload, send, shown, takes_mark
from engine.components.wechat_message import Content
from engine.workspace.account import SIMULATED_ID, AccountFile
from engine.workspace.message import MESSAGE
from engine.workspace.settings import TrialAddress
from engine.workspace.workspace import Workspace
from tests.app.panels.samples import CONFIGS, sample_workspace
from tests.engine.channels.fakes.everything import CASES, Case, account
from tests.engine.shop import campaign_path, make_shop

MOBILE = "+8613800138000"
SIMULATED = account("simulated")
BY_NAME = {case.name: case for case in CASES}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return sample_workspace(tmp_path_factory.mktemp("sample") / "shop")


def listing(workspace: Workspace, *addresses: tuple[str, str], **more: Any) -> Any:
    listed = tuple(TrialAddress(id_type=kind, address=address) for kind, address in addresses)
    return workspace.settings.model_copy(update={"test_addresses": listed, **more})


# ---- what it says, and to whom it goes


@pytest.mark.parametrize(
    ("kind", "id_type", "variables"),
    [
        ("text_sms", "mobile", ("first_name", "code")),
        ("digital_sms", "mobile", ("first_name",)),
        ("email", "email", ("first_name",)),
        ("wechat_message", "openid:acc_wechat", ("name",)),
        ("template_message", "openid:acc_wechat", ("name",)),
        ("app_push", "device:shop:alias", ("name",)),
        ("webhook", "member", ("city",)),
        ("push_kafka", "member", ("level",)),
    ],
)
def test_every_component_that_sends_can_be_tried(
    workspace: Workspace, kind: str, id_type: str, variables: tuple[str, ...]
) -> None:
    trial = of_component(workspace, kind, CONFIGS[kind][0])
    assert (trial.id_type, trial.variables) == (id_type, variables)
    address = {"mobile": MOBILE, "email": "a@b.example"}.get(id_type, "x-1")
    values = {variables[0]: "Ann"}
    test = delivery(listing(workspace, (id_type, address)), trial, address, values)
    said = payload(trial.account, test) or str(shown(trial, test, values))
    assert "Ann" in said
    assert "${" not in said
    assert test.test
    if isinstance(test.content, ValuesContent):
        assert '"test": true' in said


def test_a_component_that_is_not_configured_says_why(workspace: Workspace) -> None:
    with pytest.raises(NotTriable, match="Choose an SMS account"):
        of_component(workspace, "text_sms", {})
    with pytest.raises(NotTriable, match="nothing that could be tried"):
        of_component(workspace, "end", {})


def test_a_draft_can_be_tried_before_it_is_approved(workspace: Workspace) -> None:
    draft = workspace.messages["m_care"].model_copy(update={"status": "draft"})
    trial = of_message(workspace, draft, "acc_sms", "Brand")
    assert (trial.id_type, trial.bindings["first_name"].key) == ("mobile", "first_name")
    with pytest.raises(NotTriable, match="Set the signature"):
        of_message(workspace, draft, "acc_sms")
    with pytest.raises(NotTriable, match="does not send such messages"):
        of_message(workspace, draft, "acc_mail", "Brand")


def test_a_person_gets_it_in_the_language_that_an_attribute_says(workspace: Workspace) -> None:
    languages = {"attribute": "city", "contents": {"zh-TW": {"text": "${first_name} 你好 ${code}"}}}
    raw = workspace.messages["m_care"].model_dump(by_alias=True) | {"languages": languages}
    trial = of_message(workspace, MESSAGE.adapter.validate_python(raw), SIMULATED_ID)
    assert (trial.languages, trial.variables) == (("zh-TW",), ("first_name", "code"))
    spoken = trial.language_of({"city": "zh_tw"})
    settings = listing(workspace, ("mobile", MOBILE))
    test = delivery(settings, trial, MOBILE, {"first_name": "Ann"}, spoken)
    assert test.content.text == "[测试] Ann 你好 "  # type: ignore[union-attr]
    assert trial.said({"first_name": "Ann"}, "fr")["text"] == "Dear Ann, your coupon  waits for you."


@pytest.mark.parametrize("written", [MOBILE, "138 0013 8000", "008613800138000"])
def test_a_listed_address_counts_however_it_is_written(workspace: Workspace, written: str) -> None:
    trial = of_message(workspace, workspace.messages["m_care"], "acc_sms", "Brand")
    test = delivery(listing(workspace, ("mobile", "13800138000")), trial, written, {})
    assert test.address == MOBILE


@pytest.mark.parametrize("listed", [[], [("mobile", "+8613900139000")], [("member", MOBILE)]])
def test_any_other_address_is_refused_with_the_way_to_the_setting(
    workspace: Workspace, listed: list[tuple[str, str]]
) -> None:
    trial = of_message(workspace, workspace.messages["m_care"], "acc_sms", "Brand")
    with pytest.raises(NotListed, match="Settings, under Test sends") as refused:
        delivery(listing(workspace, *listed), trial, MOBILE, {})
    assert MOBILE not in str(refused.value)  # a sentence may come to stand in a log


# ---- the mark


def test_the_mark_stands_where_people_read_it() -> None:
    sms = SmsContent("Hi", "Brand", "", {}, marketing=True)
    assert marked(sms, SIMULATED, "zh").text == "[测试] Hi"  # type: ignore[union-attr]
    email = EmailContent("a@b.example", "", "Hi", "", "Hi")
    assert marked(email, account("smtp"), "zh-TW").subject == "【测试】Hi"  # type: ignore[union-attr]
    push = PushContent("shop", "ios", "idfa", "", "Sale", "Now", "open_app")
    assert marked(push, account("umeng"), "de").title == "[Test] Sale"  # type: ignore[union-attr]
    keywords = (Keyword("amount1", "5"), Keyword("thing2", "x" * 18), Keyword("remark", "Bye"))
    template = TemplateMessageContent("T1", keywords)
    texts = [one.text for one in marked(template, account("wechat"), "en").keywords]  # type: ignore[union-attr]
    assert texts == ["5", "x" * 18, "[Test] Bye"]


def test_what_cannot_be_marked_is_known_before() -> None:
    sms = SmsContent("Hi", "Brand", "SMS_1", {}, marketing=True)
    assert not takes_mark(sms, account("alibaba_sms"))  # it sends the text that it has approved
    by_code = [{"name": "template", "value": "${template}"}]
    assert not takes_mark(sms, account("http_sms", url="https://sms.example", fields=by_code))
    assert not takes_mark(WechatMessageContent(Content(image="m1")), account("wechat"))
    assert takes_mark(ValuesContent({}), account("kafka", brokers=["k:1"], topic="t", id_types=["mobile"]))


# ---- sending


def _sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, case: Case, change: Callable[[Any], None]) -> Any:
    """What is told of a test to the fake of a case, and the fake."""
    shop = make_shop(tmp_path / "shop")
    shop.save_settings(listing(shop, allowed_addresses=("127.0.0.0/8",)))
    monkeypatch.setattr("engine.workspace.secrets.Secrets.load", lambda *_: case.secrets)
    monkeypatch.setattr("engine.workspace.secrets.Secrets.missing", lambda *_: ())
    with case.make() as fake:
        change(fake)
        file = case.account(fake)
        before = sorted(path for path in shop.folder.rglob("*"))
        told = send(shop, file, _test(case, file))
        assert sorted(path for path in shop.folder.rglob("*")) == before  # written down nowhere
        return told, fake


def _test(case: Case, file: AccountFile) -> Delivery:
    one = case.delivery(1, marked(case.content(1), file, "en"))
    return Delivery(one.key, "test-1", "test", one.id_type, one.address, one.content, test=True)


@pytest.mark.parametrize("name", ["webhook-standard", "http_sms-json", "smtp", "template_message"])
def test_it_is_sent_once_through_the_account(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    told, fake = _sent(monkeypatch, tmp_path, BY_NAME[name], lambda _fake: None)
    assert (told.result, str(told.message)) == ("accepted", "The provider has taken the message.")
    assert sum(fake.sent.values()) == 1
    if name == "webhook-standard":
        assert (fake.tests, told.reference) == (1, "id-1")
    if name == "smtp":
        assert fake.mails[0]["Subject"].startswith("=?utf-8?")
    if name == "template_message":
        assert fake.told[0]["data"]["first"]["value"] == "[Test] 你好 1"


def test_a_refusal_a_doubt_and_no_connection_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = BY_NAME["webhook-standard"]
    refused, fake = _sent(monkeypatch, tmp_path / "1", case, lambda fake: fake.refuse(case.address(1)))
    assert str(refused.message) == "The provider refuses the message: no_such_member."
    assert not fake.sent
    lost, fake = _sent(monkeypatch, tmp_path / "2", case, lambda fake: fake.misbehave("reset"))
    assert lost.result == "unknown"
    assert "See whether it arrives" in str(lost.message)
    assert fake.asked == 1  # nobody sends it again
    gone, _ = _sent(monkeypatch, tmp_path / "3", case, lambda fake: fake.stop())
    assert (gone.result, gone.sent) == ("not_sent", False)
    assert "refuses connections" in str(gone.message)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("webhook-standard", lambda fake: fake.misbehave("reset"), "the connection broke off. See"),
        ("webhook-standard", lambda fake: fake.misbehave("broken"), "the answer was HTTP status 500. See"),
        (
            "webhook-standard",
            lambda fake: fake.misbehave("busy"),
            "the answer was HTTP status 429. The provider",
        ),
        ("template_message", lambda fake: fake.refuse("openid-1"), "refuses the message: not a follower."),
        (
            "template_message",
            lambda fake: setattr(fake, "secret", "another"),
            "signing in failed: 40125. The provider takes nothing from this account for now.",
        ),
    ],
)
def test_the_reason_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, change: Callable[[Any], None], said: str
) -> None:
    told, _ = _sent(monkeypatch, tmp_path, BY_NAME[name], change)
    assert said in str(told.message)


def test_a_secret_that_is_missing_is_named(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    file = account("webhook", url="https://a.example", id_types=["mobile"], auth={"type": "bearer"})
    told = send(shop, file, Delivery("k", "r", "test", "mobile", MOBILE, ValuesContent({}), test=True))
    assert told.result == "not_sent"
    assert "lacks a secret" in str(told.message)


def test_an_adapter_that_breaks_leaves_it_in_doubt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Broken:
        async def send(self, _batch: Any) -> list[Outcome]:
            raise RuntimeError(MOBILE)

        async def close(self) -> None: ...

    monkeypatch.setattr("engine.channels.trial_sending.opener", lambda _workspace: lambda _account: Broken())
    file = account("webhook", url="https://a.example", id_types=["mobile"])
    told = send(make_shop(tmp_path / "shop"), file, _test(BY_NAME["webhook-standard"], SIMULATED))
    assert told.result == "unknown"
    assert MOBILE not in str(told.message)
    assert "RuntimeError" in str(told.message)


# ---- on the command line


def test_the_command_line_sends_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = make_shop(tmp_path / "shop")
    shop.save_settings(listing(shop, ("mobile", MOBILE)))

    def run(*arguments: str) -> tuple[int, str]:
        try:
            status = cli.main(["message", *arguments, "--workspace", str(shop.folder)])
        finally:
            i18n.set_language("en")
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    status, said = run("test", "Hello", "--to", "13800138000", "--from", "Shop")
    assert status == 0
    assert said.startswith("[Test] Hello!\n")
    assert "nothing has left the computer" in said
    status, said = run("test-component", str(campaign_path(shop)), "Hello", "--to", MOBILE)
    assert (status, said.startswith("[Test] Hello!\n")) == (0, True)
    status, said = run("test", "Hello", "--to", "+8613900139000", "--from", "Shop")
    assert status == 1
    assert "Settings, under Test sends (mobile)" in said
    assert run("test-component", str(campaign_path(shop)), "nobody", "--to", MOBILE)[0] == 1
