"""What a client asks of sending: how it goes with accounts, doubtful messages and what becomes of them."""

from __future__ import annotations

from urllib.parse import urlencode

from engine.client.calls import Calls
from engine.server.wire.sending import DoubtfulPage, SendingAnswer, Settled, SettleOrder


def somebody() -> str:
    """Who sits at this computer, for the engine's audit."""
    import getpass

    try:
        return getpass.getuser()[:200] or "?"
    except (KeyError, OSError, ImportError):  # nobody by name, as in a container
        return "?"


class SendingCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def sending(self) -> SendingAnswer:
        """How it goes with accounts, and how many messages are in doubt, by campaign and account."""
        return self._call(SendingAnswer, "GET", "/sending")

    def doubtful(
        self, campaign: str | None = None, account: str | None = None, after: str = "", limit: int = 50
    ) -> DoubtfulPage:
        """Messages of which nobody knows whether they were sent, the latest first."""
        asked = {"campaign": campaign, "account": account, "after": after, "limit": limit}
        known = {name: value for name, value in asked.items() if value is not None}
        return self._call(DoubtfulPage, "GET", f"/doubtful?{urlencode(known)}")

    def settle_doubtful(self, order: SettleOrder) -> int:
        """Settle doubtful messages, as somebody decided; how many there were."""
        body = order.model_dump_json().encode()
        return self._call(Settled, "POST", "/doubtful/settle", body=body, long=True).messages
