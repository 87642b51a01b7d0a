"""Places and paths: the campaign cut into pieces that a wave runs in one go.

A *place* is where people wait: the trigger, the release from a holding node, or a cut, where people stop only
until the next wave. From a place everything up to the next places is decided at once: a tree of choices whose
leaves are *paths*. A path says everything that one person does there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from sqlalchemy import ColumnElement, literal_column

from engine.components.base import OTHER, OUT
from engine.components.behaviour import (
    Branch,
    DrawCoupon,
    Gather,
    GroupTest,
    JudgeEvents,
    JudgeGoal,
    JudgeResult,
    Send,
    SetTags,
    Split,
)
from engine.plan.contact import Cuts
from engine.plan.graph import HOLDERS, Edge, Flow, FlowNode
from engine.plan.influence import Influence, influence_of
from engine.plan.temporary import wave
from engine.store.versions import HELD_BACK

MAX_PATHS = 256
MAX_DEPTH = 6
"""Nested choices in one place: SQLite's parser has a stack of 100, conditions nest too."""
MAX_LENGTH = 100
"""Nodes in a row in one place: a wave writes what all of them do in one transaction."""

_FIRST = 1 << 30

DONE, LEFT, MERGED, ARRIVE, EXITED = "done", "left", "merged", "arrive", "exited"


class Stage(IntEnum):
    """What happens at a place, in the order of one instant at one node; OUTBOX and EXIT: of a whole instant.

    EXIT: people who wait at the node leave the campaign.
    """

    ENTER = 0
    CUT = 1
    RELEASE = 2
    OUTBOX = 3
    EXIT = 4


@dataclass(frozen=True, slots=True)
class BucketTest:
    """Whether the person's bucket (0-9999) at the node is below `below`.

    group: of a test that ends, the number of the group; once it has ended, whether this one takes everybody.
    """

    node: str
    below: int
    group: int | None = None


@dataclass(frozen=True, slots=True)
class EventsTest:
    judgment: JudgeEvents | JudgeGoal


@dataclass(frozen=True, slots=True)
class ResultTest:
    """Whether the message in front of the node has the result `code`."""

    node: str
    code: str


@dataclass(frozen=True, slots=True)
class WonTest:
    """Whether the row is the entry's first at the joined node."""

    node: str


@dataclass(frozen=True, slots=True)
class ViaTest:
    """Whether the row came by this link into its node."""

    via: int


@dataclass(frozen=True, slots=True)
class ExitTest:
    """Whether the person who enters is in an audience whose people leave."""


@dataclass(frozen=True, slots=True)
class HeldBackTest:
    """Whether the person who would enter is of a control group."""


Test = GroupTest | BucketTest | EventsTest | ResultTest | WonTest | ViaTest | ExitTest | HeldBackTest


@dataclass(frozen=True, slots=True)
class Tail:
    """A token at the end of a path: it goes to `place`; `via` None: it keeps the link that it came by."""

    place: int
    via: int | None


