"""The catalogue of texts: nothing missing, nothing left over, every place filled in in every language."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po

import dev
from engine import i18n

NAMES_FROM_A_TABLE = {"The header lacks the column {name}.", "表头缺少列 {name}。"}
"""Names that nobody chose, and that end with no mark."""

OTHER_WORDS = {"zh": ("工作区", "受众")}
"""Of a workspace and an audience: they have one name each, or people look for a difference."""

UPDATE = "run `python3 dev.py texts`, then translate"


def texts_in_source() -> set[str]:
    """The English texts (of a plural: the singular) that the source marks for translation."""
    keywords = parse_keywords(dev.TEXT_KEYWORDS)
    texts: set[str] = set()
    for path in (dev.ROOT / source for source in dev.TEXT_SOURCES):
        if path.is_dir():
            texts |= {forms(entry[2])[0] for entry in extract_from_dir(path, keywords=keywords)}
        else:
            texts |= {forms(entry[1])[0] for entry in extract_from_file("python", path, keywords=keywords)}
    return texts


def key(message: Message) -> str:
    """The English text that stands for the message: of a plural, the singular."""
    return forms(message.id)[0]


def forms(texts: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """The one text, or each form of a plural."""
    return [texts] if isinstance(texts, str) else list(texts or ())


def places(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def translation_file(language: str) -> Path:
    return dev.I18N / language / "LC_MESSAGES" / f"{dev.TEXT_DOMAIN}.po"


@pytest.fixture(scope="module", params=dev.TEXT_LANGUAGES)
def translation(request: pytest.FixtureRequest) -> Catalog:
    """The catalogue of one language, as it stands in the checkout."""
    with translation_file(request.param).open("rb") as file:
        return read_po(file, locale=request.param)


def test_every_text_of_the_source_is_in_the_catalogue(translation: Catalog) -> None:
    missing = texts_in_source() - {key(message) for message in translation if message.id}
    assert not missing, f"missing texts: {UPDATE}"


def test_the_catalogue_has_no_text_that_the_source_lost(translation: Catalog) -> None:
    unused = {key(message) for message in translation if message.id} - texts_in_source()
    assert not unused, f"unused texts: {UPDATE}"
    assert not translation.obsolete, UPDATE


def test_every_text_is_translated(translation: Catalog) -> None:
    untranslated = [key(m) for m in translation if m.id and not all(forms(m.string) or [""])]
    assert not untranslated, "texts without a translation"


def test_a_translation_has_the_places_of_its_text(translation: Catalog) -> None:
    differing = {
        key(message): text
        for message in translation
        for text in forms(message.string)
        if message.id and text and places(text) != places(forms(message.id)[-1])
    }
    assert not differing, "translations whose {places} differ from the English text's"


def test_what_the_program_is_about_has_one_name_each(translation: Catalog) -> None:
    others = OTHER_WORDS[str(translation.locale)]
    found = [
        text for message in translation for text in forms(message.string) for word in others if word in text
    ]
    assert not found, "another word for the same"


def test_a_name_that_ends_a_sentence_stands_in_quotes(translation: Catalog) -> None:
    """A person may have ended it with a mark of its own: “Has it been opened?”."""
    bare = re.compile(r"\{(name|source|target|test|campaign|branch)\}[.?!…。？！]")
    found = [
        text
        for message in translation
        for text in (*forms(message.id or ""), *forms(message.string))
        if bare.search(text) and text not in NAMES_FROM_A_TABLE
    ]
    assert not found, "put the name into quotes, or a list of names through engine.i18n.quoted"


def test_names_in_a_list_are_quoted_and_separated_as_the_language_does_it() -> None:
    with i18n.use_language("en"):
        assert i18n.quoted(["Opened it?", "Wait"]) == "“Opened it?”, “Wait”"
    with i18n.use_language("zh"):
        assert i18n.quoted(["打开了？", "等待"]) == "“打开了？”、“等待”"
        assert i18n.listed([1, 2]) == "1、2"
