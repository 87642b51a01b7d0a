"""A campaign version at work: its plan, its runner, and what it has to do next."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from engine.audience.updates import update_order
from engine.components.behaviour import EnterAudiences, Send
from engine.plan.follow import FollowUps
from engine.plan.influence import TAG
from engine.plan.plan import Plan
from engine.run.cycles import Cycles, Run
from engine.run.entering import Grid, Window
from engine.run.waves import NoteWritten, Transactions, WaveRunner
from engine.shapes.conditions import leaves
from engine.store.tables.people import audience
from engine.workspace.audience import TagsCard
from engine.workspace.bundle import Bundle

NOBODY = Window(0, 0)


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """Something to do at a moment (ms): update `audience`, or (phase 1) let people enter, with `run` anew."""

    moment: int
    phase: int
    campaign_id: str
    version: int
    audience: str | None = field(default=None, compare=False)
    run: Run | None = field(default=None, compare=False)


class RunningVersion:
    """A version with people in it, or that people may enter.

    Attributes:
        window, grid, resumed_at: when people may enter, when a recurring trigger is due, when the campaign
            was last restarted. published_at: when this version was published.
        enters: whether new people take this version.
        coupled: whether another campaign can make a difference to it.
        cycles: those that it has had. item: what it has to do next besides moving its people. next_run: when
            people of its audiences enter next (ms), or None.
        shared_id_types: ID types whose shared addresses make a difference.
        tags_of_audiences: tags on which its audiences depend.
        runs_ahead: people of its audiences will still enter.
        updates_for_leaving: audiences of which each update counts, for it may let people leave.
        obeyed: audience whose people leave → the list of its members that has been looked through.
    """

    def __init__(
        self,
        bundle: Bundle,
        plan: Plan,
        transactions: Transactions,
        wave: int | None = None,
        note_written: NoteWritten | None = None,
    ) -> None:
        self.bundle = bundle
        self.plan = plan
        self.campaign = plan.context.campaign
        self.key = plan.context.version
        self.runner = WaveRunner(plan, transactions, wave, note_written)
        self.follow = FollowUps(plan)
        self.window = NOBODY
        self.grid = Grid(0, 0)
        self.published_at = self.resumed_at = 0
        self.enters = False
        self.coupled = False
        self.cycles = Cycles()
        self.item: Item | None = None
        self.next_run: int | None = None
        self.runs_ahead = False
        self.obeyed: dict[str, int] = {}
        sends = [node.behaviour for node in plan.flow.nodes.values() if isinstance(node.behaviour, Send)]
        self.shared_id_types = frozenset(send.id_type for send in sends if send.marketing)
        self.tags_of_audiences = frozenset(self._tags_of_audiences())
        leaving, files = set(self.follow.audiences), bundle.audiences
        self.updates_for_leaving = (
            [id for id in files if not leaving.isdisjoint(update_order(files, id))] if leaving else []
        )

    def _tags_of_audiences(self) -> set[str]:
        if not (isinstance(self.plan.flow.trigger.behaviour, EnterAudiences) or self.follow.audiences):
            return set()
        fields = {
            leaf.field
            for file in self.bundle.audiences.values()
            for card in file.cards or ()
            if isinstance(card, TagsCard)
            for _, leaf in leaves(card.condition)
        }
        return {name.removeprefix(TAG) for name in fields if name.startswith(TAG)}

    def note_exits(self, connection: Connection) -> None:
        """People have been moved from where they waited to where they leave, or back."""
        for place in (*self.plan.exits, *self.plan.exits.values()):
            self.runner.note_next(connection, self.plan.places[place])

    def obey_audiences(self, connection: Connection) -> None:
        """Let those leave who wait and have come into an audience whose people leave, since the last time."""
        if not (self.follow.audiences and self.plan.exits):
            return  # nobody leaves, or nobody ever waits
        query = select(audience.c.id, audience.c.list, audience.c.updated_at).where(
            audience.c.id.in_(self.follow.audiences), audience.c.list.is_not(None)
        )
        moved = 0
        for id, members, updated_at in connection.execute(query).all():
            if self.obeyed.get(id) != members:
                since = max(updated_at, self.resumed_at)
                moved += self.follow.leave_by_audience(connection, {"list": members, "since": since}).rowcount
                self.obeyed[id] = members
        if moved:
            self.note_exits(connection)
