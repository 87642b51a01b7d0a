"""What an engine is asked about sending, answered as it is sent over the wire.

Knows of no web server: the command line asks it, too.
"""

from __future__ import annotations

from engine.channels.sending.doubts import Settlement
from engine.report.doubtful import Which
from engine.run.engine import Engine
from engine.server.answering import doubtful_answer, sending_answer
from engine.server.wire.sending import DoubtfulPage, SendingAnswer, SettleOrder
from engine.shapes.time import instant, to_milliseconds


class AskedSending:
    """One engine, asked in this process; its methods are those of `engine.client.sending`, but raise
    `BadKeyError`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sending(self) -> SendingAnswer:
        """How it goes with accounts, and how many messages are in doubt, by campaign and account."""
        return sending_answer(self._engine)

    def doubtful(
        self, campaign: str | None = None, account: str | None = None, after: str = "", limit: int = 50
    ) -> DoubtfulPage:
        """Messages of which nobody knows whether they were sent, the latest first."""
        found, following = self._engine.doubtful(Which(campaign, account), after, limit)
        return DoubtfulPage(messages=[doubtful_answer(one) for one in found], after=following or None)

    def settle_doubtful(self, order: SettleOrder) -> int:
        """Settle doubtful messages, as somebody decided; how many there were."""
        until = None if order.until is None else to_milliseconds(instant(order.until))
        which = Which(order.campaign, order.account, order.messages, until)
        return self._engine.settle(Settlement(order.how), which, order.who)
