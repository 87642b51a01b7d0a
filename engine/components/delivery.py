"""What can become of a message, in words: its state, and why it was not delivered."""

from __future__ import annotations

from collections.abc import Mapping

from engine.i18n import N_, ntr, tr

STATES: Mapping[str, str] = {
    "planned": N_("Planned"),
    "sending": N_("Being sent"),
    "sent": N_("Sent"),
    "failed": N_("Failed"),
    "skipped": N_("Skipped"),
    "unknown": N_("Result unknown"),
}
"""In the order in which they are shown."""
_REASONS: Mapping[str, str] = {
    "no_id": N_("no ID to send to"),
    "no_code": N_("no code left"),
    "limit": N_("limit per person"),
    "quiet_time": N_("quiet time"),
    "suppressed": N_("unsubscribed"),
    "duplicate_address": N_("address had it already"),
    "fatigue": N_("contacted too often"),
    "exited": N_("left the campaign before"),
    "not_sent": N_("not sent, somebody found"),
}
_NO_ID: Mapping[str, str] = {
    "mobile": N_("no mobile number"),
    "email": N_("no email address"),
    "openid": N_("no WeChat OpenID"),
}
"""What is lacking, by the ID type that the touch needs, up to its colon; of others no more is said."""
_PROVIDERS: Mapping[str, str] = {
    "interrupted": N_("the engine ended meanwhile"),
    "timeout": N_("no answer in time"),
    "connection_lost": N_("the connection broke off"),
    "garbled_answer": N_("the answer made no sense"),
    "key_forgotten": N_("too late to send it again safely"),
    "not_reached": N_("the provider could not be reached"),
    "not_follower": N_("not a follower"),
    "out_of_window": N_("did not write within the last 48 hours"),
    "window_is_full": N_("got all messages that are allowed before writing again"),
}
RECEIPTS: Mapping[str, str] = {
    "delivered": N_("Delivered"),
    "failed": N_("Not delivered"),
    "bounced": N_("Bounced"),
    "opened": N_("Opened"),
    "ignored": N_("Ignored"),
    "clicked": N_("Clicked"),
    "unsubscribed": N_("Unsubscribed"),
    "complained": N_("Complained"),
}
Reasons = Mapping[str, Mapping[str, int]]
"""Messages of one component: state → reason (empty where there is none) → messages."""


def state_and_reason(state: str, reason: str, id_type: str = "") -> str:
    """What became of a message, and why; a provider's own reason is shown as it is.

    id_type: what the touch needs to reach people, "" where that is not known.
    """
    said = tr(STATES[state])
    if not reason:
        return said
    lacking = _NO_ID.get(id_type.partition(":")[0])
    if reason == "no_id" and lacking is not None:
        return tr("{state}: {reason}", state=said, reason=tr(lacking))
    known = tr(_REASONS[reason]) if reason in _REASONS else provider_reason(reason)
    return tr("{state}: {reason}", state=said, reason=known)


def receipt_word(receipt: str) -> str:
    """What came back of a message; a webhook's own receipts are their names."""
    return tr(RECEIPTS[receipt]) if receipt in RECEIPTS else receipt


def provider_reason(reason: str) -> str:
    """Why an attempt to send came to nothing that is known; a provider's own reason is shown as it is."""
    if reason in _PROVIDERS:
        return tr(_PROVIDERS[reason])
    kind, _, rest = reason.partition("_")
    if kind == "http" and rest.isdigit():
        return tr("the answer was HTTP status {status}", status=rest)
    if kind == "token" and rest:  # WeChat's, which comes before anything is sent
        return tr("signing in failed: {reason}", reason=provider_reason(rest))
    return reason


def rows(
    reasons: Reasons, states: tuple[str, ...] = tuple(STATES), id_type: str = ""
) -> list[tuple[str, int]]:
    """Messages by state and reason, in words; of a state the most frequent reason first."""
    return [
        (state_and_reason(state, reason, id_type), n)
        for state in states
        for reason, n in sorted(reasons.get(state, {}).items(), key=lambda one: (-one[1], one[0]))
    ]


def undelivered(reasons: Reasons, id_type: str = "") -> list[tuple[str, int]]:
    """What failed or was skipped, with the reasons; as `rows`."""
    return rows(reasons, ("failed", "skipped"), id_type)


def undelivered_text(reasons: Reasons) -> str:
    """How many messages failed or were skipped, in a few words; "" where none did."""
    failed, skipped = (sum(reasons.get(state, {}).values()) for state in ("failed", "skipped"))
    if failed and skipped:
        return tr("{n:,} failed or skipped", n=failed + skipped)
    if failed:
        return ntr("{n:,} failed", "{n:,} failed", failed)
    return ntr("{n:,} skipped", "{n:,} skipped", skipped) if skipped else ""
