"""`engine doubtful`, and what `engine status` says of sending."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from engine.client import bundled
from engine.client.sending import somebody
from engine.commands.errors import CommandError
from engine.commands.target import Target
from engine.components.delivery import provider_reason
from engine.i18n import N_, Message, ntr, tr
from engine.server.wire.sending import MAX_CHOSEN, AccountSending, SendingAnswer, Settlement, SettleOrder

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.server.asked_sending import AskedSending

_PAGE = 1_000
_COLUMNS = ("message", "campaign", "account", "node", "person_id", "address", "attempted_at", "reason")


def list_doubtful(target: Target, campaign: str | None, account: str | None) -> None:
    """CSV on the standard output: each message that may have been sent or not, the latest first."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(_COLUMNS)
    with _asked(target) as asked:
        after: str | None = ""
        while after is not None:
            page = asked.doubtful(campaign, account, after, _PAGE)
            for one in page.messages:
                key = (one.key, one.campaign, one.account, one.node, one.person_id)
                out.writerow((*key, one.address, one.attempted_at, one.reason))
            after = page.after


def settle(
    target: Target,
    how: str,
    campaign: str | None,
    account: str | None,
    messages: Sequence[str],
    *,
    certain: bool,
) -> None:
    """Settle doubtful messages, once somebody said yes. Raises `CommandError`, `EngineRefused`."""
    if len(messages) > MAX_CHOSEN:
        text = N_("Name at most {most:,} messages, or the campaign or account that they are of.")
        raise CommandError(Message(text, most=MAX_CHOSEN))
    with _asked(target) as asked:
        known = asked.sending()
        if not certain:
            raise CommandError(_question(known, campaign, account, len(messages)))
        order = SettleOrder(
            how=cast("Settlement", how.replace("-", "_")),
            who=somebody(),
            campaign=campaign,
            account=account,
            messages=list(messages) or None,
            until=known.as_of,
        )
        n = asked.settle_doubtful(order)
    print(ntr("{n:,} message settled.", "{n:,} messages settled.", n))


def show_sending(known: SendingAnswer) -> None:
    """Which accounts cannot send, and why; and how many messages are in doubt, a line a campaign."""
    for account in known.accounts:
        if account.problem is not None:
            print(_trouble(account))
    for group in known.doubtful:
        text = ntr(
            "{n:,} message through {account} may have been sent or not: engine doubtful list",
            "{n:,} messages through {account} may have been sent or not: engine doubtful list",
            group.messages,
            account=group.account,
        )
        print(f"{group.campaign} {text}")


def _trouble(account: AccountSending) -> str:
    reason = provider_reason(account.problem or "")
    waiting = ntr("{n:,} message waits.", "{n:,} messages wait.", account.waiting)
    return tr("{account} cannot send: {reason}", account=account.account, reason=reason) + f" {waiting}"


def _question(known: SendingAnswer, campaign: str | None, account: str | None, chosen: int) -> Message:
    """What is asked before anything is settled."""
    meant = [
        group.messages
        for group in known.doubtful
        if campaign in (None, group.campaign) and account in (None, group.account)
    ]
    text = N_("That would settle {n:,} messages for good. Say --yes if that is what you want.")
    return Message(text, n=chosen or sum(meant))


@contextmanager
def _asked(target: Target) -> Iterator[EngineClient | AskedSending]:
    """The workspace's engine if it runs, else one of our own."""
    client = None if target.workspace is None else bundled(target.workspace.folder)
    if client is not None:
        with client:
            yield client
        return
    from engine.server.asked_sending import AskedSending

    with target.engine() as (engine, _):
        yield AskedSending(engine)
