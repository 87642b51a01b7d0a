"""The texts of a message: where they stand in its content, what variables they hold, and how they are filled.

All of it works on a content as the file has it (JSON, possibly partial): editors show what is half written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from engine.files import FileModel
from engine.shapes.links import links_in, replace_links
from engine.shapes.variables import Binding, render, variables

HTML = "html"
"""The field whose values are escaped."""

_TEXT_FIELDS = {"text", "subject", "sender_name", "preheader", "title", "content", HTML}


class Place(NamedTuple):
    """A text of a content; `field` is its dotted path."""

    field: str
    text: str

    @property
    def is_html(self) -> bool:
        return self.field == HTML


class Malformed(NamedTuple):
    """A `${` that begins no variable, as far as it reaches."""

    start: int
    text: str


_NAME = re.compile(r"[^\W\d]\w{0,31}")
_BROKEN = re.compile(r"\$\$\{|\$\{[^{}\n$]{0,60}\}?")


def malformed(text: str) -> Iterator[Malformed]:
    """Where the text seems to name a variable and does not: `${first name}`, `${1st}`, `${open`."""
    for match in _BROKEN.finditer(text):
        said = match[0]
        if said != "$${" and not (said.endswith("}") and _NAME.fullmatch(said[2:-1])):
            yield Malformed(match.start(), said)


def as_json(content: FileModel) -> dict[str, JsonValue]:
    """A content as JSON, long texts joined."""
    raw: dict[str, JsonValue] = to_jsonable_python(content.model_dump(by_alias=True))
    return raw


def places(content: Mapping[str, JsonValue]) -> Iterator[Place]:
    """Every text of the content that can hold variables."""
    for field, value in content.items():
        if field in _TEXT_FIELDS and (text := joined(value)):
            yield Place(field, text)
        elif field == "mini_program" and isinstance(value, dict):
            yield from (place._replace(field=f"{field}.{place.field}") for place in places(value))
        elif field in ("blocks", "keywords") and isinstance(value, list):
            for index, item in enumerate(value):
                text = joined(item.get("text")) if isinstance(item, dict) else ""
                if text:
                    yield Place(f"{field}.{index}.text", text)


def variables_of(content: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """The names of its variables, each once."""
    return tuple(dict.fromkeys(name for place in places(content) for name in variables(place.text)))


def links_of(content: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """The links of its texts, each once; those of HTML as they are meant."""
    import html

    found = (
        html.unescape(link) if place.is_html else link
        for place in places(content)
        for link in links_in(place.text)
    )
    return tuple(dict.fromkeys(found))


def filled(
    content: Mapping[str, JsonValue],
    values: Mapping[str, str],
    short: Callable[[str], str | None] = lambda _link: None,
) -> dict[str, JsonValue]:
    """The content with values in place of its variables and short links in place of long ones.

    A variable without a value stays as it is written.
    """

    def fill(field: str, text: str) -> str:
        is_html = field == HTML
        shortened = replace_links(text, short, is_html=is_html)
        named = {name: f"${{{name}}}" for name in variables(shortened)}
        return render(shortened, {**named, **values}, "html" if is_html else "text")

    result: dict[str, JsonValue] = {}
    for field, value in content.items():
        if field in _TEXT_FIELDS and not isinstance(value, dict):
            result[field] = fill(field, joined(value))
        elif field == "mini_program" and isinstance(value, dict):
            result[field] = filled(value, values, short)
        elif field in ("blocks", "keywords") and isinstance(value, list):
            result[field] = [
                {**item, "text": fill("text", joined(item["text"]))}
                if isinstance(item, dict) and item.get("text") is not None
                else item
                for item in value
            ]
        else:
            result[field] = value
    return result


def usual_bindings(
    names: tuple[str, ...],
    given: Mapping[str, Binding],
    attributes: Mapping[str, object],
    tags: Mapping[str, object],
) -> dict[str, Binding]:
    """What each variable is bound to: as the template says, else to what is called like it."""
    bound: dict[str, Binding] = {}
    for name in names:
        if name in given:
            bound[name] = given[name]
        elif name in attributes:
            bound[name] = Binding(source="attribute", key=name)
        elif name in tags:
            bound[name] = Binding(source="tag", key=name)
    return bound


def joined(value: JsonValue) -> str:
    """A long text, which the file may hold as a list of lines."""
    if isinstance(value, list):
        return "\n".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
