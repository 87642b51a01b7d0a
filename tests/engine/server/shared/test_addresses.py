"""Where a call comes from, as the proxies in front of the server say."""

from __future__ import annotations

from typing import cast

import pytest

from engine.run.clock import VirtualClock
from engine.server.guard import OwnToken
from engine.server.identity.doorkeeper import Team
from engine.server.identity.throttle import Rate
from engine.store.database import Database


@pytest.mark.parametrize(
    ("forwarded", "peer", "address"),
    [
        (b"", "127.0.0.1", "127.0.0.1"),
        (b"192.0.2.7", "127.0.0.1", "192.0.2.7"),
        (b"198.51.100.1, 192.0.2.7", "127.0.0.1", "192.0.2.7"),  # the first one is only said
        (b"198.51.100.1, 192.0.2.7, 10.1.2.3", "127.0.0.1", "192.0.2.7"),
        (b"192.0.2.7", "203.0.113.9", "203.0.113.9"),  # who is no proxy of ours
        (b"10.0.0.1", "127.0.0.1", "10.0.0.1"),
        (b"nonsense", "127.0.0.1", "nonsense"),
        (b"2001:db8::1", "::1", "::1"),
    ],
)
def test_the_last_one_that_is_no_proxy_of_ours(forwarded: bytes, peer: str, address: str) -> None:
    rate = Rate(1.0, 1, lambda: 0.0)
    proxies = ["127.0.0.1", "10.0.0.0/8"]
    database = cast("Database", None)  # nobody is looked up
    team = Team(database, VirtualClock(0), OwnToken("t"), rate, cookie="c", idle_ms=1, proxies=proxies)
    assert team.address({b"x-forwarded-for": forwarded}, peer) == address
