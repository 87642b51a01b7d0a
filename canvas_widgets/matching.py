"""Finding by typing, the same everywhere: by words, beginnings, initials and pinyin, the best first.

"ta", "taud" and "target" find Target Audience; "目标", "mbrq", "mubiao" and "mubrq" find 目标人群. Nothing
here knows Qt. A text is searched in two forms: *plain* (lower case, one width), and *spelled*: its words and
the pinyin of its characters one after the other, each behind a mark. What is typed then runs from mark to
mark: every letter goes on in a word, or begins the next one.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import TypeVar

from engine.i18n import LANGUAGES, Message, current_language, tr, use_language

T = TypeVar("T")

SAME, BEGINS, WORD_BEGINS, SPELLS, HOLDS, SPELLS_INSIDE, SCATTERED = 100, 90, 80, 75, 60, 55, 20
"""How well a text fits what is typed; 0: not at all."""

_MARK, _OR = "'", "|"
_READINGS = 2  # of a character; rarer ones only find what nobody meant
_SPELLABLE = re.compile(r"[0-9a-zü]+")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_TOKENS = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+")
_TO_NEXT = rf"(?:[^{_MARK}\n]*{_MARK}(?:\w*\{_OR})*)?"
_INSIDE_FROM = 3  # letters: two stand inside of nearly every text
_SCATTERED_SPAN = 3  # a scattered match is at most so many times as long as what is typed


def plain(text: str) -> str:
    """A text as it is compared: without case, in one width, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def spelled(text: str, *, words: bool = True) -> str:
    """The words of a plain text and the pinyin of its characters, each behind a mark.

    Of a character that is read in several ways, all of them. Without `words` only the characters: in a long
    text, initials of words are found everywhere.
    """
    parts = []
    for token in _TOKENS.findall(text):
        if "\u3400" <= token <= "\u9fff":
            parts.append(_readings(token))
        else:
            parts.append(token if words else "\n")
    return "".join(part if part == "\n" else _MARK + part for part in parts)


@lru_cache(maxsize=1024)
def spelling_pattern(word: str) -> re.Pattern[str] | None:
    """What finds a typed word in a spelled text; None where it is not of letters."""
    if not _SPELLABLE.fullmatch(word):
        return None
    return re.compile(rf"[{_MARK}{_OR}]" + _TO_NEXT.join(word.replace("ü", "v")))


def in_every_language(text: str | Message) -> tuple[str, ...]:
    """A marked text in all languages, that of the moment first."""
    return _in_every_language(text, current_language())


def read_ahead() -> None:
    """Read what pinyin needs, and the texts of all languages: a tenth of a second and more that the first
    search then need not take. For a thread."""
    _dictionary()
    in_every_language("Find in this campaign")


class Query:
    """What somebody typed, to be held against texts."""

    def __init__(self, typed: str) -> None:
        text = plain(typed)
        self._whole = _Word(text)
        self._words = tuple(_Word(word) for word in text.split())
        self._aside: dict[str, list[float]] = {}

    def __bool__(self) -> bool:
        return bool(self._words)

    def score(self, names: Sequence[str], also: Sequence[str] = ()) -> float:
        """How well something fits: by its names, earlier ones a little better, and less by what else is said.

        Every word must fit something; all of them together as one name is better. 0: it does not fit.
        """
        whole = max((self._whole.fit(name) - at for at, name in enumerate(names)), default=0.0)
        if len(self._words) == 1 and whole > 0:
            return whole
        each = [
            max(0.0, *(word.fit(name) - at for at, name in enumerate(names)), *aside)
            for word, aside in zip(self._words, self._fit_aside(also), strict=True)
        ]
        return max(whole, sum(each) / len(each) if each and min(each) > 0 else 0.0)

    def _fit_aside(self, also: Sequence[str]) -> list[list[float]]:
        """For each word how well what else is said fits it: many items say the same, so that is kept."""
        for text in also:
            if text not in self._aside:
                self._aside[text] = [word.fit(text, scattered=False) / 2 for word in self._words]
        return [[self._aside[text][at] for text in also] for at in range(len(self._words))]


