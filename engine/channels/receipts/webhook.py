"""The receipts API: what a webhook's receiver, an SMS platform or an app reports, in JSON of ours.

`{"receipts": [{"key": …, "code": …, "time": …}]}`; `key` as it came with the message (or `reference`, or the
`id` of the answer). A receiver of webhooks shows who it is in the way in which our requests to it do.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from engine.channels.receipts.receipt import (
    NotTaken,
    Receipt,
    Report,
    listed,
    moment,
    parsed,
    same,
    stored,
    text,
)
from engine.channels.sending.letters import REFERENCE_LENGTH
from engine.channels.web import signer, standard_headers, standard_secret
from engine.workspace.account_fields import HttpAuth

_FRESH = timedelta(minutes=5)


def is_signed(report: Report, auth: HttpAuth, key: str, now: datetime) -> bool:
    """Whether the request shows that it comes from who has the key."""
    if not key:
        return False
    if auth.type == "standard":
        return _is_standard(report, key, now)
    wanted = signer(auth, key)(report.body, "")
    return bool(wanted) and all(same(report.header(name), value) for name, value in wanted.items())


def receipts(report: Report, codes: Collection[str], now: datetime, id_type: str = "") -> list[Receipt]:
    """All of the report, or nothing of it. id_type: of addresses that want no more. Raises `NotTaken`."""
    found = parsed(report.body)
    entries = listed(found.get("receipts") if isinstance(found, dict) else None)
    made = []
    for one in entries:
        code = text(one, "code")
        reference = text(one, "key")[:REFERENCE_LENGTH] or text(one, "reference") or text(one, "id")
        address = stored(id_type, text(one, "address", 320)) if code == "unsubscribed" else ""
        if code not in codes:
            raise NotTaken(400, "unknown_code")
        if not reference and not address:
            raise NotTaken(400, "no_message")
        made.append(Receipt(code, moment(text(one, "time"), now), reference, address))
    return made


def _is_standard(report: Report, key: str, now: datetime) -> bool:
    id, at = report.header("webhook-id"), report.header("webhook-timestamp")
    if not id or not at.isascii() or not at.isdigit() or len(at) > 12:
        return False
    if abs(now.timestamp() - int(at)) > _FRESH.total_seconds():
        return False
    wanted = standard_headers(standard_secret(key), id, int(at), report.body)["webhook-signature"]
    return any(same(one, wanted) for one in report.header("webhook-signature").split())
