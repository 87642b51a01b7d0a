"""From planned to handed over: quiet times and send window, suppression, duplicates, fatigue (components,
section 9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from tests.engine.interpreter.case import Json
from tests.engine.interpreter.clock import DAY, HOUR, MINUTE
from tests.engine.interpreter.windows import next_opening
from tests.engine.interpreter.world import Message, World

PERIODS = {"minute": MINUTE, "hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY}
RECEIPTS = {"app_push": ("opened", "ignored")}


def is_exempt(world: World, who: str) -> bool:
    """Of a whitelist of more than 100 people nobody is."""
    whitelist = world.members.get(world.case.settings.get("whitelist") or "", ())
    return who in whitelist and len(whitelist) <= 100


def claim(world: World, message: Message, now: int) -> None:
    """Hold a planned message, skip it, or hand it over."""
    exempt = is_exempt(world, message.entry.person)
    if message.marketing:
        quiet = [] if exempt else quiet_periods(world, message.kind, now)
        if (opens := next_opening(world, message.entry.person, now)) is not None:
            quiet.append((opens, True))
            message.outside += 1
        if quiet and all(postpone for _, postpone in quiet):
            message.held = max(end for end, _ in quiet)
            world.wake(message.held)
            return
        if quiet:
            message.state, message.reason = "skipped", "quiet_time"
        elif (message.type, message.address) in world.suppressed:
            message.state, message.reason = "skipped", "suppressed"
        elif _is_duplicate(world, message):
            message.state, message.reason = "skipped", "duplicate_address"
        elif not exempt and _over_limit(world, message, now):
            message.state, message.reason = "skipped", "fatigue"
    if message.state == "planned":
        _hand_over(world, message, now)


def release(world: World, now: int) -> None:
    """Claim the messages whose quiet time ends now, in order of planning."""
    for message in world.messages:
        if message.state == "planned" and message.held == now:
            claim(world, message, now)


def quiet_periods(world: World, channel: str, now: int) -> list[tuple[int, bool]]:
    """End and `postpone` of every quiet period, [from, to), that a moment lies in."""
    quiet, clock = world.case.settings.get("quiet", {}), world.clock
    found: list[tuple[int, int, bool]] = []
    daily = quiet.get("channels", {}).get(channel)
    if daily:
        for days in (-2, -1, 0, 1):
            day = clock.today(now) + timedelta(days=days)
            last = day + timedelta(days=daily["to"] < daily["from"])
            postpone = daily.get("postpone", False)
            found.append((clock.at(day, daily["from"]), clock.at(last, daily["to"]), postpone))
    for holiday in quiet.get("holidays", ()):
        first, last = date.fromisoformat(holiday["from"]), date.fromisoformat(holiday["to"])
        after = clock.at(last + timedelta(days=1), "00:00")
        found.append((clock.at(first, "00:00"), after, holiday.get("postpone", False)))
    return [(end, postpone) for begin, end, postpone in found if begin <= now < end]


def _is_duplicate(world: World, message: Message) -> bool:
    """Whether another person was the first to get this node's message at this address in this cycle."""
    if not world.case.settings.get("duplicate_address", True):
        return False
    same = [
        other.entry.person
        for other in world.messages
        if other.sent is not None
        and (other.node, other.entry.cycle, other.address)
        == (message.node, message.entry.cycle, message.address)
    ]
    return bool(same) and message.entry.person not in same


def _over_limit(world: World, message: Message, now: int) -> bool:
    """Whether a limit is reached by what was handed over in (now - d, now] and has not failed."""
    by_person = world.case.settings.get("count_by", "person") == "person"

    def to_the_same(other: Message) -> bool:
        if by_person:
            return other.entry.person == message.entry.person
        return (other.type, other.address) == (message.type, message.address)

    def signed_alike(other: Message) -> bool:
        return other.kind == message.kind and other.signature == message.signature

    fatigue = world.case.settings.get("fatigue", {})
    for limit in fatigue.get("global", ()):
        if _handed_over(world, limit, now, to_the_same) >= limit["max"]:
            return True
    for limit in fatigue.get("channels", {}).get(message.kind, ()):
        concerned = limit.get("signature") in (None, message.signature)
        both = lambda other: to_the_same(other) and signed_alike(other)  # noqa: E731
        if concerned and _handed_over(world, limit, now, both) >= limit["max"]:
            return True
    return False


def exhausted(world: World, who: str, channel: str, now: int) -> bool:
    """For Fatigue Judgment: what is still held counts, too, and all that goes to the person."""
    if is_exempt(world, who):
        return False
    fatigue = world.case.settings.get("fatigue", {})
    limits: list[tuple[Json, str | None]] = [(limit, None) for limit in fatigue.get("global", ())]
    limits += [(limit, channel) for limit in fatigue.get("channels", {}).get(channel, ())]
    for limit, of in limits:

        def counts(other: Message, limit: Json = limit, of: str | None = of) -> bool:
            signature = limit.get("signature") in (None, other.signature)
            return other.entry.person == who and of in (None, other.kind) and signature

        held = sum(m.marketing and m.state == "planned" and counts(m) for m in world.messages)
        if held + _handed_over(world, limit, now, counts) >= limit["max"]:
            return True
    return False


def _handed_over(world: World, limit: Json, now: int, counts: Callable[[Message], bool]) -> int:
    since = now - PERIODS[limit["per"]]
    return sum(
        m.marketing
        and m.sent is not None
        and since < m.sent <= now
        and m.at(now)[0] != "failed"
        and counts(m)
        for m in world.messages
    )


def _hand_over(world: World, message: Message, now: int) -> None:
    """The simulated provider takes the message; what it will answer stands in the results file."""
    message.state, message.sent, message.known = "sending", now, now
    row = _answer(world, message)
    if row is None:
        return
    code, _, reason = row["result"].partition("(")
    message.answer = ("sent" if code == "success" else code, reason.removesuffix(")"))
    message.known = now + int(Decimal(row["after_seconds"]) * 1000)
    world.wake(message.known)
    receipt = row.get("receipt", "")
    at = message.known + int(Decimal(row.get("receipt_after_seconds") or 0) * 1000)
    account = world.case.accounts.get(world.nodes[message.node]["config"].get("webhook", ""), {})
    collected = account.get("settings", {}).get("receipts")
    codes = collected["codes"] if collected else RECEIPTS.get(message.kind, ())
    in_time = not collected or at <= world.clock.plus(now, collected["collect"])
    if receipt in codes and in_time and message.answer[0] == "sent":
        message.receipt, message.receipt_at = receipt, at
        world.wake(at)


def _answer(world: World, message: Message) -> dict[str, str] | None:
    """The most specific row of the results file, entry before address; of equal ones the last."""
    rows = [
        row
        for row in world.case.results
        if (row["person_id"], row["node"]) == (message.entry.person, message.node)
        and row.get("entry", "") in ("", str(message.entry.number))
        and row.get("address", "") in ("", message.address)
    ]
    order = sorted(rows, key=lambda row: (bool(row.get("entry")), bool(row.get("address"))))
    return order[-1] if order else None
