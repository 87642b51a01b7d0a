"""How much one attempt takes: what can leave at once. So few are in doubt after a crash, nothing begins after
a stop, and what a rate has room for leaves when it has."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from engine.channels.adapter import Delivery, Traits
from engine.channels.sending.destinations import Pace
from engine.channels.sending.letters import Key, Letter

WINDOWS = 2
"""Attempts side by side: while one is written down, the other one is sent."""
LARGEST = 2_000
SLOW_S = 0.5
"""A batch that goes out one after the other takes no longer, or is none."""
COMPONENT = attrgetter("version", "node")
"""Of a letter: those of one component stand together."""


class Windows:
    """Of one account: grows and shrinks by what fits."""

    def __init__(self, traits: Traits, pace: Pace) -> None:
        self._traits = traits
        self._sends = max(1, traits.concurrency // WINDOWS)
        self._alone = traits.in_turn
        self._pace = pace
        self._reach = LARGEST

    @property
    def most(self) -> int:
        """The most letters of one attempt."""
        most = max(1, self._traits.concurrency * self._batch // WINDOWS)
        return min(most, self._reach, self._pace.per_second or most)

    @property
    def _batch(self) -> int:
        return 1 if self._alone or self._is_paced else self._traits.batch

    @property
    def _is_paced(self) -> bool:
        """Whether each delivery must leave just when there is room for it."""
        paced = self._pace.per_second is not None or self._pace.domains is not None
        return self._traits.in_turn and paced

    def fitting(
        self, letters: Sequence[Letter], deliveries: Mapping[Key, Delivery]
    ) -> tuple[list[Letter], list[Letter]]:
        """Those of an attempt that can leave at once, or say nothing; and the others."""
        late: set[Key] = set()
        if len(letters) > self._sends:
            silent = len(deliveries) < len(letters)
            said = [one for one in letters if one.key in deliveries] if silent else letters
            batches = list(self.batches(said, deliveries))
            late = {one.key for batch in batches[self._sends :] for one in batch}
        if not late:
            self._reach = min(2 * self._reach, LARGEST)
            return list(letters), []
        now = [one for one in letters if one.key not in late]
        self._reach = 2 * len(now)  # not all of them are rendered in vain again
        return now, [one for one in letters if one.key in late]

    def batches(
        self, letters: Iterable[Letter], deliveries: Mapping[Key, Delivery]
    ) -> Iterator[list[Letter]]:
        """Letters that one request takes: of one component, and alike for the provider."""
        alike, batch = self._traits.alike, self._batch
        groups: dict[Hashable, list[Letter]] = {}
        for component, run in groupby(letters, COMPONENT):
            if alike is None:
                groups.setdefault(component, []).extend(run)
                continue
            for letter in run:
                groups.setdefault((component, alike(deliveries[letter.key])), []).append(letter)
        for group in groups.values():
            for start in range(0, len(group), batch):
                yield group[start : start + batch]

    def took(self, seconds: float, deliveries: int) -> None:
        """So many deliveries of one send took so long."""
        self._alone = self._traits.in_turn and seconds / deliveries * self._traits.batch > SLOW_S
