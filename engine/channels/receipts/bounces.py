"""Mail servers' reports of emails that did not arrive: emails to the sender's address (RFC 3464)."""

from __future__ import annotations

import email
import re
from datetime import datetime
from email.message import Message
from email.policy import compat32

from engine.channels.receipts.receipt import NotTaken, Receipt
from engine.channels.sending.letters import REFERENCE_LENGTH

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_REFERENCE = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_KEY = re.compile(r"<([0-9a-f]{32})@[^>]*>")


def bounces(raw: bytes, now: datetime) -> list[Receipt]:
    """The emails that a report says have failed for good; none for what is only late.

    An email is named by the envelope id that we gave it, else by the key in its Message-ID. Raises `NotTaken`
    for what is no such report.
    """
    message = email.message_from_bytes(raw, policy=compat32)
    if message.get_content_type() != "multipart/report":
        raise NotTaken(400, "no_report")
    parts = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    if not parts:
        raise NotTaken(400, "no_report")
    groups = [group for part in parts for group in _groups(part)]
    reference = next(
        (one for group in groups if (one := str(group.get("Original-Envelope-Id", "")).strip())), ""
    )
    reference = reference if _REFERENCE.fullmatch(reference) else _returned_key(message)[:REFERENCE_LENGTH]
    found = []
    for group in groups:
        if str(group.get("Action", "")).strip().lower() == "failed" and reference:
            status = _STATUS.search(str(group.get("Status", "")))
            found.append(Receipt("bounced", now, reference, reason=status[0] if status else ""))
    return found


def _groups(part: Message) -> list[Message]:
    inside = part.get_payload()
    return [group for group in inside if isinstance(group, Message)] if isinstance(inside, list) else []


def _returned_key(message: Message) -> str:
    """Of the email that comes back, or its headers."""
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            inside = part.get_payload()
            words = str(inside[0]) if isinstance(inside, list) else str(inside)
            if match := re.search(r"^message-id:\s*(<[^>\r\n]{1,200}>)", words, re.IGNORECASE | re.MULTILINE):
                key = _KEY.fullmatch(match[1])
                return key[1] if key else ""
    return ""
