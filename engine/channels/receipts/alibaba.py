"""What Alibaba Cloud pushes: states of SMS and answers to them as a list, events of emails one by one.

It signs none of it; the address that it is told, with a token in it, is what shows that it is Alibaba.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from engine.channels.alibaba_answers import sms_id
from engine.channels.answers import code
from engine.channels.receipts.receipt import NotTaken, Receipt, Report, listed, moment, parsed, stored, text

CHINA = timezone(timedelta(hours=8))
_WAYS_OUT = ("T", "TD", "R", "N", "退订", "拒收")
_EVENTS = {
    "dm:Deliver:Succeed": "delivered",
    "dm:Deliver:Fail": "bounced",
    "dm:Trace:Open": "opened",
    "dm:Trace:Click": "clicked",
    "dm:Feedback:UnSubscribe": "unsubscribed",
    "dm:Feedback:FblReport": "complained",
}


def sms(report: Report, now: datetime) -> list[Receipt]:
    """States of messages, and answers that end further ones; other answers are nothing to us."""
    found = [
        _state(one, now) if "biz_id" in one else _answer(one, now) for one in listed(parsed(report.body))
    ]
    return [one for one in found if one is not None]


def mail(report: Report, now: datetime) -> list[Receipt]:
    """One event."""
    found = parsed(report.body)
    data = found.get("data") if isinstance(found, dict) else None
    if not isinstance(data, dict) or not text(found, "type"):
        raise NotTaken(400, "no_event")
    kind, id, address = (
        _EVENTS.get(found["type"]),
        text(data, "env_id"),
        stored("email", text(data, "rcpt", 320)),
    )
    if kind is None or not (id or address):
        return []
    reason = code(data.get("failed_type") or data.get("err_code"), "failed") if kind == "bounced" else ""
    return [Receipt(kind, moment(text(found, "time"), now), reference=id, address=address, reason=reason)]


def detail(found: dict[str, Any], reference: str, phone: str, now: datetime) -> Receipt | None:
    """What is answered of one SMS when it is asked for; None where that is not known yet, or no answer."""
    details = found.get("SmsSendDetailDTOs")
    listed = details.get("SmsSendDetailDTO") if isinstance(details, dict) else None
    if found.get("Code") != "OK" or not isinstance(listed, list):
        return None
    for one in listed:
        if isinstance(one, dict) and text(one, "PhoneNum") == phone and one.get("SendStatus") in (2, 3):
            took = one["SendStatus"] == 3
            reason = "" if took else code(one.get("ErrCode"), "failed")
            at = _moment(text(one, "ReceiveDate"), now)
            return Receipt("delivered" if took else "failed", at, reference=reference, reason=reason)
    return None


def is_way_out(answer: str) -> bool:
    """Whether somebody who answers an SMS so wants no more of them."""
    return answer.strip().strip("。.!！").upper() in _WAYS_OUT


def _state(found: dict[str, Any], now: datetime) -> Receipt:
    phone, call = text(found, "phone_number"), text(found, "biz_id")
    if not phone or not call or not isinstance(found.get("success"), bool):
        raise NotTaken(400, "no_state")
    took = found["success"]
    reason = "" if took else code(found.get("err_code"), "failed")
    at = _moment(text(found, "report_time"), now)
    return Receipt("delivered" if took else "failed", at, reference=sms_id(call, phone), reason=reason)


def _answer(found: dict[str, Any], now: datetime) -> Receipt | None:
    phone = text(found, "phone_number")
    if not phone or not isinstance(found.get("content"), str):
        raise NotTaken(400, "no_answer")
    if not is_way_out(found["content"]):
        return None
    return Receipt("unsubscribed", _moment(text(found, "send_time"), now), address=stored("mobile", phone))


def _moment(given: str, now: datetime) -> datetime:
    """Its times are China's, and do not say so."""
    return moment(f"{given}+08:00", now)
