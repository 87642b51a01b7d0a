"""The index of what components are found by: a keystroke in a campaign of thousands takes milliseconds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from app.editor.find.texts import texts_of
from canvas_widgets.matching import plain, spelled, spelling_pattern
from engine.campaign.document import CampaignDocument
from engine.components.base import Lookup

_SPELLED_FROM, _SAID_FROM = 2, 3
"""From so many letters on, names and what is said are searched by their spelling: fewer fit everywhere."""


class Corpus:
    """The texts of many nodes as one: what finds something in it says whose it is."""

    def __init__(self, texts: Iterable[str]) -> None:
        parts = list(texts)
        self._text = "\n".join(parts)
        self._starts = [0, *accumulate(len(part) + 1 for part in parts)][: len(parts)]

    def having(self, search: Callable[[str, int], int]) -> set[int]:
        """The numbers of the nodes in whose text `search(text, from)` finds something (-1: nothing more)."""
        found = set()
        place = 0
        while (place := search(self._text, place)) >= 0:
            number = bisect_right(self._starts, place) - 1
            found.add(number)
            if number + 1 == len(self._starts):
                break
            place = self._starts[number + 1]
        return found


class FindIndex:
    """Knows each node's texts until it changes; the corpora are joined anew when something did."""

    def __init__(self, document: CampaignDocument, lookup: Lookup) -> None:
        self._document, self._lookup = document, lookup
        self._known: dict[str, tuple[str, str, str]] = {}
        self._ids: list[str] = []
        self._corpora: tuple[Corpus, Corpus, Corpus] | None = None

    def forget(self, node_ids: Iterable[str] | None = None) -> None:
        """These nodes changed, came or went; None: anything may have."""
        for node_id in list(self._known) if node_ids is None else node_ids:
            self._known.pop(node_id, None)
        self._corpora = None

    def filling(self) -> Iterator[None]:
        """Take in the nodes that are not known yet, one by one; then joins everything."""
        for node_id, node in list(self._document.nodes.items()):
            if node_id not in self._known:
                texts = texts_of(node, self._lookup)
                names, said = [plain(text) for text in texts.names], [plain(text) for text in texts.said]
                self._known[node_id] = (
                    "\n".join([*names, *said]),
                    "\n".join(spelled(text) for text in names),
                    "\n".join(spelled(text, words=False) for text in said),
                )
                yield
        self._ids = [node_id for node_id in self._document.nodes if node_id in self._known]
        everything = [self._known[node_id] for node_id in self._ids]
        self._corpora = (
            Corpus(texts[0] for texts in everything),
            Corpus(texts[1] for texts in everything),
            Corpus(texts[2] for texts in everything),
        )

    @property
    def is_complete(self) -> bool:
        return self._corpora is not None

    def find(self, typed: str) -> frozenset[str]:
        """The nodes that have all the words, each anywhere."""
        words = plain(typed).split()
        if not words:
            return frozenset()
        if self._corpora is None:
            for _ in self.filling():
                pass
        numbers = set.intersection(*(self._having(word) for word in words))
        return frozenset(self._ids[number] for number in numbers)

    def _having(self, word: str) -> set[int]:
        assert self._corpora is not None
        flat, names, said = self._corpora
        found = flat.having(lambda text, place: text.find(word, place))
        pattern = spelling_pattern(word) if len(word) >= _SPELLED_FROM else None
        if pattern is not None:

            def search(text: str, place: int) -> int:
                match = pattern.search(text, place)
                return -1 if match is None else match.start()

            found |= names.having(search)
            if len(word) >= _SAID_FROM:
                found |= said.having(search)
        return found
