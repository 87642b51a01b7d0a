"""The merge itself: what is certain, what is contested, and the document that follows from choices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from engine.campaign.document import CampaignDocument
from engine.campaign.merging.composing import Choices, Composer, State, Taken, chosen
from engine.campaign.merging.conflicts import Conflict, Kind, Side
from engine.campaign.merging.flaws import Flaw, flaws
from engine.campaign.merging.groups import Group, Sides, groups
from engine.campaign.merging.values import merged_attributes, merged_configs, merged_value
from engine.campaign.model import Attributes

_MOST_TRIED = 4
"""Of so many contested groups every combination is tried."""


class Merge:
    """Two sides put together. Attributes: base, ours, theirs; parted (whether base is a state that was, not
    only what both have); conflicts (what has to be chosen)."""

    def __init__(self, sides: Sides, *, parted: bool) -> None:
        self.parted = parted
        self.base, self.ours, self.theirs = self._sides = sides
        self._groups = groups(sides)
        self._allowed = flaws(sides.ours) | flaws(sides.theirs)
        self._taken: dict[str, Mapping[Side, Taken]] = {}
        self._fixed: Taken = {}
        values = list(_values(sides, self._groups))
        open_fields = {id for one in values if one.kind is Kind.FIELD for id in one.nodes}
        self._composer = Composer(sides, self._groups, open_fields)
        self.conflicts: tuple[Conflict, ...] = (*self._structure(), *values)

    def document(self, choices: Choices | None = None) -> CampaignDocument:
        """The merged campaign: of each conflict the chosen side, else ours."""
        choices = choices or {}
        taken = dict(self._fixed)
        for key, of_sides in self._taken.items():
            taken |= of_sides[chosen(choices, key)]
        return self._composer.document(taken, choices)

    @property
    def proven(self) -> bool:
        """Whether every combination of choices is known to make a campaign that is whole."""
        return len(self._taken) <= _MOST_TRIED

    def goes_together(self, choices: Choices) -> bool:
        """Whether what is chosen makes a campaign that is whole: of many conflicts not every mixture does."""
        return not self._new_flaws(self.document(choices))

    def _structure(self) -> Iterator[Conflict]:
        """Decide what becomes of each group; yields what cannot be decided."""
        contested = [index for index, group in enumerate(self._groups) if group.contested]
        clear = [index for index in range(len(self._groups)) if index not in contested]
        self._fixed = dict.fromkeys(clear, State.MERGED)
        if self._goes_together(contested):
            for index in contested:
                yield self._conflict(Kind.COMPONENT, {side: {index: State(side)} for side in Side})
            return
        found = {side: self._most(side, clear) for side in Side}
        open_ = [index for index in clear if any(found[side][index] is not State.MERGED for side in Side)]
        self._fixed = {index: State.MERGED for index in clear if index not in open_}
        yield self._conflict(
            Kind.LINES, {side: {index: found[side][index] for index in (*contested, *open_)} for side in Side}
        )

    def _goes_together(self, contested: Sequence[int]) -> bool:
        """Whether all that is not contested fits whatever is chosen of the rest: tried for every combination,
        of many for each that takes one from the other side."""
        few = len(contested) <= _MOST_TRIED
        tried: Iterator[tuple[State, ...]] = (
            product(State.sides(), repeat=len(contested)) if few else _one_other(len(contested))
        )
        return all(
            self._sound({**self._fixed, **dict(zip(contested, states, strict=True))}) for states in tried
        )

    def _most(self, side: Side, clear: Sequence[int]) -> dict[int, State]:
        """One side's structure, with as much of the other one's as it bears."""
        taken = dict.fromkeys(range(len(self._groups)), State(side))

        def bears(some: Sequence[int]) -> bool:
            if not self._sound({**taken, **dict.fromkeys(some, State.MERGED)}):
                return False
            taken.update(dict.fromkeys(some, State.MERGED))
            return True

        _accept(list(clear), bears)
        return taken

    def _sound(self, taken: Taken) -> bool:
        return not self._new_flaws(self._composer.document(taken, {}))

    def _new_flaws(self, document: CampaignDocument) -> frozenset[Flaw]:
        return flaws(document) - self._allowed

    def _conflict(self, kind: Kind, of_sides: Mapping[Side, Taken]) -> Conflict:
        involved = [self._groups[index] for index in of_sides[Side.OURS]]
        nodes = {id for group in involved for id in group.nodes}
        for document in self._sides:
            nodes |= {
                document.links[id].source for group in involved for id in group.links if id in document.links
            }
        places = sorted(nodes)
        conflict = Conflict(f"{kind}:{','.join(places)}", kind, tuple(places))
        self._taken[conflict.key] = of_sides
        return conflict


def merge(base: CampaignDocument | None, ours: CampaignDocument, theirs: CampaignDocument) -> Merge:
    """Put together what both sides made of `base`; None where there is no common state."""
    if base is None:
        return Merge(Sides(_common(ours, theirs), ours, theirs), parted=False)
    return Merge(Sides(base, ours, theirs), parted=True)


def _one_other(count: int) -> Iterator[tuple[State, ...]]:
    """All from one side, and all but one of them."""
    for side, other in (State.sides(), State.sides()[::-1]):
        yield (side,) * count
        for at in range(count):
            yield (*(side,) * at, other, *(side,) * (count - at - 1))


def _accept(some: list[int], bears: Callable[[Sequence[int]], bool]) -> None:
    """Offer all, and where they are too many, their halves."""
    if not some or bears(some) or len(some) == 1:
        return
    half = len(some) // 2
    _accept(some[:half], bears)
    _accept(some[half:], bears)


def _common(ours: CampaignDocument, theirs: CampaignDocument) -> CampaignDocument:
    """What both have."""
    tables = [
        {id: value for id, value in mine.items() if other.get(id) == value}
        for mine, other in (
            (ours.nodes, theirs.nodes),
            (ours.links, theirs.links),
            (ours.notes, theirs.notes),
            (ours.layout, theirs.layout),
        )
    ]
    nodes, links, notes, layout = tables
    fields, other = Attributes.model_fields, dict(theirs.attributes)
    # What differs was never the same: it was empty, even what no campaign is without.
    empty = {name: "" if field.is_required() else field.default for name, field in fields.items()}
    differing = {name for name, value in ours.attributes if other[name] != value}
    attributes = ours.attributes.model_copy(update={name: empty[name] for name in differing})
    return CampaignDocument(attributes, nodes, links, notes, layout)  # type: ignore[arg-type]


def _values(sides: Sides, found: Sequence[Group]) -> Iterator[Conflict]:
    """What is contested of single fields, notes, places and the campaign's own fields."""
    structural = {id for group in found for id in group.nodes}
    attributes = merged_attributes(*(document.attributes for document in sides))
    if attributes.contested:
        yield Conflict("attributes", Kind.ATTRIBUTES, fields=tuple(sorted(attributes.contested)))
    for id in sorted(sides.base.nodes.keys() & sides.ours.nodes.keys() & sides.theirs.nodes.keys()):
        base, ours, theirs = (document.nodes[id] for document in sides)
        for field in ("name", "memo"):
            if not merged_value(*(getattr(node, field) for node in (base, ours, theirs)))[0]:
                yield Conflict(f"{field}:{id}", Kind.FIELD, (id,), (field,))
        if id not in structural and (fields := merged_configs(base, ours, theirs).contested):
            yield Conflict(f"config:{id}", Kind.FIELD, (id,), tuple(sorted(fields)))
    for id in sorted({*sides.base.notes, *sides.ours.notes, *sides.theirs.notes}):
        if not merged_value(*(document.notes.get(id) for document in sides))[0]:
            yield Conflict(f"note:{id}", Kind.NOTE, (id,))
    moved = [
        id
        for id in sorted(sides.ours.layout.keys() & sides.theirs.layout.keys())
        if not merged_value(*(document.layout.get(id) for document in sides))[0]
    ]
    if moved:
        yield Conflict("layout", Kind.LAYOUT, tuple(moved))
