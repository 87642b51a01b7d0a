"""Texts for people: one catalogue for the designer, the command line and the server's pages.

English texts stand in the code and are the keys of the catalogue; `resources/i18n` holds the translations.
Text that must follow a later change of language is kept as a `Message`, turned into words when it is shown.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType

DOMAIN = "campaign_canvas"
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "zh": "中文"})
LOCALE_DIR = Path(__file__).parent.parent / "resources" / "i18n"

_process_language = "en"
_context_language: ContextVar[str | None] = ContextVar("language", default=None)


def set_language(language: str) -> None:
    """Choose the language of this process. Raises `ValueError` for a language that has no catalogue."""
    global _process_language
    _process_language = _known(language)


def current_language() -> str:
    """The language code in force: that of the running `use_language` block, else the process's."""
    return _context_language.get() or _process_language


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Another language for the calls inside the block only (a server answering one request)."""
    token = _context_language.set(_known(language))
    try:
        yield
    finally:
        _context_language.reset(token)


def N_(text: str) -> str:  # noqa: N802 - the established gettext name for "mark, translate later"
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return text


def tr(text: str, /, **params: object) -> str:
    """The text in the current language, its `{named}` places filled in."""
    words = _catalogue(current_language()).gettext(text)
    return words.format(**params) if params else words


def ntr(one: str, many: str, n: int, /, **params: object) -> str:
    """The singular or plural text for `n`, which also fills the place `{n}`."""
    return _catalogue(current_language()).ngettext(one, many, n).format(n=n, **params)


def listed(items: Iterable[object]) -> str:
    """The items one after the other, separated as the language does it."""
    return tr(", ").join(map(str, items))


def quoted(names: Iterable[str]) -> str:
    """Names that people gave, each in quotes: they may end with what ends a sentence."""
    return listed(tr("“{name}”", name=name) for name in names)


class Message:
    """A text and its parameters, turned into words by `str()` in the language of that moment.

    Parameters may be messages themselves.
    """

    __slots__ = ("params", "text")

    def __init__(self, text: str, /, **params: object) -> None:
        self.text = text
        self.params = params

    @classmethod
    def verbatim(cls, text: str) -> Message:
        """A text that is the same in every language, such as a name that a user gave."""
        return cls("{text}", text=text)

    def __str__(self) -> str:
        return tr(self.text, **self.params)

    def __repr__(self) -> str:
        return f"Message({self.text!r}, {self.params!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self.text == other.text and self.params == other.params

    def __hash__(self) -> int:
        return hash(self.text)


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"no catalogue for language {language!r}")
    return language


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    folder = LOCALE_DIR / language / "LC_MESSAGES"
    source, compiled = folder / f"{DOMAIN}.po", folder / f"{DOMAIN}.mo"
    if source.exists() and (not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime):
        return _compile(source, compiled)
    with compiled.open("rb") as file:
        return gettext.GNUTranslations(file)


def _compile(source: Path, compiled: Path) -> gettext.NullTranslations:
    """Compile a changed catalogue and keep the result beside it, if the folder can be written."""
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer = BytesIO()
    with source.open("rb") as file:
        write_mo(buffer, read_po(file))
    with suppress(OSError):  # a read-only installation compiles in memory each time
        # Several processes may do this at once: each writes a file of its own and puts it in place whole.
        partial = compiled.with_suffix(f".{os.getpid()}.part")
        partial.write_bytes(buffer.getvalue())
        partial.replace(compiled)
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


class MessageError(Exception):
    """An exception with a text for people, put into words when it is shown."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
