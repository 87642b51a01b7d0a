"""What the engine says of sending, in words."""

from __future__ import annotations

from typing import Literal

import pytest

from app.sending import words
from engine.i18n import use_language
from tests.app.sending.test_section import one


@pytest.mark.parametrize("how", ["again", "sent", "not_sent"])
def test_sentences_of_a_question_stand_as_the_language_wants_it(
    how: Literal["again", "sent", "not_sent"],
) -> None:
    _, follows = words.question(how, 2)
    assert ". " in follows
    with use_language("zh"):
        _, follows = words.question(how, 2)
        assert "。" in follows[:-1]
        assert "。 " not in follows


@pytest.mark.parametrize(
    ("channel", "text", "said"),
    [
        ("webhook", "{}", ""),
        ("push_kafka", "{}", ""),
        ("webhook", '{"a":"1"}', '{"a":"1"}'),
        ("sms", "a\nb", "a b"),
    ],
)
def test_a_message_that_hands_over_no_values_says_nothing(channel: str, text: str, said: str) -> None:
    assert words.said(one(1, "c_1").model_copy(update={"channel": channel, "text": text})) == said