@dataclass(slots=True)
class Path:
    """What one person does from a place to the next ones.

    steps: (node number, "arrive" or outcome), in order. links: links taken. effects: ids of nodes that write
    something, in order. achieved: those of them whose goal was reached. tails: the tokens left at its end.
    """

    number: int
    place: int
    steps: list[tuple[int, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    achieved: list[str] = field(default_factory=list)
    tails: list[Tail] = field(default_factory=list)

    @property
    def merged(self) -> bool:
        return bool(self.steps) and self.steps[-1][1] == MERGED

    @property
    def held_back(self) -> bool:
        return bool(self.steps) and self.steps[-1][1] == HELD_BACK


@dataclass(frozen=True, slots=True)
class Choice:
    """The first test that holds decides."""

    tests: tuple[tuple[Test, Decision], ...]
    otherwise: Decision


Decision = Choice | Path


@dataclass(slots=True)
class Place:
    """A place. `joins`: rows claim the node first. `paths`: all leaves of `tree`. `awaits_provider`: people
    wait here for what a real provider says. `way_out`: the place by which people leave who wait here."""

    index: int
    node: FlowNode
    stage: Stage
    joins: bool
    tree: Decision
    paths: list[Path]
    awaits_provider: bool = False
    way_out: int | None = None

    @property
    def watched(self) -> bool:
        """Whether events or results may release people early."""
        if self.way_out is not None or self.stage is Stage.EXIT:
            return True
        return self.awaits_provider or self.decided_early

    @property
    def decided_early(self) -> bool:
        """Whether people go on from here as soon as events have decided it."""
        behaviour = self.node.behaviour
        return self.stage is Stage.RELEASE and isinstance(behaviour, JudgeEvents) and behaviour.early

    @property
    def looks_back(self) -> bool:
        """Whether the release needs to know when the person arrived."""
        return self.stage is Stage.RELEASE and isinstance(self.node.behaviour, JudgeEvents | JudgeGoal)

    @property
    def turn(self) -> int:
        """Its turn within an instant: what quiet times held back goes first."""
        return self.index - _FIRST if self.stage is Stage.OUTBOX else self.index


@dataclass(slots=True)
class Layout:
    """All places of a campaign, in the order in which one instant runs them; place 0 is the trigger.

    The outboxes stand behind all others, so that the places of campaigns that were published before there
    were any keep their numbers; and exits behind those.
    """

    flow: Flow
    influence: Influence
    places: list[Place]

    @property
    def paths(self) -> Iterator[Path]:
        for place in self.places:
            yield from place.paths

    def place_of(self, node: str, stage: Stage) -> Place | None:
        """The place of a node and stage, if it is one."""
        return next((p for p in self.places if p.node.id == node and p.stage is stage), None)


def layout_of(flow: Flow, wanted: Cuts = Cuts.NONE, *, holds_back: bool = False) -> Layout:
    """Cut the campaign into places and number its paths. `wanted`: see `influence_of`. holds_back: there is a
    control group; its path has the number 0, for the workspace may begin and end it at any time."""
    influence = influence_of(flow, wanted)
    cuts = _cuts(flow, influence)
    keys = [(flow.trigger.order, Stage.ENTER, flow.trigger)]
    for node in flow.nodes.values():
        if node.id in cuts:
            keys.append((node.order, Stage.CUT, node))
        if node.holds:
            keys.append((node.order, Stage.RELEASE, node))
    keys.sort(key=lambda key: key[:2])
    keys += [(node.order, Stage.OUTBOX, node) for node in flow.nodes.values() if may_wait(node)]
    if flow.exits:
        holders = (node for node in flow.nodes.values() if isinstance(node.behaviour, HOLDERS))
        keys += [(node.order, Stage.EXIT, node) for node in holders]
    builder = _Builder(flow, {(node.id, stage): index for index, (_, stage, node) in enumerate(keys)})
    places = [builder.place(index, node, stage) for index, (_, stage, node) in enumerate(keys)]
    if holds_back:
        _hold_back(places[0])
    return Layout(flow, influence, places)


def may_wait(node: FlowNode) -> bool:
    """Whether quiet times or a send window may hold back what the node sends."""
    return isinstance(node.behaviour, Send) and node.behaviour.marketing


def _cuts(flow: Flow, influence: Influence) -> set[str]:
    """Nodes that begin a place: joins, fan-outs, what `influence` asks for, and what keeps trees small."""
    cuts = set(influence.cuts | flow.joins)
    cuts |= {id for id in flow.fan_targets if not (flow.nodes[id].holds or flow.nodes[id].ends)}
    size: dict[str, int] = {}
    depth: dict[str, int] = {}
    length: dict[str, int] = {}
    for node in reversed(list(flow.nodes.values())):
        ports = [flow.out.get((node.id, port), []) for port in node.ports]
        targets = [edges[0].target for edges in ports if len(edges) == 1]
        inline = {id for id in targets if id not in cuts and not flow.nodes[id].holds}
        leaves = max(1, len(node.ports) + isinstance(node.behaviour, Branch | JudgeEvents | JudgeGoal))
        while True:
            size[node.id] = leaves + sum(size[id] - 1 for id in targets if id in inline)
            depth[node.id] = max((depth[id] for id in inline), default=0) + (leaves > 1)
            length[node.id] = max((length[id] for id in inline), default=0) + 1
            small = size[node.id] <= MAX_PATHS and depth[node.id] <= MAX_DEPTH
            if not inline or (small and length[node.id] <= MAX_LENGTH):
                break
            worst = max(inline, key=lambda id: (size[id], depth[id], length[id], id))
            inline.discard(worst)
            cuts.add(worst)
    return cuts


class _Builder:
    def __init__(self, flow: Flow, places: dict[tuple[str, Stage], int]) -> None:
        self._flow = flow
        self._places = places
        self._next = 1
        self._paths: list[Path] = []
        self._place = 0

    def place(self, index: int, node: FlowNode, stage: Stage) -> Place:
        self._paths, self._place = [], index
        joins = stage is Stage.CUT and node.id in self._flow.joins
        if stage is Stage.ENTER:
            tree = self._enter(node, index)
        elif stage is Stage.OUTBOX:
            tree = self._leaf(Path(0, index))
        elif stage is Stage.EXIT:
            tree = self._leaf(Path(0, index, [(node.number, EXITED)]))
        elif stage is Stage.RELEASE or not joins:
            tree = self._decide(node, Path(0, index))
        else:
            tree = self._claim(node, index)
        awaits = stage is Stage.RELEASE and self._flow.awaits_provider(node)
        way_out = self._places.get((node.id, Stage.EXIT)) if stage is Stage.RELEASE else None
        return Place(index, node, stage, joins, tree, self._paths, awaits, way_out)

    def _enter(self, node: FlowNode, index: int) -> Decision:
        trail = Path(0, index, [(node.number, ARRIVE)], [self._flow.entrance])
        if not any(rule.audience is not None for rule in self._flow.exits):
            return self._decide(node, trail)
        out = self._copy(trail)
        out.steps.append((node.number, EXITED))
        return Choice(((ExitTest(), self._leaf(out)),), self._decide(node, trail))

    def _claim(self, node: FlowNode, index: int) -> Decision:
        if node.holds:  # claimed, and now held: nothing to count, for the arrival has been
            path = self._leaf(Path(0, index))
            path.tails.append(Tail(self._places[(node.id, Stage.RELEASE)], None))
            won: Decision = path
        else:
            won = self._decide(node, Path(0, index))
        lost = [self._leaf(Path(0, index, [(node.number, MERGED)])) for _ in self._flow.into[node.id]]
        by_link = tuple((ViaTest(via), path) for via, path in enumerate(lost[:-1]))
        return Choice(((WonTest(node.id), won), *by_link), lost[-1])

    def _decide(self, node: FlowNode, trail: Path) -> Decision:
        """The choices of a node that the person is at, and all behind it."""
        behaviour = node.behaviour
        if node.ends:
            trail.steps.append((node.number, DONE))
            return self._leaf(trail)
        if isinstance(behaviour, Send | DrawCoupon | SetTags | Gather | JudgeGoal):
            trail.effects.append(node.id)
        if isinstance(behaviour, JudgeGoal):
            reached = self._copy(trail)
            reached.achieved.append(node.id)
            achieved = self._follow(node, OUT, reached)
            return Choice(((_events_test(node.id, behaviour), achieved),), self._follow(node, OUT, trail))
        tests: list[tuple[Test, str]] = []
        if isinstance(behaviour, Branch):
            tests = [(test, port) for port, test in behaviour.groups]
        elif isinstance(behaviour, Split):
            below = 0
            for number, (port, share) in enumerate(behaviour.shares):
                below += share * 10
                group = number if behaviour.end is not None else None
                tests.append((BucketTest(node.id, below, group), port))
        elif isinstance(behaviour, JudgeEvents):
            tests = [(_events_test(node.id, behaviour), OUT)]
        elif isinstance(behaviour, JudgeResult):
            tests = [(ResultTest(node.id, code), port) for port, code in behaviour.results]
        if not tests:
            return self._follow(node, OUT, trail)
        rest = OTHER if OTHER in node.ports else LEFT
        if isinstance(behaviour, Split):
            *tests, (_, rest) = tests
        chosen = tuple((test, self._follow(node, port, self._copy(trail))) for test, port in tests)
        return Choice(chosen, self._follow(node, rest, self._copy(trail)))

    def _follow(self, node: FlowNode, port: str, trail: Path) -> Decision:
        trail.steps.append((node.number, port))
        edges = self._flow.out.get((node.id, port), [])
        if len(edges) == 1:
            return self._go(edges[0], trail)
        for edge in edges:
            self._go_aside(edge, trail)
        return self._leaf(trail)

    def _go(self, edge: Edge, trail: Path) -> Decision:
        target = self._flow.nodes[edge.target]
        if self._place_of(target) is None:
            self._arrive(edge, target, trail)
            return self._decide(target, trail)
        self._go_aside(edge, trail)
        return self._leaf(trail)

    def _go_aside(self, edge: Edge, trail: Path) -> None:
        target = self._flow.nodes[edge.target]
        self._arrive(edge, target, trail)
        place = self._place_of(target)
        if place is None:  # an End that no other branch can reach
            trail.steps.append((target.number, DONE))
        else:
            trail.tails.append(Tail(place, edge.via))

    def _arrive(self, edge: Edge, target: FlowNode, trail: Path) -> None:
        trail.links.append(edge.link)
        trail.steps.append((target.number, ARRIVE))

    def _place_of(self, node: FlowNode) -> int | None:
        found = self._places.get((node.id, Stage.CUT))
        return self._places.get((node.id, Stage.RELEASE)) if found is None else found

    def _leaf(self, trail: Path) -> Path:
        trail.number, self._next = self._next, self._next + 1
        self._paths.append(trail)
        return trail

    def _copy(self, trail: Path) -> Path:
        return Path(
            0,
            self._place,
            list(trail.steps),
            list(trail.links),
            list(trail.effects),
            list(trail.achieved),
            list(trail.tails),
        )


def _hold_back(enter: Place) -> None:
    """Whoever is of the control group enters nowhere, whatever else holds."""
    held = Path(0, enter.index, [(enter.node.number, HELD_BACK)])
    enter.paths.append(held)
    enter.tree = Choice(((HeldBackTest(), held),), enter.tree)


def _events_test(node: str, judgment: JudgeEvents | JudgeGoal) -> Test:
    """What decides a judgment of events: these, or in a rehearsal chance."""
    return EventsTest(judgment) if judgment.chance is None else BucketTest(node, judgment.chance)


def on_paths(place: Place, paths: Iterable[Path]) -> list[ColumnElement[bool]]:
    """The condition that a row of the wave is on one of the paths; nothing where all are."""
    numbers = {path.number for path in paths}
    if len(numbers) == len(place.paths):
        return []
    return [wave.c.path.in_([literal_column(str(number)) for number in sorted(numbers)])]
