"""What providers report, and why a report is not taken."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.shapes.addresses import BadAddress, normal_address
from engine.store.values import storable
from engine.workspace.account import AccountFile

MOST = 10_000
"""Receipts in one report."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one message.

    code: `delivered`, `failed`, `bounced`, `opened`, `ignored`, `clicked`, `unsubscribed`, `complained`, or
    one of a webhook's own. reference: names the message: that of its `Delivery`, or the id with which it was
    `Accepted`; empty where `unsubscribed` names nothing but the address. reason: the provider's code.
    """

    code: str
    at: datetime
    reference: str = ""
    address: str = field(default="", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A request with receipts as it came. token: the secret part of the address that it was sent to."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    token: str = field(default="", repr=False)

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


class NotTaken(Exception):  # noqa: N818 - an answer
    """A report that is forged (`status` 401), or makes no sense (400). Nothing of it counts."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def receipt_token(account: AccountFile, secrets: Mapping[str, str]) -> str:
    """What makes the address for the account's receipts secret, and is WeChat's token: made from its secrets.

    Empty without any: then nothing is taken. The key of WeChat's safe mode is not among them: it is entered
    when the address stands there already.
    """
    names = sorted(name for name in secrets if secrets[name] and name != "aes_key")
    known = "\0".join(f"{name}={secrets[name]}" for name in names)
    if not known:
        return ""
    return hmac.digest(known.encode(), f"receipts/{account.id}".encode(), hashlib.sha256).hex()[:32]


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are equal, in a time that says nothing; never where there is none."""
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def parsed(body: bytes) -> Any:
    """The report's JSON. Raises `NotTaken`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise NotTaken(400, "no_json") from None


def listed(found: Any) -> list[dict[str, Any]]:
    """The entries of a report, all of them objects. Raises `NotTaken`."""
    if not isinstance(found, list) or len(found) > MOST or not all(isinstance(one, dict) for one in found):
        raise NotTaken(400, "no_list")
    return found


def text(found: Mapping[str, Any], name: str, most: int = 200) -> str:
    """A field as text; empty where there is none, or it is no text that could be stored."""
    value = found.get(name)
    return value[:most] if isinstance(value, str) and storable(value) else ""


def stored(id_type: str, address: str) -> str:
    """An address in the form in which people's are stored, so that it is found."""
    try:
        return normal_address(id_type, address)
    except BadAddress:
        return address


def moment(given: str, now: datetime) -> datetime:
    """A time with an offset; `now` where it is none, or has not come yet."""
    try:
        at = datetime.fromisoformat(given)
        return now if at.tzinfo is None or at > now else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return now
