"""Naughty strings through every text field of a message and back, and through all that reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.shapes.addresses import BadAddress, normal_address
from engine.shapes.sms import measure, split
from engine.shapes.variables import render, variables
from engine.workspace.catalog import Catalog
from engine.workspace.mail_html import flaws, plain_text, sanitized
from engine.workspace.media import MediaFolder
from engine.workspace.message import MESSAGE
from engine.workspace.message_check import Surroundings, check_message
from engine.workspace.message_text import as_json, filled, links_of, malformed, variables_of
from tests.naughty_strings import naughty_strings

NOWHERE = Path("nowhere")


def contents(text: str) -> list[tuple[str, dict[str, Any]]]:
    """A content of each kind that says the text in every one of its fields."""
    email = dict.fromkeys(("sender_name", "subject", "preheader", "html", "text"), text)
    blocks = [{kind: text} for kind in ("text", "image", "audio", "video")]
    return [
        ("text_sms", {"text": text}),
        ("email", email),
        ("digital_sms", {"subject": text, "blocks": blocks, "carriers": [text]}),
        ("template_message", {"template_id": text, "keywords": [{"key": text or "k", "text": text}]}),
    ]


def test_files_hold_them_unchanged_and_everything_reads_them() -> None:
    around = Surroundings(Catalog(), {}, MediaFolder(NOWHERE))
    for text in naughty_strings():
        for kind, content in contents(text):
            raw = {"format": "message", "version": 1, "id": "m_1", "name": text[:50] or "x", "kind": kind}
            raw |= {"content": content, "variables": {"a": {"from": "constant", "value": text}}}
            message = MESSAGE.parse(json.dumps(raw).encode(), NOWHERE)
            written = MESSAGE.dump(message)
            again = MESSAGE.parse(written, NOWHERE)
            assert again == message
            assert MESSAGE.dump(again) == written
            said = as_json(again.content)
            assert all(said[field] == value for field, value in content.items() if isinstance(value, str))
            check_message(message, around)
            assert filled(said, dict.fromkeys(variables_of(said), "")).keys() == said.keys()
            links_of(said)


def test_texts_are_counted_cut_and_filled_whole() -> None:
    for text in naughty_strings():
        for international in (False, True):
            assert "".join(split(text, international=international)) == text
            assert measure(text, international=international).parts >= 1
        assert render("<p>${a}</p>", {"a": text}, "html").count("<") == 2
        assert json.loads(render('"${a}"', {"a": text}, "json")) == text
        list(malformed(text))
        variables(text)


def test_shown_as_html_nothing_acts() -> None:
    for text in naughty_strings():
        shown = sanitized(text)
        assert not flaws(shown).forbidden, text
        assert "<script" not in shown.lower()
        plain_text(text)


def test_as_an_address_they_are_told_to_be_none_or_stay() -> None:
    for text in naughty_strings():
        for id_type in ("mobile", "email"):
            try:
                stored = normal_address(id_type, text)
            except BadAddress as error:
                said = str(error.message)
            else:
                said = normal_address(id_type, stored)
                assert said == stored
            assert said
