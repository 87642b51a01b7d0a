"""Alibaba Cloud's SMS and DirectMail, which check signatures, limits and numbers like the real ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from aiohttp import web

from tests.engine.channels.fakes.over_http import HttpFake

ACCESS_KEY = "LTAI5tFake"

_SIGNATURES = {
    "Code": "OK", "Message": "OK", "RequestId": "R", "TotalCount": 1, "CurrentPage": 1, "PageSize": 1,
    "SmsSignList": [
        {
            "SignName": "Brand", "AuditStatus": "AUDIT_STATE_PASS", "BusinessType": "验证码类型",
            "CreateDate": "2026-01-08 16:44:13", "OrderId": "236****",
        }
    ],
}  # fmt: skip
_SUMMARY = {
    "RequestId": "R", "UserStatus": 0, "QuotaLevel": 2, "MaxQuotaLevel": 10, "DailyQuota": 2000,
    "MonthQuota": 60000, "EnableTimes": 10, "Domains": 1, "MailAddresses": 1, "Receivers": 0, "Templates": 0,
    "Tags": 0, "DayuStatus": 0, "SmsSign": 0, "SmsTemplates": 0, "SmsRecord": 0,
}  # fmt: skip


class AlibabaFake(HttpFake):
    """secret: of the AccessKey `ACCESS_KEY`."""

    def __init__(self, secret: str, **more: Any) -> None:
        super().__init__(**more)
        self.secret = secret
        self.old_phones: set[str] = set()
        """Numbers that cannot show digital SMS."""
        self.states: dict[str, tuple[int, str]] = {}
        """What is answered of numbers when it is asked: 1 on its way, 2 failed, 3 delivered; and why."""
        self._biz: dict[tuple[str, str], str] = {}
        self.calls: list[dict[str, str]] = []
        self._nonces: set[str] = set()

    def busy(self) -> web.Response:
        return self._no("Throttling.User", 400)

    def broken(self) -> web.Response:
        return self._no("isp.SYSTEM_ERROR", 200)

    def answer(self, request: web.BaseRequest, body: bytes) -> web.Response:
        told = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
        if wrong := self._unsigned(told):
            return self._no(wrong, 400)
        self.calls.append(told)
        match told["Action"]:
            case "SendBatchSms" | "SendBatchCardSms":
                return self._sms(told)
            case "QuerySendDetails":
                return self._details(told)
            case "SingleSendMail":
                return self._mail(told)
            case "QuerySmsSignList":
                return web.json_response(_SIGNATURES)
            case "DescAccountSummary":
                return web.json_response(_SUMMARY)
            case _:
                return self._no("InvalidAction.NotFound", 404)

    def _unsigned(self, told: dict[str, str]) -> str:
        signature = told.get("Signature", "")
        rest = sorted((name, value) for name, value in told.items() if name != "Signature")
        query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in rest)
        text = f"POST&%2F&{quote(query, safe='~')}"
        mac = hmac.new(f"{self.secret}&".encode(), text.encode(), hashlib.sha1).digest()
        if told.get("AccessKeyId") != ACCESS_KEY:
            return "InvalidAccessKeyId.NotFound"
        if signature != base64.b64encode(mac).decode():
            return "SignatureDoesNotMatch"
        at = datetime.strptime(told["Timestamp"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs((datetime.now(UTC) - at).total_seconds()) > 900:
            return "InvalidTimeStamp.Expired"
        if told["SignatureNonce"] in self._nonces:
            return "SignatureNonceUsed"
        self._nonces.add(told["SignatureNonce"])
        return ""

    def _sms(self, told: dict[str, str]) -> web.Response:
        is_card = told["Action"] == "SendBatchCardSms"
        numbers = json.loads(told["PhoneNumberJson"])
        signatures = json.loads(told["SignNameJson"])
        values = json.loads(told["CardTemplateParamJson" if is_card else "TemplateParamJson"])
        if is_card:
            values = [json.loads(one) for one in values]
        template = told.get("CardTemplateCode" if is_card else "TemplateCode", "")
        if not len(numbers) == len(signatures) == len(values):
            return self._no("isv.INVALID_PARAMETERS", 200)
        if len(numbers) > 100:
            return self._no("isv.MOBILE_COUNT_OVER_LIMIT", 200)
        if not re.fullmatch(r"(SMS|CARD_SMS)_\d+", template):
            return self._no("isv.SMS_TEMPLATE_ILLEGAL", 200)
        if any(signature != "Brand" for signature in signatures):
            return self._no("isv.SMS_SIGNATURE_ILLEGAL", 200)
        if self.too_fast(len(numbers)):
            return self._no("Throttling.User", 400)
        if any(not re.fullmatch(r"1[3-9]\d{9}", one) or self.refuses(one) for one in numbers):
            return self._no("isv.MOBILE_NUMBER_ILLEGAL", 200)
        biz = f"9006{self.asked:014}^0"
        said: dict[str, Any] = {"Code": "OK", "Message": "OK", "RequestId": "R"}
        if is_card:
            unable = [one for one in numbers if one in self.old_phones]
            numbers = [one for one in numbers if one not in self.old_phones]
            said["Data"] = {
                "BizCardId": biz,
                "NotMediaMobiles": ",".join(unable),
                "MediaMobiles": ",".join(numbers),
            }
        else:
            said["BizId"] = biz
        for number in numbers:
            self.take(number)
            self._biz[biz, number] = template
        return web.json_response(said)

    def _details(self, told: dict[str, str]) -> web.Response:
        number, biz = told["PhoneNumber"], told.get("BizId", "")
        if not re.fullmatch(r"1[3-9]\d{9}", number):
            return self._no("isv.MOBILE_NUMBER_ILLEGAL", 200)
        if not re.fullmatch(r"\d{8}", told["SendDate"]) or not 1 <= int(told["PageSize"]) <= 50:
            return self._no("isv.INVALID_PARAMETERS", 200)
        found: list[dict[str, Any]] = []
        if (biz, number) in self._biz and int(told["CurrentPage"]) == 1:
            status, why = self.states.get(number, (3, "DELIVERED"))
            took = "2026-03-02 17:00:05" if status > 1 else ""
            found = [
                {
                    "PhoneNum": number, "SendStatus": status, "ErrCode": why, "Content": "Hello", "OutId": "",
                    "TemplateCode": self._biz[biz, number], "ReceiveDate": took,
                    "SendDate": "2026-03-02 17:00:00",
                }
            ]  # fmt: skip
        said = {"Code": "OK", "Message": "OK", "RequestId": "R", "TotalCount": str(len(found))}
        return web.json_response({**said, "SmsSendDetailDTOs": {"SmsSendDetailDTO": found}})

    def _mail(self, told: dict[str, str]) -> web.Response:
        if told["AccountName"] != "news@shop.example":
            return self._no("InvalidMailAddress.NotFound", 404)
        if not told.get("HtmlBody") and not told.get("TextBody"):
            return self._no("InvalidBody", 400)
        if len(told["Subject"]) > 100 or len(told.get("FromAlias", "")) >= 15:
            return self._no("InvalidSubject.Malformed", 400)
        if told["AddressType"] not in ("0", "1") or told["ReplyToAddress"] not in ("true", "false"):
            return self._no("InvalidAddressType.Malformed", 400)
        if "," in told["ToAddress"] or self.refuses(told["ToAddress"]):
            return self._no("InvalidToAddress", 400)
        if self.too_fast(1):
            return self._no("Throttling.User", 400)
        return web.json_response({"EnvId": self.take(told["ToAddress"]), "RequestId": "R"})

    def _no(self, code: str, status: int) -> web.Response:
        return web.json_response({"Code": code, "Message": "no", "RequestId": "R"}, status=status)
