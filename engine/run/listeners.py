"""Which campaigns an event concerns: found by its code and by who waits where, not by asking all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from engine.run.queries import Queries
from engine.run.running import RunningVersion
from engine.store.times import NEVER


class Listeners:
    """The versions that listen to events. `codes`: of all events that any of them listens to."""

    def __init__(self, versions: Iterable[RunningVersion] = ()) -> None:
        self._versions: dict[int, RunningVersion] = {}
        self._entered_by: dict[str, list[RunningVersion]] = defaultdict(list)
        codes: set[str] = set()
        for version in versions:
            follow = version.follow
            codes |= follow.codes
            if follow.awaited or follow.leaving:
                self._versions[version.key] = version
            if version.enters and follow.trigger is not None:
                self._entered_by[follow.trigger].append(version)
        self.codes = frozenset(codes)

    def follow(
        self, connection: Connection, queries: Queries, latest: int, received: Collection[str]
    ) -> bool:
        """Let the events in `incoming` do what they do; False where nobody listens to any of them. `latest`:
        the last time (ms) that lets people enter. received: the codes of the events."""
        codes = self.codes.intersection(received)
        for code in codes:
            for version in self._entered_by.get(code, ()):
                self._let_in(connection, version, latest)
        if codes and self._versions:
            watching = [(key, place) for key, place in queries.watching(connection) if key in self._versions]
            for key, place in watching:
                self._release(connection, self._versions[key], place, codes)
            for key in sorted({key for key, _ in watching}):
                self._let_out(connection, self._versions[key], codes)
        return bool(codes)

    def _let_in(self, connection: Connection, version: RunningVersion, latest: int) -> None:
        window = version.window
        limits = {"start": window.start, "end": window.end or NEVER, "latest": latest}
        arrivals = version.follow.arrivals
        if arrivals is not None and arrivals(connection, limits).rowcount:
            version.runner.note_next(connection, version.plan.places[0], of_events=True)

    def _let_out(self, connection: Connection, version: RunningVersion, codes: frozenset[str]) -> None:
        follow = version.follow
        if not follow.leaving.isdisjoint(codes) and follow.leave_by_event(connection).rowcount:
            version.note_exits(connection)

    def _release(
        self, connection: Connection, version: RunningVersion, place: int, codes: frozenset[str]
    ) -> None:
        awaited = version.follow.awaited.get(place, frozenset())
        if not awaited.isdisjoint(codes) and version.follow.release(place)(connection).rowcount:
            version.runner.note_next(connection, version.plan.places[place], of_events=True)
