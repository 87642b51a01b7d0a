"""Reports of providers: read as they are documented; forged, repeated, shuffled and truncated ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.channels.alibaba_answers import sms_id
from engine.channels.receipts import ACKNOWLEDGED, NotTaken, Receipt, Report, receipt_token, receipts_of
from engine.channels.receipts.bounces import bounces
from engine.channels.receipts.wechat import greeting
from engine.channels.receipts.wechat_encrypted import opened
from engine.workspace.account import AccountFile
from tests.engine.channels.fakes.everything import CANARY, account

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
AT = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
KEYS = {"access_key_secret": CANARY}
SMS = account("alibaba_sms", access_key_id="A", signatures=["Brand"])
MAIL = account("alibaba_mail", access_key_id="A", senders=["a@b.example"])
WECHAT = account("wechat", app_id="wx1")
APPS = account("umeng", apps=[{"id": "shop", "android_key": "k"}])
STATE = {
    "phone_number": "13900000001", "send_time": "2026-12-01 08:59:58",
    "report_time": "2026-12-01 09:00:00",
    "success": True, "err_code": "DELIVERED", "err_msg": "ok", "sms_size": "1",
    "biz_id": "900619746936498440^0",
    "out_id": "",
}  # fmt: skip
ANSWER = {
    "phone_number": "13900000002", "content": " td。", "send_time": "2026-12-01 09:00:00",
    "sign_name": "Brand", "dest_code": "1", "sequence_id": "77",
}  # fmt: skip
OTHER = {**ANSWER, "content": "Thanks", "sequence_id": "78"}


def pushed(made: AccountFile, secrets: dict[str, str], body: object, **more: Any) -> Report:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Report({}, raw, **{"token": receipt_token(made, secrets), **more})


def refused(report: Report, made: AccountFile, secrets: dict[str, str]) -> int:
    with pytest.raises(NotTaken) as error:
        receipts_of(report, made, secrets, NOW)
    assert CANARY not in repr(error.value) + repr(report)
    return error.value.status


# ---- Alibaba Cloud


def test_states_of_sms_and_answers_to_them() -> None:
    failed = {**STATE, "success": False, "err_code": "MOBILE_SEND_LIMIT", "phone_number": "13900000003"}
    found = receipts_of(pushed(SMS, KEYS, [STATE, failed, ANSWER, OTHER]), SMS, KEYS, NOW)
    assert found == [
        Receipt("delivered", AT, reference=sms_id("900619746936498440^0", "+8613900000001")),
        Receipt(
            "failed", AT, reference=sms_id("900619746936498440^0", "13900000003"), reason="MOBILE_SEND_LIMIT"
        ),
        Receipt("unsubscribed", AT, address="+8613900000002"),
    ]
    assert "13900000002" not in repr(found)
    assert json.loads(ACKNOWLEDGED["alibaba_sms"])["code"] == 0


@settings(max_examples=30)
@given(st.permutations([STATE, STATE, ANSWER, OTHER]))
def test_repeated_and_shuffled_ones_say_the_same(entries: list[object]) -> None:
    found = receipts_of(pushed(SMS, KEYS, entries), SMS, KEYS, NOW)
    assert len(found) == 3
    assert len(set(found)) == 2


@settings(max_examples=40)
@given(st.data())
def test_a_truncated_one_counts_for_nothing(data: st.DataObject) -> None:
    whole = json.dumps([STATE, ANSWER]).encode()
    end = data.draw(st.integers(0, len(whole) - 1))
    assert refused(pushed(SMS, KEYS, whole[:end]), SMS, KEYS) == 400


@pytest.mark.parametrize(
    "body", [[7], {}, "x", None, [{}], [{**STATE, "success": "true"}], [{"biz_id": "1"}], [STATE] * 10_001]
)
def test_nonsense_is_refused_whole(body: object) -> None:
    assert refused(pushed(SMS, KEYS, body), SMS, KEYS) == 400
    assert refused(pushed(SMS, KEYS, b"[" * 100_000), SMS, KEYS) == 400


@pytest.mark.parametrize("token", ["", "x", "é", receipt_token(MAIL, {"access_key_secret": "another"})])
def test_without_the_secret_address_nothing_is_taken(token: str) -> None:
    assert refused(pushed(SMS, KEYS, [STATE], token=token), SMS, KEYS) == 401
    assert refused(pushed(SMS, {}, [STATE], token=token), SMS, {}) == 401


def test_a_token_is_one_accounts_own() -> None:
    other = account("alibaba_sms").model_copy(update={"id": "acc_2"})
    tokens = {
        receipt_token(SMS, KEYS),
        receipt_token(other, KEYS),
        receipt_token(SMS, {"access_key_secret": "x"}),
    }
    assert len(tokens) == 3
    assert all(len(token) == 32 and CANARY not in token for token in tokens)


def _event(kind: str, **data: str) -> dict[str, Any]:
    told = {"env_id": "600001", "rcpt": "p@Mail.example", "failed_type": "SmtpNxBox", **data}
    return {"id": "1", "source": "acs:dm", "type": kind, "time": "2026-12-01T09:00:00+08:00", "data": told}


def test_events_of_emails() -> None:
    wanted = {
        "dm:Deliver:Succeed": ("delivered", ""),
        "dm:Deliver:Fail": ("bounced", "SmtpNxBox"),
        "dm:Trace:Open": ("opened", ""),
        "dm:Trace:Click": ("clicked", ""),
        "dm:Feedback:UnSubscribe": ("unsubscribed", ""),
        "dm:Feedback:FblReport": ("complained", ""),
    }
    for kind, (code, reason) in wanted.items():
        found = receipts_of(pushed(MAIL, KEYS, _event(kind)), MAIL, KEYS, NOW)
        assert found == [Receipt(code, AT, reference="600001", address="p@mail.example", reason=reason)]
    assert receipts_of(pushed(MAIL, KEYS, _event("dm:Validator:GrayListResult")), MAIL, KEYS, NOW) == []
    assert refused(pushed(MAIL, KEYS, [_event("dm:Trace:Open")]), MAIL, KEYS) == 400


# ---- WeChat

_FINISHED = """<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[openid]]></FromUserName>
<CreateTime>1796086800</CreateTime><MsgType><![CDATA[event]]></MsgType>
<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>200163836</MsgID>
<Status><![CDATA[{}]]></Status></xml>"""
_APP = {"app_secret": CANARY}


def _signed(body: str, token: str = "", **more: str) -> Report:
    token = token or receipt_token(WECHAT, _APP)
    query = {"timestamp": "1796086800", "nonce": "42", **more}
    words = "".join(sorted((token, query["timestamp"], query["nonce"])))
    query.setdefault("signature", hashlib.sha1(words.encode()).hexdigest())
    return Report({}, body.encode(), query)


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        ("success", "delivered", ""),
        ("failed:user block", "failed", "user_block"),
        ("failed: system failed", "failed", "system_failed"),
    ],
)
def test_how_a_template_message_ended(status: str, code: str, reason: str) -> None:
    (found,) = receipts_of(_signed(_FINISHED.format(status)), WECHAT, _APP, NOW)
    assert (found.code, found.reference, found.reason) == (code, "200163836", reason)
    assert found.at == min(datetime.fromtimestamp(1796086800, UTC), NOW)


def test_other_events_are_nothing_and_forged_ones_are_refused() -> None:
    assert (
        receipts_of(_signed(_FINISHED.replace("TEMPLATESENDJOBFINISH", "subscribe")), WECHAT, _APP, NOW) == []
    )
    assert refused(_signed(_FINISHED, token="another"), WECHAT, _APP) == 401
    assert refused(_signed(_FINISHED, signature=""), WECHAT, _APP) == 401
    assert refused(_signed(_FINISHED), WECHAT, {}) == 401
    assert refused(_signed(_FINISHED[:-20]), WECHAT, _APP) == 400
    assert refused(_signed("<!DOCTYPE x><xml></xml>"), WECHAT, _APP) == 400
    assert refused(_signed(_FINISHED.replace("200163836", "x")), WECHAT, _APP) == 400


def test_wechat_tries_the_address_out() -> None:
    token = receipt_token(WECHAT, _APP)
    assert greeting(_signed("", echostr="12345"), token) == "12345"
    with pytest.raises(NotTaken):
        greeting(_signed("", token="another", echostr="12345"), token)


# ---- WeChat's safe mode


SAFE = account("wechat", app_id="wx2c2769f8efd9abc2", encrypted=True)
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PUBLISHED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9"
    "FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3y"
    "t+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v"
    "6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)
"""The example of WeChat's own library, for the token `spamtest`."""


