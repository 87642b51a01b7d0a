"""A campaign version at work: its plan, its runner, and what it has to do next."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.components.behaviour import EnterAudiences, Send
from engine.plan.follow import FollowUps
from engine.plan.influence import TAG
from engine.plan.plan import Plan
from engine.run.cycles import Cycles, Run
from engine.run.entering import Window
from engine.run.waves import WAVE, Transactions, WaveRunner
from engine.shapes.conditions import leaves
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
        window, anchor, resumed_at: when people may enter, where the grid of a recurring trigger begins, when
            the campaign was last restarted.
        enters: whether new people take this version.
        coupled: whether another campaign can make a difference to it.
        cycles: those that it has had. item: what it has to do next besides moving its people. next_run: when
            people of its audiences enter next (ms), or None.
        shared_id_types: ID types whose shared addresses make a difference.
        tags_of_audiences: tags on which its audiences depend.
    """

    def __init__(
        self, bundle: Bundle, plan: Plan, transactions: Transactions, wave: int | None = None
    ) -> None:
        self.bundle = bundle
        self.plan = plan
        self.campaign = plan.context.campaign
        self.key = plan.context.version
        self.runner = WaveRunner(plan, transactions, wave or WAVE)
        self.follow = FollowUps(plan)
        self.window = NOBODY
        self.anchor = 0
        self.resumed_at = 0
        self.enters = False
        self.coupled = False
        self.cycles = Cycles()
        self.item: Item | None = None
        self.next_run: int | None = None
        sends = [node.behaviour for node in plan.flow.nodes.values() if isinstance(node.behaviour, Send)]
        self.shared_id_types = frozenset(send.id_type for send in sends if send.marketing)
        self.tags_of_audiences = frozenset(self._tags_of_audiences())

    def _tags_of_audiences(self) -> set[str]:
        if not isinstance(self.plan.flow.trigger.behaviour, EnterAudiences):
            return set()
        fields = {
            leaf.field
            for file in self.bundle.audiences.values()
            for card in file.cards or ()
            if isinstance(card, TagsCard)
            for _, leaf in leaves(card.condition)
        }
        return {name.removeprefix(TAG) for name in fields if name.startswith(TAG)}
