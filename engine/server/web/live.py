"""What changes on open pages, told as it changes: one look a second at each campaign for all who watch it."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from engine.i18n import N_, Message
from engine.logs import get_logger
from engine.run.answers import UnknownCampaign
from engine.server.problems import CallRefused

log = get_logger()

EACH_S = 1.0
LASTS_S = 60.0
"""After so long at most a page has to ask anew, which its browser does by itself: who may no longer look, or
shows a link that was revoked, learns it then."""
PAGE_S, SPREAD_S = 0.002, 0.8
"""Pages are told apart from each other, in so long for each page and so long at most: all at once, hundreds
would keep the server from everybody else."""
SILENCE_S = 15.0
"""So often at least something is sent, for proxies that close what is silent."""
MOST_PAGES = 2_000

Frame = Mapping[str, str]
Look = Callable[[str, Iterable[str]], Mapping[str, Frame]]
"""A campaign and languages → all that its page shows in each. Raises `UnknownCampaign`."""

_AGAIN = "retry: 1000\n\n"
_STILL_HERE = ": still here\n\n"
_GONE = "event: gone\ndata: {}\n\n"


@dataclass
class _Watch:
    """A campaign that somebody watches. number: of the last change; frames: what pages show, by language;
    steps: what changed with it."""

    languages: Counter[str] = field(default_factory=Counter)
    frames: dict[str, Frame] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    number: int = 0
    over: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Live:
    """Belongs to one server, and to its event loop."""

    def __init__(
        self,
        look: Look,
        ending: Callable[[], bool] = lambda: False,
        pause: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(EACH_S),
        chance: Callable[[], float] = random.random,
    ) -> None:
        """look: see `Look`; called in a thread. ending: whether the server is to end. pause: between two
        looks. chance: from 0 to 1, of when a page's turn is."""
        self._look = look
        self._ending = ending
        self._pause = pause
        self._chance = chance
        self._watches: dict[str, _Watch] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pages = 0

    def admit(self) -> None:
        """Raises `CallRefused` where too many pages are open."""
        if self._pages >= MOST_PAGES:
            text = N_("Too many pages are open. Try again in a moment.")
            raise CallRefused(503, "too_many_pages", Message(text), 10.0)

    async def listen(self, campaign: str, language: str) -> AsyncIterator[str]:
        """What a page is sent, as a stream of events: everything, and then what has changed."""
        watch = self._watches.get(campaign)
        if watch is None:
            watch = self._watches[campaign] = _Watch()
            task = asyncio.create_task(self._keep_looking(campaign, watch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        watch.languages[language] += 1
        self._pages += 1
        try:
            yield _AGAIN
            async for said in self._told(watch, language):
                yield said
        finally:
            self._pages -= 1
            watch.languages[language] -= 1

    async def _told(self, watch: _Watch, language: str) -> AsyncIterator[str]:
        loop, known = asyncio.get_running_loop(), -1
        until = loop.time() + LASTS_S * (1 - self._chance() / 4)  # those that came together ask anew apart
        while not watch.over and loop.time() < until:
            changed = watch.changed
            frame = watch.frames.get(language)
            if frame is None or watch.number == known:
                if await _within(changed, SILENCE_S):
                    await asyncio.sleep(self._chance() * min(SPREAD_S, PAGE_S * self._pages))
                else:
                    yield _STILL_HERE
                continue
            yield watch.steps[language] if watch.number == known + 1 and known >= 0 else _event(frame)
            known = watch.number
        if watch.over and not self._ending():
            yield _GONE

    async def _keep_looking(self, campaign: str, watch: _Watch) -> None:
        """Until nobody watches any more, the campaign is gone, or the server ends."""
        try:
            while +watch.languages and not self._ending():
                await self._once(campaign, watch)
                if watch.over:
                    break
                await self._pause()
        finally:
            del self._watches[campaign]
            watch.over = True
            watch.changed.set()

    async def _once(self, campaign: str, watch: _Watch) -> None:
        languages = [*+watch.languages]
        try:
            found = await run_in_threadpool(self._look, campaign, languages)
        except UnknownCampaign:
            watch.over = True
            return
        except Exception:  # the database may be away: pages go on waiting
            log.warning("a campaign's figures cannot be read now", campaign=campaign, exc_info=True)
            return
        steps = {one: _difference(watch.frames.get(one, {}), found[one]) for one in languages}
        if not any(steps.values()):
            return
        watch.frames, watch.number = dict(found), watch.number + 1
        watch.steps = {one: _event(step) for one, step in steps.items()}
        watch.changed.set()
        watch.changed = asyncio.Event()


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _difference(before: Frame, now: Frame) -> Frame:
    return {key: text for key, text in now.items() if before.get(key) != text}


def _event(frame: Frame) -> str:
    return f"data: {json.dumps(frame, ensure_ascii=False, separators=(',', ':'))}\n\n"