def _enclosed(encrypted: str, **query: str) -> Report:
    body = f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return Report({}, body.encode(), query)


def _published(**changed: str) -> Report:
    query = {
        "timestamp": "1409735669", "nonce": "1320562132",
        "msg_signature": "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
    }  # fmt: skip
    return _enclosed(PUBLISHED, **{**query, **changed})


def _sealed(words: str, app_id: str = "wx2c2769f8efd9abc2", key: str = AES_KEY, token: str = "") -> Report:
    """As WeChat does it."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    secret = base64.b64decode(key + "=")
    plain = b"r" * 16 + len(words.encode()).to_bytes(4, "big") + words.encode() + app_id.encode()
    padding = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    content = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    encrypted = base64.b64encode(content).decode()
    parts = sorted((token or receipt_token(SAFE, _SAFE), "1", "n", encrypted))
    signature = hashlib.sha1("".join(parts).encode()).hexdigest()
    return _enclosed(encrypted, timestamp="1", nonce="n", msg_signature=signature)


_SAFE = {**_APP, "aes_key": AES_KEY}


def test_the_example_of_wechats_own_library_is_read() -> None:
    found = opened(_published(), "spamtest", "wx2c2769f8efd9abc2", AES_KEY).body.decode()
    assert found.startswith("<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>\n")
    assert "<Content><![CDATA[abcdteT]]></Content>" in found
    assert found.endswith("</xml>")


@pytest.mark.parametrize(
    ("report", "token", "app_id", "key"),
    [
        (_published(), "spamtest", "wx_another", AES_KEY),
        (_published(), "another", "wx2c2769f8efd9abc2", AES_KEY),
        (_published(), "", "wx2c2769f8efd9abc2", AES_KEY),
        (_published(), "spamtest", "wx2c2769f8efd9abc2", AES_KEY[::-1]),
        (_published(), "spamtest", "wx2c2769f8efd9abc2", "short"),
        (_published(nonce="2"), "spamtest", "wx2c2769f8efd9abc2", AES_KEY),
        (_published(msg_signature=""), "spamtest", "wx2c2769f8efd9abc2", AES_KEY),
    ],
)
def test_what_was_not_encrypted_for_this_account_is_refused(
    report: Report, token: str, app_id: str, key: str
) -> None:
    with pytest.raises(NotTaken) as refusal:
        opened(report, token, app_id, key)
    assert refusal.value.status == 401


def test_the_end_of_a_template_message_comes_encrypted() -> None:
    (found,) = receipts_of(_sealed(_FINISHED.format("success")), SAFE, _SAFE, NOW)
    assert (found.code, found.reference) == ("delivered", "200163836")
    assert refused(_signed(_FINISHED.format("success")), SAFE, _SAFE) == 401  # in clear: anybody's
    assert refused(_sealed(_FINISHED, token="another"), SAFE, _SAFE) == 401
    assert refused(_sealed(_FINISHED, app_id="wx_another"), SAFE, _SAFE) == 401
    assert receipt_token(SAFE, _SAFE) == receipt_token(SAFE, _APP)  # its address was entered before the key


@given(st.text("ABCxyz019+/=", max_size=100))
def test_nonsense_for_ciphertext_is_refused(text: str) -> None:
    parts = sorted((receipt_token(SAFE, _SAFE), "1", "n", text))
    signature = hashlib.sha1("".join(parts).encode()).hexdigest()
    report = _enclosed(text, timestamp="1", nonce="n", msg_signature=signature)
    assert refused(report, SAFE, _SAFE) in (400, 401)


# ---- the receipts API


def hook(auth: str) -> AccountFile:
    told = {"type": auth, "user": "shop", "header": "X-Key"}
    codes = {"codes": ["picked_up", "refused"], "collect": {"amount": 3, "unit": "day"}}
    return account("webhook", url="https://a.example", id_types=["mobile"], auth=told, receipts=codes)


def _headers(auth: str, body: bytes, key: str = CANARY, at: datetime = NOW) -> dict[str, str]:
    match auth:
        case "basic":
            return {"authorization": "Basic " + base64.b64encode(f"shop:{key}".encode()).decode()}
        case "bearer":
            return {"AUTHORIZATION": f"Bearer {key}"}
        case "header":
            return {"x-key": key}
        case "signature":
            return {"X-Key": hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}
        case _:
            secret = base64.b64decode(key.removeprefix("whsec_"))
            stamp = str(int(at.timestamp()))
            mac = hmac.new(secret, f"m1.{stamp}.".encode() + body, hashlib.sha256).digest()
            signature = f"v1,AAAA v1,{base64.b64encode(mac).decode()}"
            return {"Webhook-Id": "m1", "Webhook-Timestamp": stamp, "Webhook-Signature": signature}


KEY = "ab" * 32
BODY = json.dumps(
    {"receipts": [{"key": KEY, "code": "picked_up", "time": "2026-12-01T09:00:00+08:00"}]}
).encode()
WRONG_KEY = "whsec_" + base64.b64encode(b"somebody else").decode()


@pytest.mark.parametrize("auth", ["basic", "bearer", "header", "signature", "standard"])
def test_a_receiver_reports_and_nobody_else(auth: str) -> None:
    made, secrets = hook(auth), {"key": CANARY}
    good = Report(_headers(auth, BODY), BODY)
    assert receipts_of(good, made, secrets, NOW) == [Receipt("picked_up", AT, KEY[:24])]
    assert refused(Report(_headers(auth, BODY, WRONG_KEY), BODY), made, secrets) == 401
    assert refused(Report({}, BODY), made, secrets) == 401
    assert refused(good, made, {}) == 401
    if auth in ("signature", "standard"):
        assert refused(Report(_headers(auth, BODY), BODY.replace(b"ab", b"cd")), made, secrets) == 401


def test_an_old_signature_is_none() -> None:
    late = Report(_headers("standard", BODY, at=NOW - timedelta(minutes=6)), BODY)
    assert refused(late, hook("standard"), {"key": CANARY}) == 401


def test_a_webhook_without_authentication_takes_no_reports() -> None:
    for made in (hook("none"), account("webhook", url="https://a.example", id_types=["mobile"])):
        assert (
            refused(Report({}, BODY, token=receipt_token(made, {"key": CANARY})), made, {"key": CANARY})
            == 401
        )


@pytest.mark.parametrize(
    "entry",
    [{"code": "picked_up"}, {"key": "k", "code": "eaten"}, {"key": "k"}, {"key": 7, "code": "picked_up"}],
)
def test_one_wrong_entry_spoils_the_report(entry: dict[str, object]) -> None:
    body = json.dumps({"receipts": [{"key": "k1", "code": "picked_up"}, entry]}).encode()
    assert refused(Report(_headers("bearer", body), body), hook("bearer"), {"key": CANARY}) == 400


def test_times_that_make_no_sense_are_now() -> None:
    for time in ("", "soon", "2026-12-01T09:00:00", "2030-01-01T00:00:00Z"):
        body = json.dumps({"receipts": [{"reference": "r", "code": "refused", "time": time}]}).encode()
        (found,) = receipts_of(Report(_headers("bearer", body), body), hook("bearer"), {"key": CANARY}, NOW)
        assert found == Receipt("refused", NOW, reference="r")


def test_apps_report_what_became_of_pushes() -> None:
    secrets = {"shop/android": CANARY}
    body = {"receipts": [{"id": "uu1/ab", "code": "opened"}]}
    assert receipts_of(pushed(APPS, secrets, body), APPS, secrets, NOW) == [
        Receipt("opened", NOW, reference="uu1/ab")
    ]
    assert refused(pushed(APPS, secrets, body, token="x"), APPS, secrets) == 401
    platform = account("http_sms", url="https://a.example", auth={"type": "bearer"}, signatures=["Brand"])
    told = {"receipts": [{"code": "unsubscribed", "address": "139 0000 0001"}]}
    found = receipts_of(pushed(platform, {"key": CANARY}, told), platform, {"key": CANARY}, NOW)
    assert found == [Receipt("unsubscribed", NOW, address="+8613900000001")]


# ---- bounces

_BOUNCE = """\
From: MAILER-DAEMON@mx.example
To: news-x7f2@shop.example
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Original-Envelope-Id: ref-17

