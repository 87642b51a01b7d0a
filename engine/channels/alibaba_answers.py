"""What Alibaba Cloud answers, and what its receipts call a message."""

from __future__ import annotations

from engine.channels.adapter import Later, Outcome, Refused, Unknown
from engine.channels.answers import code, one_of
from engine.channels.web import Answer

WHOLE_ACCOUNT = (
    "Throttling",
    "ServiceUnavailable",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidTimeStamp",
    "Forbidden",
    "NoPermission",
    "isp.RAM_PERMISSION_DENY",
    "isv.OUT_OF_SERVICE",
    "isv.ACCOUNT",
    "isv.AMOUNT_NOT_ENOUGH",
    "isv.PRODUCT_UN_SUBSCRIPT",
    "isv.DAY_LIMIT_CONTROL",
    "isv.MONTH_LIMIT_CONTROL",
    "isv.SMS_TEST",
)
"""How codes begin that say nothing of the message."""


def refusal(answer: Answer) -> Outcome:
    """What an answer of Alibaba Cloud means that is not OK."""
    found = answer.json().get("Code")
    if not isinstance(found, str) or not found:
        return Unknown("garbled_answer")
    reason = code(found, "refused")
    if found.startswith(WHOLE_ACCOUNT):
        return Later(reason, whole_account=True)
    if found.startswith(("isp.", "InternalError", "SignatureNonceUsed")) or answer.status >= 500:
        return Unknown(reason)  # trouble of its own, perhaps after it had sent
    return Refused(reason)


def number(phone: str) -> str:
    """A phone number as the service takes it: Chinese ones bare, others with their country's code."""
    return phone.removeprefix("+86").removeprefix("+")


def sms_id(call_id: str, phone: str) -> str:
    """Names one SMS in receipts, which tell the call and the number."""
    return one_of(call_id, number(phone))


def call_of(id: str) -> str:
    """The call that an SMS so named was sent with."""
    return id.rpartition("/")[0]
