"""What each adapter does of its own, beside what all of them do (`test_conformance.py`)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest
from aiohttp import web

from engine.channels.adapter import Accepted, Adapter, Delivery, Later, Outcome, Refused, Unknown
from engine.channels.answers import seconds_to_wait
from engine.channels.contents import EmailContent, PushContent, SmsContent, ValuesContent
from engine.channels.network import Network
from engine.channels.providers import adapter_of
from engine.channels.verdict import NotReached
from tests.engine.channels.fakes.everything import CANARY, CASES, LOOPBACK, PATIENT, Case, account
from tests.engine.channels.fakes.kafka import KafkaFake
from tests.engine.channels.fakes.mail import MailFake
from tests.engine.channels.fakes.over_http import HttpFake
from tests.engine.channels.fakes.webhook import WebhookFake

BY_NAME = {case.name: case for case in CASES}


def handed(adapter: Adapter, *batches: Sequence[Delivery]) -> list[Sequence[Outcome]]:
    """What becomes of batches, one after the other."""

    async def work() -> list[Sequence[Outcome]]:
        try:
            return [await adapter.send(batch) for batch in batches]
        finally:
            await adapter.close()

    return asyncio.run(work())


def deliveries(case: Case, count: int) -> list[Delivery]:
    return [case.delivery(number) for number in range(count)]


class Answering(HttpFake):
    """Answers everything alike."""

    def __init__(self, status: int, headers: dict[str, str] | None = None, text: str = "") -> None:
        super().__init__()
        self.said = status, headers, text
        self.paths: list[str] = []

    def answer(self, request: web.BaseRequest, body: bytes) -> web.Response:
        status, headers, text = self.said
        self.paths.append(request.path)
        return web.Response(status=status, headers=headers, text=text)


# ---- webhooks


@pytest.mark.parametrize(
    ("status", "headers", "without", "with_keys"),
    [
        (204, {}, Accepted(), Accepted()),
        (404, {}, Refused("http_404"), Refused("http_404")),
        (410, {}, Refused("http_410"), Refused("http_410")),
        (408, {}, Later("http_408"), Later("http_408")),
        (425, {}, Later("http_425"), Later("http_425")),
        (401, {}, Later("http_401", whole_account=True), Later("http_401", whole_account=True)),
        (
            302,
            {"Location": "/x"},
            Later("http_302", whole_account=True),
            Later("http_302", whole_account=True),
        ),
        (500, {}, Unknown("http_500"), Later("http_500")),
        (503, {"Retry-After": "9"}, Unknown("http_503"), Later("http_503", 9.0, whole_account=True)),
    ],
)
def test_what_a_webhook_is_answered(
    status: int, headers: dict[str, str], without: Outcome, with_keys: Outcome
) -> None:
    with Answering(status, headers) as fake:
        told: dict[str, Any] = {"url": f"{fake.url}/gift", "id_types": ["mobile"]}
        keys = {"key_lifetime": {"amount": 2, "unit": "hour"}}
        for more, wanted in (({}, without), (keys, with_keys)):
            adapter = adapter_of(account("webhook", **told, **more), {}, LOOPBACK)
            assert adapter.traits.key_lifetime == (7200 if more else None)
            assert handed(adapter, [BY_NAME["webhook-single"].delivery(1)]) == [[wanted]]
        assert set(fake.paths) == {"/gift"}  # nobody went where it pointed to


def test_how_long_to_wait() -> None:
    assert seconds_to_wait(" 12 ") == 12
    assert seconds_to_wait("9" * 40) == 24 * 3600
    assert 50 < (seconds_to_wait(formatdate(formatdate_in(60), usegmt=True)) or 0) <= 60
    assert seconds_to_wait("Thu, 01 Jan 1970 00:00:00 GMT") == 0
    for nonsense in ("", "soon", "-1", "1.5", "٣"):
        assert seconds_to_wait(nonsense) is None


def formatdate_in(seconds: float) -> float:
    import time

    return time.time() + seconds


@pytest.mark.parametrize("heeds_keys", [True, False])
def test_what_comes_twice_with_one_key(heeds_keys: bool) -> None:
    case = BY_NAME["webhook-single"]
    with WebhookFake("standard", CANARY, heeds_keys=heeds_keys) as fake:
        one = case.delivery(1)
        fake.misbehave("reset")
        assert handed(case.adapter(fake), [one], [one]) == [
            [Unknown("connection_lost")],
            [Accepted("id-1" if heeds_keys else "id-2")],
        ]
        assert fake.ids == [one.key, one.key]
        assert fake.sent[one.address] == (1 if heeds_keys else 2)


def test_a_request_that_the_network_doubles_is_sent_once_by_who_heeds_keys() -> None:
    case = BY_NAME["webhook-standard"]
    with WebhookFake("standard", CANARY, heeds_keys=True) as fake:
        batch = deliveries(case, 3)
        fake.misbehave("duplicate")
        (outcomes,) = handed(case.adapter(fake), batch)
        assert {type(one) for one in outcomes} == {Accepted}
        assert (fake.twice(), len(fake.sent)) == ([], 3)


def test_a_batch_is_named_by_its_messages() -> None:
    case = BY_NAME["webhook-standard"]
    with case.make() as fake:
        batch = deliveries(case, 3)
        handed(case.adapter(fake), batch, batch, batch[:2])
        assert fake.ids[0] == fake.ids[1] != fake.ids[2]


def test_people_of_several_types_go_in_requests_of_their_own_and_tests_are_marked() -> None:
    case = BY_NAME["webhook-standard"]
    with case.make() as fake:
        batch = deliveries(case, 4)
        batch[1] = batch[1]._replace(id_type="email")
        batch[2] = batch[2]._replace(test=True)
        (outcomes,) = handed(case.adapter(fake), batch)
        assert [type(one) for one in outcomes] == [Accepted] * 4
        assert (fake.asked, fake.tests) == (3, 1)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ('{"results": [{"key": "KEY", "status": "later", "code": "full"}]}', Later("full")),
        (
            '{"results": [{"key": "KEY", "status": "refused", "code": "call +8613900000001"}]}',
            Refused("refused"),
        ),
        ('{"results": [{"key": "KEY", "status": "maybe"}]}', Unknown("garbled_answer")),
        ('{"results": [{"key": "KEY"}, 7, {"key": []}]}', Unknown("garbled_answer")),
        ('{"results": "all of them"}', Accepted()),
        ("<html>results", Accepted()),
    ],
)
def test_a_receiver_tells_people_apart(said: str, wanted: Outcome) -> None:
    one, other = BY_NAME["webhook-single"].delivery(1), BY_NAME["webhook-single"].delivery(2)
    with Answering(200, None, said.replace("KEY", one.key)) as fake:
        adapter = adapter_of(account("webhook", url=fake.url, id_types=["mobile"]), {}, LOOPBACK)
        assert handed(adapter, [one, other]) == [[wanted, Accepted()]]


def test_inside_a_network_nothing_is_sent_unless_it_is_listed() -> None:
    with WebhookFake() as fake:
        made = account("webhook", url=fake.url, id_types=["mobile"])
        with pytest.raises(NotReached) as refused:
            handed(adapter_of(made, {}, Network()), [BY_NAME["webhook-single"].delivery(1)])
        assert "Settings, Sending" in str(refused.value)
        assert fake.asked == 0


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    with Answering(200, None, "x" * 3_000_000) as fake:
        adapter = adapter_of(account("webhook", url=fake.url, id_types=["mobile"]), {}, LOOPBACK)
        assert handed(adapter, [BY_NAME["webhook-single"].delivery(1)]) == [[Accepted()]]


# ---- SMS


def test_numbers_of_a_platforms_answer_are_no_reason() -> None:
    case = BY_NAME["http_sms-json"]
    with case.make() as fake:
        fake.refuse(case.address(1))
        assert handed(case.adapter(fake), [case.delivery(1)]) == [[Refused("E105")]]


def test_a_line_break_makes_no_header() -> None:
    headers = [{"name": "X-Text", "value": "${text}"}]
    with Answering(200) as fake:
        made = account("http_sms", url=fake.url, headers=headers, signatures=["Brand"])
        evil = SmsContent("Hi\r\nX-Evil: 1", "Brand", "", {}, marketing=True)
        one = BY_NAME["http_sms-json"].delivery(1, evil)
        assert handed(adapter_of(made, {}, LOOPBACK), [one]) == [[Refused("bad_header")]]
        assert fake.asked == 0


def test_three_wrong_numbers_of_a_hundred_are_found_by_halves() -> None:
    case = BY_NAME["alibaba_sms"]
    with case.make() as fake:
        batch = deliveries(case, 100)
        batch[7] = batch[7]._replace(address="12345")
        fake.refuse(batch[50].address, batch[99].address)
        (outcomes,) = handed(case.adapter(fake), batch)
        refused = [place for place, one in enumerate(outcomes) if isinstance(one, Refused)]
        assert (refused, fake.twice(), sum(fake.sent.values())) == ([7, 50, 99], [], 97)
        assert fake.asked < 45


def test_a_phone_that_shows_no_digital_sms_stops_nobody() -> None:
    case = BY_NAME["alibaba_digital"]
    with case.make() as fake:
        fake.old_phones.add(case.address(1))
        (outcomes,) = handed(case.adapter(fake), deliveries(case, 3))
        assert [type(one) for one in outcomes] == [Accepted, Refused, Accepted]
        assert (outcomes[1], fake.asked, sum(fake.sent.values())) == (Refused("not_supported"), 1, 2)


def test_what_alibaba_is_told() -> None:
    case = BY_NAME["alibaba_sms"]
    with case.make() as fake:
        abroad = case.delivery(1)._replace(address="+8613900000001")
        other = case.delivery(2, SmsContent("x", "Brand", "SMS_2", {}, marketing=False))
        none = case.delivery(3, SmsContent("x", "Brand", "", {}, marketing=False))
        (outcomes,) = handed(case.adapter(fake), [abroad, other, none])
        assert [type(one) for one in outcomes] == [Accepted, Accepted, Refused]
        assert {call["TemplateCode"]: call["PhoneNumberJson"] for call in fake.calls} == {
            "SMS_1": '["13900000001"]', "SMS_2": '["13900000002"]',
        }  # fmt: skip
        assert fake.calls[0]["TemplateParamJson"] == '[{"name": "顾客 1"}]'


@pytest.mark.parametrize("name", ["alibaba_sms", "alibaba_mail", "umeng-tokens"])
def test_a_wrong_secret_concerns_the_whole_account(name: str) -> None:
    case = BY_NAME[name]
    with case.make() as fake:
        fake.secret = "another"
        ((outcome,),) = handed(case.adapter(fake), [case.delivery(1)])
        assert isinstance(outcome, Later)
        assert outcome.whole_account
        assert not fake.sent


def test_a_sender_with_a_random_ending_is_made_by_directmail_itself() -> None:
    case = BY_NAME["alibaba_mail"]
    with case.make() as fake:
        one = case.delivery(1)
        assert isinstance(one.content, EmailContent)
        random = one._replace(content=replace(one.content, sender="news-x7f2@shop.example"))
        several = case.delivery(2)._replace(address="a@b.example,c@d.example")
        (outcomes,) = handed(case.adapter(fake), [one, random, several])
        assert [type(outcome) for outcome in outcomes] == [Accepted, Accepted, Refused]
        assert sorted(call["AddressType"] for call in fake.calls) == ["0", "1"]
        assert "List-Unsubscribe=One-Click" in fake.calls[0]["Headers"]


# ---- WeChat


def test_one_token_serves_all_and_is_fetched_anew_when_it_has_run_out() -> None:
    case = BY_NAME["wechat_message"]
    with case.make() as fake:

        async def work() -> list[Outcome]:
            adapter = case.adapter(fake, PATIENT)
            first = await asyncio.gather(*(adapter.send([one]) for one in deliveries(case, 20)))
            assert fake.tokens == 1
            fake.expire()
            second = await asyncio.gather(
                *(adapter.send([case.delivery(number)]) for number in range(20, 40))
            )
            await adapter.close()
            return [outcome for batch in (*first, *second) for outcome in batch]

        outcomes = asyncio.run(work())
        assert {type(one) for one in outcomes} == {Accepted}
        assert (fake.tokens, fake.twice(), len(fake.sent)) == (2, [], 40)


def test_who_does_not_follow_and_who_may_not_ask() -> None:
    case = BY_NAME["template_message"]
    with case.make() as fake:
        fake.refuse(case.address(1))
        assert handed(case.adapter(fake), [case.delivery(1)]) == [[Refused("not_follower")]]
        fake.secret = "another"
        assert handed(case.adapter(fake), [case.delivery(2)]) == [[Later("token_40125", whole_account=True)]]
        assert fake.told == []


def test_a_template_message_in_doubt_carries_its_key() -> None:
    case = BY_NAME["template_message"]
    with case.make() as fake:
        fake.heeds_keys = True
        handed(case.adapter(fake), [case.delivery(1)], [case.delivery(1)])
        assert fake.sent == {case.address(1): 1}
        assert fake.told[0]["data"] == {"first": {"value": "你好 1", "color": "#173177"}}


# ---- pushes


def test_the_same_words_go_to_several_devices_at_once() -> None:
    case = BY_NAME["umeng-tokens"]
    with case.make() as fake:
        batch = deliveries(case, 50)
        fake.refuse(batch[3].address, batch[44].address)
        (outcomes,) = handed(case.adapter(fake), batch)
        assert [place for place, one in enumerate(outcomes) if one == Refused("2012")] == [3, 44]
        assert (fake.twice(), sum(fake.sent.values())) == ([], 48)
        assert fake.asked < 25
        assert {call["type"] for call in fake.calls} <= {"listcast", "unicast"}


@pytest.mark.parametrize(
    ("touch_id", "alias_type", "wanted"),
    [("idfa", "", "IDFA"), ("alias", "member", "member"), ("imei", "", "IMEI")],
)
def test_other_ids_are_aliases(touch_id: str, alias_type: str, wanted: str) -> None:
    case = BY_NAME["umeng-aliases"]
    with case.make() as fake:
        push = PushContent("shop", "android", touch_id, alias_type, "A", "B", "open_page", "a.b.Page")
        two = case.delivery(2, push)._replace(address="a,b")
        ((first, second),) = handed(case.adapter(fake), [case.delivery(1, push), two])
        assert isinstance(first, Accepted)
        assert second == Refused("bad_address")
        assert fake.calls[0]["alias_type"] == wanted
        assert fake.calls[0]["payload"]["body"]["activity"] == "a.b.Page"


# ---- email


def test_a_connection_is_kept_and_an_end_of_it_sends_nothing_twice() -> None:
    case = BY_NAME["smtp"]
    with MailFake(CANARY, per_connection=3) as fake:
        batches = [[case.delivery(number)] for number in range(8)]
        assert {type(one[0]) for one in handed(case.adapter(fake), *batches)} == {Accepted}
        assert (fake.signed_in, fake.twice(), len(fake.sent)) == (3, [], 8)


def test_a_recipients_answer_is_read_by_its_code() -> None:
    case = BY_NAME["smtp"]
    with case.make() as fake:
        fake.refuse(case.address(1))
        fake.misbehave("busy")
        odd = case.delivery(3)._replace(address="a@b.example>\r\nRCPT TO:<c@d.example")
        found = handed(case.adapter(fake), [case.delivery(1)], [case.delivery(2)], [odd], [case.delivery(4)])
        assert found == [[Refused("550 5.1.1")], [Later("451 4.7.1")], [Refused("bad_address")], [Accepted()]]
        assert fake.signed_in == 1


def test_after_one_in_doubt_the_rest_of_a_batch_is_not_tried() -> None:
    case = BY_NAME["smtp"]
    with case.make() as fake:
        fake.misbehave("reset")
        (outcomes,) = handed(case.adapter(fake), deliveries(case, 3))
        assert outcomes == [Unknown("connection_lost"), Later("not_tried"), Later("not_tried")]
        assert sum(fake.sent.values()) == 1


def test_an_address_in_any_script_gets_its_email() -> None:
    case = BY_NAME["smtp"]
    with case.make() as fake:
        other = case.delivery(1)._replace(address="p@例子.公司")
        another = case.delivery(2)._replace(address="用户@mail.example.com")
        assert handed(case.adapter(fake), [other], [another]) == [[Accepted()], [Accepted()]]
        assert sorted(fake.sent) == ["p@xn--fsqu00a.xn--55qx5d", "用户@mail.example.com"]


def test_what_an_email_looks_like_on_arrival() -> None:
    case = BY_NAME["smtp"]
    with case.make() as fake:
        handed(case.adapter(fake), [case.delivery(1)])
        (mail,) = fake.mails
        assert mail["List-Unsubscribe"] == "<https://shop.example/u/1>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["Message-ID"] == f"<{case.delivery(1).key[:32]}@shop.example>"
        assert [part.get_content_type() for part in mail.walk()] == [
            "multipart/alternative", "text/plain", "text/html",
        ]  # fmt: skip


def test_a_wrong_password_is_said_without_it() -> None:
    case = BY_NAME["smtp"]
    with MailFake("another") as fake:
        with pytest.raises(NotReached) as refused:
            handed(case.adapter(fake), [case.delivery(1)])
        assert "refuses user or password (code 535)" in str(refused.value)
        assert CANARY not in str(refused.value)


# ---- Kafka


def test_a_message_that_is_too_large_stops_nobody() -> None:
    case = BY_NAME["kafka"]
    with case.make() as fake:
        batch = deliveries(case, 3)
        batch[1] = case.delivery(1, ValuesContent({"x": KafkaFake.too_large}))
        assert handed(case.adapter(fake), batch) == [[Accepted(), Refused("MSG_SIZE_TOO_LARGE"), Accepted()]]
        found = fake.read(2)
        assert found == {f"p{n}": [f'{{"name":"顾客 {n}","points":"{n}"}}'] for n in (0, 2)}


def test_brokers_that_go_leave_what_was_under_way_in_doubt() -> None:
    case = BY_NAME["kafka"]

    async def work(fake: KafkaFake) -> Sequence[Outcome]:
        adapter = case.adapter(fake, PATIENT._replace(answer=1.5))
        while await adapter.send([case.delivery(1)]) != [Accepted()]:
            pass  # a machine that is busy may take longer to begin
        fake.stop()
        try:
            return await adapter.send([case.delivery(2)])
        finally:
            await adapter.close()

    with case.make() as fake:
        assert asyncio.run(work(fake)) == [Unknown("_MSG_TIMED_OUT")]


def test_without_its_library_kafka_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    made = account("kafka", brokers=["127.0.0.1:1"], topic="t", id_types=["mobile"])
    with pytest.raises(NotReached) as refused:
        handed(adapter_of(made, {}, LOOPBACK), [BY_NAME["kafka"].delivery(1)])
    assert "pip install confluent-kafka" in str(refused.value)
