"""What providers' answers mean, where several of them mean it alike; and one send as several requests."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from email.utils import parsedate_to_datetime
from hashlib import blake2b

from engine.channels.adapter import Accepted, Delivery, Later, Outcome, Refused, Unknown
from engine.channels.http_connection import Lost
from engine.channels.verdict import NotReached
from engine.channels.web import Answer
from engine.logs import get_logger

log = get_logger()

_AT_A_TIME = 8
"""Requests of one send that are under way together."""
_LONGEST_WAIT = 24 * 3600
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,59}|-?[0-9]{1,6}")
"""What may be shown of a provider's code: nothing that could be a number to call, or a sentence with one."""
_NOT_BEGUN = (408, 425, 429)
"""The request was not even looked at."""
_OURS = (401, 407)
"""Not this message is wrong, but how we sign in."""
_BUSY = (429, 502, 503, 504)

Send = Callable[[Sequence[Delivery]], Awaitable[Sequence[Outcome]]]


def code(found: object, otherwise: str) -> str:
    """A provider's code as a reason, or another where it is no code."""
    text = str(found)
    return text if _CODE.fullmatch(text) else otherwise


def one_of(call: str, address: str) -> str:
    """Names one message of a call to several addresses; the address cannot be read from it."""
    return f"{call[:100]}/{blake2b(address.encode(), digest_size=6).hexdigest()}"


def seconds_to_wait(header: str) -> float | None:
    """What a Retry-After says: seconds, or a date; at most a day, None where it says nothing usable."""
    if header.strip().isascii() and header.strip().isdigit():
        return float(min(int(header.strip()[:9]), _LONGEST_WAIT))
    try:
        left = parsedate_to_datetime(header).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return min(max(left, 0.0), float(_LONGEST_WAIT))


def by_status(answer: Answer, *, heeds_keys: bool) -> Outcome:
    """What a status says of everything in a request.

    A receiver that had trouble of its own (5xx) may have done something before: that is in doubt, unless it
    heeds keys and can be asked again.
    """
    status = answer.status
    if 200 <= status < 300:
        return Accepted()
    reason = f"http_{status}"
    if status in _NOT_BEGUN:
        return Later(reason, seconds_to_wait(answer.wait), whole_account=status == 429)
    if status in _OURS or 300 <= status < 400:
        return Later(reason, whole_account=True)
    if status < 500:
        return Refused(reason)
    if heeds_keys:
        return Later(reason, seconds_to_wait(answer.wait), whole_account=status in _BUSY)
    return Unknown(reason)


async def by_group(
    batch: Sequence[Delivery], group: Callable[[Delivery], Hashable], send: Send
) -> list[Outcome]:
    """One `send` a group, several at a time. What becomes of one says nothing of the others."""
    if len(batch) == 1:
        return list(await _settled(batch, send))
    places: dict[Hashable, list[int]] = {}
    for place, delivery in enumerate(batch):
        places.setdefault(group(delivery), []).append(place)
    if len(places) == 1:
        return list(await _settled(batch, send))
    groups = list(places.values())
    room = asyncio.Semaphore(_AT_A_TIME)

    async def sent(some: Sequence[int]) -> Sequence[Outcome]:
        async with room:
            return await _settled([batch[place] for place in some], send)

    found = await asyncio.gather(*map(sent, groups), return_exceptions=True)
    unreached = [one for one in found if isinstance(one, NotReached)]
    if len(unreached) == len(found):
        raise unreached[0]
    outcomes: list[Outcome] = [Unknown("failed")] * len(batch)
    for some, answers in zip(groups, found, strict=True):
        if isinstance(answers, NotReached):
            answers = [Later("not_reached")] * len(some)
        elif isinstance(answers, BaseException):
            log.warning("a provider's module failed", error=type(answers).__name__)
            answers = [Unknown(type(answers).__name__)] * len(some)
        for place, outcome in zip(some, answers, strict=True):
            outcomes[place] = outcome
    return outcomes


async def in_turn(batch: Sequence[Delivery], send: Send) -> list[Outcome]:
    """One after the other. Where one says that nothing goes through, the rest is not tried, but for later."""
    outcomes: list[Outcome] = []
    for delivery in batch:
        try:
            outcomes += await _settled([delivery], send)
        except NotReached:
            if not outcomes:
                raise
            outcomes.append(Later("not_reached", whole_account=True))
        last = outcomes[-1]
        if isinstance(last, Unknown) or (isinstance(last, Later) and last.whole_account):
            break
    return outcomes + [Later("not_tried")] * (len(batch) - len(outcomes))


async def halved(batch: Sequence[Delivery], send: Send) -> list[Outcome]:
    """A batch that was refused as a whole because of somebody in it: its halves by themselves."""
    first = {id(delivery) for delivery in batch[: len(batch) // 2]}
    return await by_group(batch, lambda delivery: id(delivery) in first, send)


async def _settled(batch: Sequence[Delivery], send: Send) -> Sequence[Outcome]:
    try:
        return await send(batch)
    except Lost as lost:
        return [Unknown(lost.reason)] * len(batch)
