"""One look a second at a campaign, whoever and however many watch it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from itertools import count
from typing import Any

from engine.run.answers import UnknownCampaign
from engine.server.web.live import Live

Stream = AsyncIterator[str]


class Campaign:
    """What a campaign shows, changed by the test; looked at when the test says so."""

    def __init__(self, chance: Callable[[], float] = lambda: 0.0) -> None:
        self.shown = {"a": "1", "b": "1"}
        self.looks = 0
        self.failure: Exception | None = None
        self.ending = False
        self._turn = asyncio.Semaphore(1)
        self.live = Live(self._look, lambda: self.ending, self._pause, chance)

    def _look(self, campaign: str, languages: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        self.looks += 1
        if self.failure is not None:
            raise self.failure
        return {one: {key: f"{one} {text}" for key, text in self.shown.items()} for one in languages}

    async def _pause(self) -> None:
        await self._turn.acquire()

    def look_again(self) -> None:
        self._turn.release()


async def told(stream: Stream) -> dict[str, Any]:
    """The next frame of a stream."""
    async for said in stream:
        if said.startswith("data: "):
            found: dict[str, Any] = json.loads(said[6:])
            return found
    raise AssertionError("the stream has ended")


def test_many_pages_are_one_look_and_hear_what_changed_only() -> None:
    async def go() -> None:
        campaign = Campaign()
        pages = [campaign.live.listen("c_1", "en") for _ in range(500)]
        whole = await asyncio.gather(*map(told, pages))
        assert whole == [{"a": "en 1", "b": "en 1"}] * 500
        looks = campaign.looks
        campaign.shown["b"] = "2"
        waiting = [asyncio.ensure_future(told(page)) for page in pages]
        await asyncio.sleep(0)
        campaign.look_again()
        assert await asyncio.gather(*waiting) == [{"b": "en 2"}] * 500
        assert campaign.looks <= looks + 2
        late = campaign.live.listen("c_1", "en")
        assert await told(late) == {"a": "en 1", "b": "en 2"}

    asyncio.run(go())


def test_many_pages_are_not_told_all_at_once() -> None:
    """Calls of others would wait meanwhile."""

    async def go() -> None:
        turns = count()
        campaign = Campaign(lambda: next(turns) % 50 / 50)
        pages = [campaign.live.listen("c_1", "en") for _ in range(50)]
        await asyncio.gather(*map(told, pages))
        campaign.shown["b"] = "2"
        waiting = [asyncio.ensure_future(told(page)) for page in pages]
        await asyncio.sleep(0)
        campaign.look_again()
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) < 25
        assert await asyncio.gather(*waiting) == [{"b": "en 2"}] * 50

    asyncio.run(go())


def test_each_page_is_in_its_own_language() -> None:
    async def go() -> None:
        campaign = Campaign()
        english, chinese = campaign.live.listen("c_1", "en"), campaign.live.listen("c_1", "zh")
        assert (await told(english))["a"] == "en 1"
        second = asyncio.ensure_future(told(chinese))
        await asyncio.sleep(0)
        campaign.look_again()
        assert (await second)["a"] == "zh 1"

    asyncio.run(go())


def test_nobody_looks_for_nobody() -> None:
    async def go() -> None:
        campaign = Campaign()
        page = campaign.live.listen("c_1", "en")
        await told(page)
        await page.aclose()  # type: ignore[attr-defined]
        for _ in range(3):
            campaign.look_again()
            await asyncio.sleep(0.01)
        looks = campaign.looks
        campaign.look_again()
        await asyncio.sleep(0.01)
        assert campaign.looks == looks
        assert not campaign.live._watches

    asyncio.run(go())


def test_a_database_that_is_away_is_waited_for_and_a_campaign_that_is_gone_is_told() -> None:
    async def go() -> None:
        campaign = Campaign()
        page = campaign.live.listen("c_1", "en")
        await told(page)
        campaign.failure = OSError("away")
        waiting = asyncio.ensure_future(told(page))
        campaign.look_again()
        await asyncio.sleep(0.02)
        campaign.failure, campaign.shown["a"] = None, "3"
        campaign.look_again()
        assert await waiting == {"a": "en 3"}
        campaign.failure = UnknownCampaign("c_1")
        campaign.look_again()
        assert [said async for said in page][-1].startswith("event: gone")

    asyncio.run(go())


def test_pages_are_let_go_when_the_server_ends() -> None:
    async def go() -> None:
        campaign = Campaign()
        page = campaign.live.listen("c_1", "en")
        await told(page)
        campaign.ending = True
        campaign.look_again()
        assert [said async for said in page if said.startswith("event")] == []

    asyncio.run(go())
