"""HTML put together so that nothing can be left unescaped: every text is, unless it is `Html` already."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_VOID = frozenset(["br", "input", "link", "meta"])

Child = object
"""`Html` is taken as it is, None is left out, lists are taken one after the other; all else is a text."""


class Html(str):
    """Markup that was made here."""

    __slots__ = ()


def tag(name: str, /, *children: Child, **attributes: object) -> Html:
    """An element. Of an attribute's name, underlines become hyphens, and one at its end is dropped; True is
    an attribute without a value, None and False are none."""
    opening = f"<{name}{_attributes(attributes)}>"
    return Html(opening if name in _VOID else f"{opening}{joined(children)}</{name}>")


def joined(children: Iterable[Child]) -> Html:
    """One after the other."""
    return Html("".join(map(_child, children)))


def decimal(value: float) -> str:
    """A number in a drawing: two places are enough."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, list | tuple):
        return joined(child)
    return escape(str(child))


def _attributes(attributes: dict[str, object]) -> str:
    written = []
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        name = name.rstrip("_").replace("_", "-")
        written.append(f" {name}" if value is True else f' {name}="{escape(str(value))}"')
    return "".join(written)
