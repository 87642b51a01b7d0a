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


class Query:
    """What somebody typed, to be held against texts."""

    def __init__(self, typed: str) -> None:
        self.text = plain(typed)
        self.words = tuple(self.text.split())

    def __bool__(self) -> bool:
        return bool(self.words)

    def score(self, names: Sequence[str], also: Sequence[str] = ()) -> float:
        """How well something fits: by its names, earlier ones a little better, and less by what else is said.

        Every word must fit something; all of them together as one name is better. 0: it does not fit.
        """
        whole = max((_fit(self.text, name) - at for at, name in enumerate(names)), default=0.0)
        if len(self.words) <= 1 and whole > 0:
            return whole
        each = [_of_word(word, names, also) for word in self.words]
        return max(whole, sum(each) / len(each) if each and min(each) > 0 else 0.0)


def best_first(
    typed: str, items: Iterable[T], named: Callable[[T], tuple[Sequence[str], Sequence[str]]]
) -> list[T]:
    """The items that fit, the best first; those that fit alike in their order. All of them for nothing typed.

    `named` gives an item's names, and what else is said of it. Scattered letters only count where nothing
    fits better.
    """
    query = Query(typed)
    if not query:
        return list(items)
    scored = [(query.score(*named(item)), item) for item in items]
    floor = SCATTERED if any(score > SCATTERED for score, _ in scored) else 0
    fitting = [(score, item) for score, item in scored if score > floor]
    return [item for _, item in sorted(fitting, key=lambda pair: -pair[0])]


def _of_word(word: str, names: Sequence[str], also: Sequence[str]) -> float:
    fits = [_fit(word, name) - at for at, name in enumerate(names)]
    aside = [_fit(word, text, scattered=False) / 2 for text in also]
    return max([*fits, *aside, 0.0])


def _fit(word: str, text: str, *, scattered: bool = True) -> float:
    flat, spelling = _forms(text)
    if flat == word:
        return SAME
    if flat.startswith(word):
        return BEGINS
    inside = word in flat
    if inside and re.search(rf"\b{re.escape(word)}", flat):
        return WORD_BEGINS
    joined = word.replace(" ", "")
    pattern = spelling_pattern(joined)
    found = pattern.search(spelling) if pattern is not None else None
    if found is not None and found.start() == 0:
        return SPELLS
    if inside and (pattern is None or len(word) >= _INSIDE_FROM):
        return HOLDS
    if found is not None:
        return SPELLS_INSIDE
    return SCATTERED if scattered and _is_scattered(joined, spelling) else 0.0


def _is_scattered(word: str, spelling: str) -> bool:
    """Whether the letters stand in the text in this order, the first at a beginning, not too far apart."""
    if len(word) < _INSIDE_FROM or not _SPELLABLE.fullmatch(word):
        return False
    found = re.search(_MARK + ".*?".join(word), spelling)
    return found is not None and len(found[0]) <= _SCATTERED_SPAN * len(word)


@lru_cache(maxsize=4096)
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
