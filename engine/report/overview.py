"""The report of a campaign: everything that its counters say, put together for people.

Only counters are read, so it takes as long for ten million visits as for ten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.campaign.measuring import goal_words
from engine.i18n import Message
from engine.report.counts import Counts, GoalCounts, counts_of
from engine.report.effect import Effect, effect_of
from engine.report.funnel import Flow, FunnelStep, funnel, leads, main_path, path_through
from engine.report.series import Series, Step, series_of
from engine.report.spending import Cost, estimated
from engine.report.statistics import Arm, Verdict, verdict
from engine.report.structure import ShownNode, Structure, structure_of
from engine.shapes.groups import PORT_PREFIX
from engine.store.versions import node_names


@dataclass(frozen=True, slots=True)
class Touch:
    """Messages of a component: `planned` of them in all, each in one of the states.

    states: state → messages. reasons: state → reason → messages. receipts: receipt → messages. cost: None
    where its account says no price.
    """

    node: str
    planned: int
    states: Mapping[str, int]
    reasons: Mapping[str, Mapping[str, int]]
    receipts: Mapping[str, int]
    cost: Cost | None

    @property
    def clicked(self) -> int:
        return self.receipts.get("clicked", 0)


@dataclass(frozen=True, slots=True)
class Test:
    """An AB test. node: of its Test Target, where the goal was judged. groups: port → name, in their order;
    what is said of them stands in the same order in `verdict`."""

    node: str
    groups: Mapping[str, str]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """What a campaign has come to, over all its versions.

    Attributes:
        cycle: the only one that is told of, or None.
        nodes: in the order of the flow. flows: people down each line. path, funnel: along the path asked for.
        costs: currency → what all messages cost. effect: of the campaign's goal, where it has one; goal:
            that in words.
    """

    cycle: int | None
    counts: Counts
    nodes: Mapping[str, ShownNode]
    flows: tuple[Flow, ...]
    path: tuple[str, ...]
    funnel: tuple[FunnelStep, ...]
    touches: tuple[Touch, ...]
    tests: tuple[Test, ...]
    costs: Mapping[str, Decimal]
    series: Series
    effect: Effect | None = None
    goal: Message | None = None


class BadPath(Exception):  # noqa: N818 - names the condition
    """No lines of the campaign lead along the path."""


@dataclass(frozen=True, slots=True)
class Course:
    """Which path a funnel follows.

    path: component by component. Without that: the one that leads most people to `through`, a component, and
    on from there; without one, from the begin. via: lines that it takes where it comes to them, however many
    people went there.
    """

    path: Sequence[str] = ()
    through: str = ""
    via: Collection[str] = ()


WHERE_MOST_WENT = Course()


def report_of(
    connection: Connection,
    campaign: int,
    zone: ZoneInfo,
    *,
    step: Step = Step.HOUR,
    cycle: int | None = None,
    course: Course = WHERE_MOST_WENT,
) -> Report:
    """The report of a campaign. course: of the funnel. Raises `BadPath`."""
    counts = counts_of(connection, campaign, cycle=cycle)
    shape = structure_of(connection, campaign, counts.nodes, counts.links)
    flows = tuple(_flows(counts, shape))
    steps = _path(course, shape, flows)
    touches = tuple(_touches(connection, campaign, counts, shape))
    effect = effect_of(connection, campaign, cycle)
    of_these = tuple(one for one in counts.cycles if cycle in (None, one.number))
    return Report(
        cycle=cycle,
        counts=replace(counts, cycles=of_these),
        nodes={id: node for id, node in shape.nodes.items() if id in counts.nodes},
        flows=flows,
        path=tuple(steps),
        funnel=tuple(funnel(steps, counts.nodes, flows)),
        touches=touches,
        tests=tuple(_tests(counts, shape)),
        costs=_costs(touches),
        series=series_of(connection, campaign, zone, step, cycle, {} if effect is None else effect.converted),
        effect=effect,
        goal=None if effect is None else goal_words(effect.goal, shape.bundles[0] if shape.bundles else None),
    )


def _flows(counts: Counts, shape: Structure) -> Iterator[Flow]:
    """Down every line between components; the one from Start is nobody's way."""
    for id, line in shape.lines.items():
        if line.source in counts.nodes and line.target in counts.nodes:
            yield Flow(id, line.source, line.port, line.target, counts.links.get(id, 0))


def _path(course: Course, shape: Structure, flows: Sequence[Flow]) -> list[str]:
    asked = [*course.path, *filter(None, [course.through])]
    if not set(asked) <= shape.nodes.keys() or not leads(course.path, flows):
        raise BadPath(asked)
    if course.path:
        return list(course.path)
    if course.through:
        return path_through(course.through, flows, course.via)
    targets = {flow.target for flow in flows}
    first = next((id for id in shape.nodes if id not in targets), None)
    return [] if first is None else main_path(first, flows, course.via)


def _touches(connection: Connection, campaign: int, counts: Counts, shape: Structure) -> Iterator[Touch]:
    numbers = {id: number for number, id in node_names(connection, campaign).items()}
    costs: dict[str, Cost] = {}
    for bundle in shape.bundles:
        sent = {
            node: states.get("sent", 0)
            for node, states in counts.messages.items()
            if shape.bundle_with(node) is bundle
        }
        costs |= estimated(connection, campaign, bundle, numbers, sent)
    for node in shape.nodes:
        if states := counts.messages.get(node):
            yield Touch(
                node,
                sum(states.values()),
                states,
                counts.reasons[node],
                counts.receipts.get(node, {}),
                costs.get(node),
            )


def _tests(counts: Counts, shape: Structure) -> Iterator[Test]:
    for node in shape.nodes:
        if goals := counts.goals.get(node):
            names = _groups(shape, node, goals)
            arms = [_arm(goals.get(port)) for port in names]
            yield Test(node, names, verdict(arms))


def _groups(shape: Structure, target: str, goals: Mapping[str, GoalCounts]) -> dict[str, str]:
    """The groups of a target's test, by their ports; those that no longer exist behind."""
    names = group_names(shape, target)
    return {**names, **{port: port for port in goals if port not in names}}


def group_names(shape: Structure, target: str) -> dict[str, str]:
    """The groups of the AB test that a Test Target judges: port → name, in their order."""
    names: dict[str, str] = {}
    bundle = shape.bundle_with(target)
    if bundle is not None:
        nodes = bundle.campaign.nodes
        test = nodes.get(str(nodes[target].config.get("test", "")))
        groups = test.config.get("groups") if test is not None else None
        for group in groups if isinstance(groups, list | tuple) else ():
            if isinstance(group, Mapping):
                names[f"{PORT_PREFIX}{group.get('id')}"] = str(group.get("name", ""))
    return names


def _arm(goals: GoalCounts | None) -> Arm:
    return Arm(0, 0) if goals is None else Arm(goals.judged, goals.achieved)


def _costs(touches: Sequence[Touch]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for touch in touches:
        if touch.cost is not None:
            found[touch.cost.currency] = found.get(touch.cost.currency, Decimal(0)) + touch.cost.amount
    return found