class _Word:
    """One word that was typed, or all of them, with the patterns that find it."""

    def __init__(self, text: str) -> None:
        joined = text.replace(" ", "")
        self._text = text
        self._begins = re.compile(rf"\b{re.escape(text)}")
        self._spelling = spelling_pattern(joined)
        self._inside = self._spelling is None or len(text) >= _INSIDE_FROM
        scattered = self._spelling is not None and len(joined) >= _INSIDE_FROM
        self._scattered = re.compile(_MARK + ".*?".join(joined)) if scattered else None
        self._span = _SCATTERED_SPAN * len(joined)

    def fit(self, text: str, *, scattered: bool = True) -> float:
        """How well a text fits the word."""
        flat, spelling = _forms(text)
        inside = self._text in flat
        if inside:
            if flat.startswith(self._text):
                return SAME if flat == self._text else BEGINS
            if self._begins.search(flat):
                return WORD_BEGINS
        found = self._spelling.search(spelling) if self._spelling is not None else None
        if found is not None and found.start() == 0:
            return SPELLS
        if inside and self._inside:
            return HOLDS
        if found is not None:
            return SPELLS_INSIDE
        return SCATTERED if scattered and self._is_scattered(spelling) else 0.0

    def _is_scattered(self, spelling: str) -> bool:
        """Whether the letters stand there in this order, the first at a beginning, not too far apart."""
        found = self._scattered.search(spelling) if self._scattered is not None else None
        return found is not None and len(found[0]) <= self._span


Named = Callable[[T], tuple[Sequence[str], Sequence[str]]]
"""Gives an item's names, and what else is said of it."""


def fitting(query: Query, items: Iterable[T], named: Named[T]) -> list[tuple[float, T]]:
    """The items that fit, in their order, with how well.

    Scattered letters only count where nothing fits better.
    """
    scored = [(query.score(*named(item)), item) for item in items]
    floor = SCATTERED if any(score > SCATTERED for score, _ in scored) else 0
    return [(score, item) for score, item in scored if score > floor]


def best_first(typed: str, items: Iterable[T], named: Named[T]) -> list[T]:
    """The items that fit, the best first, equally good ones in their order. All of them for nothing typed."""
    query = Query(typed)
    if not query:
        return list(items)
    return [item for _, item in sorted(fitting(query, items, named), key=lambda pair: -pair[0])]


@lru_cache(maxsize=32768)
def _forms(text: str) -> tuple[str, str]:
    flat = plain(text)
    return flat, spelled(flat)


@cache
def _in_every_language(text: str | Message, first: str) -> tuple[str, ...]:
    found = {}
    for language in (first, *LANGUAGES):
        with use_language(language):
            found[str(text) if isinstance(text, Message) else tr(text)] = language
    return tuple(found)


@lru_cache(maxsize=8192)
def _readings(character: str) -> str:
    """How a character is read, in plain letters, the usual way first; itself where nobody knows."""
    told = _dictionary().get(ord(character), character)
    letters = unicodedata.normalize("NFD", told.replace("ü", "v").translate(_UMLAUTS))
    readings = dict.fromkeys("".join(c for c in letters if not unicodedata.combining(c)).split(","))
    return _OR.join(list(readings)[:_READINGS])


_UMLAUTS = {ord(c): "v" for c in "ǖǘǚǜ"}


@cache
def _dictionary() -> Mapping[int, str]:
    """Pinyin by character; read when it is first needed, and without the phrases, which cost the most."""
    switch = "PYPINYIN_NO_PHRASES"
    before = os.environ.get(switch)
    os.environ[switch] = "1"
    try:
        from pypinyin.constants import PINYIN_DICT
    finally:
        if before is None:
            del os.environ[switch]
        else:
            os.environ[switch] = before
    return PINYIN_DICT
