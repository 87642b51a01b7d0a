"""What receipts make of a message, whatever their order and however often they come.

Each rule only ever goes up: the same receipts lead to the same standing in any order, and one that was heard
before changes nothing.
"""

from __future__ import annotations

from typing import NamedTuple

_STAGES = ("failed", "delivered", "bounced", "opened", "clicked", "unsubscribed", "complained")
_RANK = {code: rank for rank, code in enumerate(_STAGES)}
WAITING = ("planned", "sending")
"""States of messages whose result is not known: their receipts count later."""


class Standing(NamedTuple):
    """How it stands with a message: its state with the reason, and the receipt that counts, with its time
    (ms)."""

    state: str
    reason: str
    receipt: str | None
    receipt_at: int | None


class Heard(NamedTuple):
    """A receipt, its time (ms) within the message's life; and the provider's reason."""

    code: str
    at: int
    reason: str = ""


def furthest(before: Standing, heard: Heard) -> Standing:
    """Of emails, SMS and template messages: how far the message is known to have come counts, since the first
    time that it was reported. One that nobody knows of was sent, unless the report is that it failed.
    """
    if heard.code not in _RANK or not _takes(before):
        return before
    known = _RANK.get(before.receipt or "", -1)
    rank = _RANK[heard.code]
    earlier = (heard.at, heard.reason) < (before.receipt_at or 0, before.reason)
    if rank < known or (rank == known and not earlier):
        return before
    if before.state != "sent" and heard.code == "failed":
        return Standing("failed", heard.reason, heard.code, heard.at)
    return Standing("sent", "", heard.code, heard.at)


def first(before: Standing, heard: Heard) -> Standing:
    """Of pushes and webhooks: the first receipt counts, of several at once the first by the alphabet. The
    message arrived, whatever it says."""
    if not _takes(before):
        return before
    known = before.receipt is not None and (before.receipt_at or 0, before.receipt) <= (heard.at, heard.code)
    return before if known else Standing("sent", "", heard.code, heard.at)


def _takes(before: Standing) -> bool:
    """Whether the message went out, as far as anybody knows. One that failed by a receipt may yet turn out to
    have arrived; one that the provider refused cannot."""
    by_receipt = before.state == "failed" and before.receipt is not None
    return before.state in ("sent", "unknown") or by_receipt
