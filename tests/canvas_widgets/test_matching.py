"""Finding by typing: words, beginnings, initials, pinyin; the best match first."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_widgets.component_list import names_of
from canvas_widgets.matching import Query, best_first, in_every_language, spelled, spelling_pattern
from engine import i18n
from engine.components.registry import COMPONENTS, palette
from engine.i18n import N_, Message

KINDS = [member.kind for members in palette().values() for member in members]


def found(typed: str) -> list[str]:
    return best_first(typed, KINDS, names_of)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("mbrq", "target_audience"),
        ("mubiaorenqun", "target_audience"),
        ("mubiao", "target_audience"),
        ("mubrq", "target_audience"),
        ("MBRQ", "target_audience"),
        ("目标", "target_audience"),
        ("人群判断", "audience_judgment"),
        ("target aud", "target_audience"),
        ("taud", "target_audience"),
        ("sms text", "text_sms"),
        ("ｓｍｓ", "text_sms"),
        ("tag", "tag"),
        ("wait", "wait_until"),
        ("dd", "wait_until"),
        ("yhq", "issue_coupon"),
        ("trgt", "target_audience"),
        ("marketing text sms", "text_sms"),
    ],
)
def test_the_best_match_comes_first_in_either_language(typed: str, kind: str) -> None:
    assert found(typed)[0] == kind
    with i18n.use_language("zh"):
        assert found(typed)[0] == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_label_finds_its_component_first(kind: str) -> None:
    for label in in_every_language(COMPONENTS[kind].label):
        assert found(label)[0] == kind


def test_scattered_letters_count_only_where_nothing_fits_better() -> None:
    assert "target_audience" not in found("tag")
    assert found("zzz") == []


def test_nothing_typed_leaves_everything_as_it_is() -> None:
    assert found("  ") == KINDS
    assert not Query(" ")


def test_every_word_must_fit() -> None:
    assert found("sms nonsense") == []


def test_a_character_is_found_by_either_reading() -> None:
    assert spelled("重") == "'zhong|chong"
    assert spelled("绿") == "'lv|lu"
    for typed in ("cg", "zhonggou", "chongg"):
        assert Query(typed).score(["重购"]) > 0
    assert Query("lvse").score(["绿色"]) > 0
    assert Query("lüse").score(["绿色"]) > 0


def test_long_texts_are_found_by_their_characters_only() -> None:
    text = spelled("to all members 会员日", words=False)
    pattern = spelling_pattern("hyr")
    initials = spelling_pattern("tam")
    assert pattern is not None
    assert initials is not None
    assert pattern.search(text)
    assert not initials.search(text)


def test_a_text_in_every_language_begins_with_that_of_the_moment() -> None:
    assert in_every_language(N_("Tag")) == ("Tag", "打标签")
    with i18n.use_language("zh"):
        assert in_every_language(Message(N_("Tag"))) == ("打标签", "Tag")


@given(st.text(), st.text())
def test_any_text_can_be_typed_and_searched(typed: str, text: str) -> None:
    assert 0 <= Query(typed).score([text], [text]) <= 100
    if Query(text):
        assert Query(text).score([text]) == 100


def test_pinyin_is_read_without_phrases_and_leaves_the_environment_alone() -> None:
    code = (
        "import os, sys; from canvas_widgets.matching import Query;"
        "assert 'pypinyin' not in sys.modules; assert Query('mb').score(['目标']);"
        "assert 'pypinyin.phrases_dict' not in sys.modules; assert 'PYPINYIN_NO_PHRASES' not in os.environ;"
        "assert 'PySide6' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