Final-Recipient: rfc822; p@mail.example
Action: {action}
Status: 5.1.1
--b
Content-Type: text/rfc822-headers

Message-ID: <0123456789abcdef0123456789abcdef@shop.example>
Subject: Hi
--b--
"""


def test_an_email_that_came_back() -> None:
    server = account("smtp", host="a.example", user="shop", senders=["a@b.example"])
    secrets = {"password": CANARY}
    raw = _BOUNCE.format(action="failed").encode()
    wanted = Receipt("bounced", NOW, "ref-17", reason="5.1.1")
    assert receipts_of(pushed(server, secrets, raw), server, secrets, NOW) == [wanted]
    assert refused(pushed(server, secrets, raw, token="x"), server, secrets) == 401
    assert bounces(_BOUNCE.format(action="delayed").encode(), NOW) == []
    (by_key,) = bounces(raw.replace(b"ref-17", b""), NOW)
    assert by_key.reference == "0123456789abcdef01234567"
    assert bounces(raw.replace(b"ref-17", b"").replace(b"0123456789abcdef", b"x"), NOW) == []


@settings(max_examples=40)
@given(st.binary(max_size=300))
def test_no_email_breaks_the_reader(raw: bytes) -> None:
    with pytest.raises(NotTaken):
        bounces(raw, NOW)
    whole = _BOUNCE.format(action="failed").encode()
    for one in bounces(whole[: len(whole) - len(raw)] + raw, NOW):
        assert one.code == "bounced"
