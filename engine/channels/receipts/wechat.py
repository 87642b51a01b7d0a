"""What WeChat tells of template messages, signed with the account's token; in safe mode opened before."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from engine.channels.receipts.receipt import NotTaken, Receipt, Report, same

_FIELD = re.compile(r"<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</\1>", re.DOTALL)
"""A field of the flat XML that WeChat sends; nothing else of XML is read, so that nothing can hide in it."""


def is_signed(report: Report, token: str) -> bool:
    """Whether WeChat has signed the request, which is how it also greets a new address."""
    parts = sorted((token, report.query.get("timestamp", ""), report.query.get("nonce", "")))
    # The interface asks for SHA-1 of the sorted parts.
    wanted = hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
    return bool(token) and same(report.query.get("signature", ""), wanted)


def greeting(report: Report, token: str) -> str:
    """What to answer when WeChat tries the address out. Raises `NotTaken`."""
    if not is_signed(report, token):
        raise NotTaken(401, "signature")
    return report.query.get("echostr", "")


def events(report: Report, now: datetime) -> list[Receipt]:
    """The end of a template message's way; other events are nothing to us."""
    words = report.body.decode("utf-8", "replace").strip()
    if not words.startswith("<xml>") or not words.endswith("</xml>"):
        raise NotTaken(400, "no_event")
    found = {match[1]: match[2] or match[3] or "" for match in _FIELD.finditer(words[5:-6])}
    if found.get("Event") != "TEMPLATESENDJOBFINISH":
        return []
    id, status = found.get("MsgID", ""), found.get("Status", "").strip().lower()
    if not id.isascii() or not id.isdigit() or not status:
        raise NotTaken(400, "no_event")
    took = status == "success"
    reason = "" if took else {"failed:user block": "user_block"}.get(status, "system_failed")
    return [Receipt("delivered" if took else "failed", _moment(found, now), reference=id, reason=reason)]


def _moment(found: dict[str, str], now: datetime) -> datetime:
    try:
        return min(datetime.fromtimestamp(int(found.get("CreateTime", "")), UTC), now)
    except (ValueError, OverflowError, OSError):
        return now
