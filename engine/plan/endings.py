"""Entries and cycles that end: how many tokens an entry has left, when the last of a cycle was through."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Insert, Subquery, Update, and_, case, func, literal, select, tuple_, update
from sqlalchemy.sql import Executable

from engine.components.behaviour import EnterOnEvent, Gather
from engine.plan.contact import Cuts
from engine.plan.context import Context
from engine.plan.counting import cycle_of_wave
from engine.plan.places import Layout, Path, Place, Stage, on_paths
from engine.plan.temporary import wave
from engine.store.dialect import upsert_adding
from engine.store.tables.runs import entry, finished


class Endings:
    """Builds the statements of one plan."""

    def __init__(self, context: Context, layout: Layout) -> None:
        self._context = context
        self._layout = layout
        self._tracks = tracks_live(context, layout)

    def of(self, place: Place) -> Iterator[Executable]:
        """Note whose last token has ended; whoever has entered makes the row that counts them."""
        ends = [path for path in place.paths if not path.tails]
        if place.stage is Stage.ENTER and (self._tracks or keeps_ends(self._layout)):
            nobody = select(
                cycle_of_wave(self._context).label("cycle"), literal(0).label("at"), literal(0).label("n")
            )
            yield self._finished(nobody.select_from(wave).subquery())
        if self._tracks:
            yield from self._live(place)
            if ends:
                yield self._finished(self._last_tokens(place, ends))
        elif ends and keeps_ends(self._layout):
            ended = select(
                cycle_of_wave(self._context).label("cycle"), wave.c.now.label("at"), literal(1).label("n")
            )
            yield self._finished(ended.where(*on_paths(place, ends)).subquery())

    def _live(self, place: Place) -> Iterator[Update]:
        if place.stage is Stage.ENTER:
            return
        steps: dict[tuple[int, int], list[Path]] = {}
        for path in place.paths:
            # Rows of one entry may be merged in one wave, but never by the same path.
            kind = path.number if path.merged else 0
            steps.setdefault((len(path.tails) - 1, kind), []).append(path)
        key = tuple_(entry.c.person, entry.c.entry)
        for (delta, _), paths in steps.items():
            if delta:
                rows = select(wave.c.person, wave.c.entry).where(*on_paths(place, paths))
                mine = entry.c.campaign == self._context.campaign
                yield update(entry).values(live=entry.c.live + delta).where(mine, key.in_(rows))

    def _last_tokens(self, place: Place, ends: list[Path]) -> Subquery:
        """Entries of which a token ends in the wave: their cycle, the moment, whether it was the last one.

        Places do not run in order of time, so an earlier one may be the last to be run.
        """
        rows = select(wave.c.person, wave.c.entry, func.max(wave.c.now).label("at"))
        rows = rows.where(*on_paths(place, ends)).group_by(wave.c.person, wave.c.entry)
        last = rows.subquery()
        return (
            select(entry.c.cycle, last.c.at, case((entry.c.live == 0, 1), else_=0).label("n"))
            .select_from(last)
            .join(
                entry,
                and_(
                    entry.c.campaign == self._context.campaign,
                    entry.c.person == last.c.person,
                    entry.c.entry == last.c.entry,
                ),
            )
            .subquery()
        )

    def _finished(self, ended: Subquery) -> Insert:
        counted = (
            select(
                literal(self._context.version).label("version"),
                ended.c.cycle,
                self._context.shard.label("shard"),
                func.sum(ended.c.n).label("n"),
                func.max(ended.c.at).label("last"),
            )
            .group_by(ended.c.cycle)
            .subquery()
        )
        rows = select(counted).where(counted.c.n >= 0)  # SQLite wants a condition in front of ON CONFLICT
        columns = ["version", "cycle", "shard", "n", "last"]
        return upsert_adding(self._context.dialect, finished, columns, rows, "n", latest="last")


def tracks_live(context: Context, layout: Layout) -> bool:
    """Whether the entries count their tokens: where several may be alive, or leaving makes a difference, in
    this version or a later one."""
    trigger = layout.flow.trigger.behaviour
    leaving_counts = isinstance(trigger, EnterOnEvent) and trigger.re_entry == "after_exit"
    return layout.flow.fans_out or leaving_counts or Cuts.TRACKED in context.cuts


def keeps_ends(layout: Layout) -> bool:
    """Whether it counts when everybody of a cycle is through: then audiences are written."""
    gathers = any(isinstance(node.behaviour, Gather) for node in layout.flow.nodes.values())
    return gathers or layout.flow.recurs
