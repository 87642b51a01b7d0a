"""`${name}` in message texts, and what each variable is bound to (components, rule 7)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_core.core_schema import ValidationInfo

from engine.shapes.model import Shape, missing
from engine.shapes.text import Text

Escape = Literal["text", "html", "json"]

# `\w` less the digits and numerals that may not begin a name; `$${` is tried first: it is a literal.
_PLACE = re.compile(r"\$\$\{|\$\{([^\W\d]\w{0,31})\}")


@lru_cache(maxsize=16)
def variables(text: str) -> tuple[str, ...]:
    """The names of the text's variables, each once, in order of appearance."""
    names = (match[1] for match in _PLACE.finditer(text) if match[1])
    return tuple(dict.fromkeys(names))


def render(text: str, values: Mapping[str, str], escape: Escape = "text") -> str:
    """The text with each variable's value in its place; a variable without a value becomes nothing.

    `escape` says what the text is: `html` values are escaped for element text and quoted attributes, `json`
    values for the inside of a string literal (non-ASCII characters stand as they are).
    """
    encode = _ESCAPES[escape]

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        return encode(values.get(name, "")) if name else "${"

    return _PLACE.sub(replace, text)


def pieces(text: str) -> tuple[tuple[str, str | None], ...]:
    """The text as `(literal, variable that follows it or None)`, for rendering it many times or in SQL."""
    found: list[tuple[str, str | None]] = []
    literal, end = "", 0
    for match in _PLACE.finditer(text):
        literal += text[end : match.start()]
        end = match.end()
        if match[1]:
            found.append((literal, match[1]))
            literal = ""
        else:
            literal += "${"
    return (*found, (literal + text[end:], None))


def _json_inside(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


_ESCAPES: Mapping[Escape, Callable[[str], str]] = {"text": str, "html": html.escape, "json": _json_inside}


class Binding(Shape):
    """Where a variable's value comes from, and what stands there when it is empty."""

    source: Annotated[Literal["tag", "attribute", "event", "constant"], Field(alias="from")]
    key: Annotated[Text | None, Field(max_length=200, validate_default=True)] = None
    value: Annotated[Text | None, Field(validate_default=True)] = None
    when_empty: Literal["nothing", "default"] | None = None
    default: Annotated[Text | None, Field(validate_default=True)] = None

    @model_validator(mode="before")
    @classmethod
    def _usual_when_empty(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and raw.get("from", raw.get("source")) != "constant":
            return {"when_empty": "nothing", **raw}
        return raw

    @field_validator("key")
    @classmethod
    def _needs_key(cls, key: str | None, info: ValidationInfo) -> str | None:
        if not key and info.data.get("source") in ("tag", "attribute", "event"):
            raise missing()
        return key

    @field_validator("value")
    @classmethod
    def _needs_value(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("source") == "constant":
            raise missing()
        return value

    @field_validator("default")
    @classmethod
    def _needs_default(cls, default: str | None, info: ValidationInfo) -> str | None:
        if default is None and info.data.get("when_empty") == "default":
            raise missing()
        return default

    def text(self, stored: str | None) -> str:
        """What stands in the message, given the stored text of the tag or attribute (None: there is none)."""
        if self.source == "constant":
            return self.value or ""
        if stored:
            return stored
        return self.default or "" if self.when_empty == "default" else ""


VariableName = Annotated[str, StringConstraints(pattern=r"^[^\W\d]\w{0,31}$")]
"""The name of a variable of a text: a letter or `_`, then letters, digits, `_`, of any script."""

Bindings = dict[Annotated[str, Field(min_length=1, max_length=200)], Binding]
"""A binding for each variable or parameter, by its name."""
