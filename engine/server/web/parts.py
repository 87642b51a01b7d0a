"""What pages are made of: panels, tables, names with their icons, figures."""

from __future__ import annotations

from collections.abc import Sequence

from engine.components.registry import COMPONENTS
from engine.server.web.html import Child, Html, tag
from engine.server.web.look import icon
from engine.server.web.words import number

_UNKNOWN = ("line", "help")
"""The colour and the icon of components that this program does not know."""


def panel(title: str, content: Child, kind: str = "", anchor: str | None = None) -> Html:
    """A part of a page. kind: a class of it; anchor: what addresses lead to it by."""
    return tag("section", tag("h2", title), content, id=anchor, class_=f"panel {kind}".strip())


def scrolling(title: str, content: Html) -> Html:
    """What may be wider than a phone: it can be scrolled, by keys too."""
    return tag("div", content, class_="scrolling", tabindex="0", role="region", aria_label=title)


def table(head: Sequence[str], lines: Sequence[Html]) -> Html:
    columns = tag("tr", [tag("th", words, scope="col") for words in head])
    return tag("table", tag("thead", columns), tag("tbody", lines))


def count_cell(n: int, *, bad: bool = False) -> Html:
    return tag("td", number(n), class_="zero" if not n else "bad" if bad else None)


def named(name: str, colour: str, picture: str) -> Html:
    """A component's name behind its icon; it turns no text around it, in whatever direction it is written."""
    tile = tag("span", icon(picture), class_="mini-tile")
    return tag("span", tile, tag("bdi", name), class_=f"named kind-{colour}")


def component_name(name: str, kind: str) -> Html:
    """The same of a kind of component, which may be one that is not known any more."""
    known = COMPONENTS.get(kind)
    colour, picture = _UNKNOWN if known is None else (known.colour, known.icon)
    return named(name, colour, picture)


def tile(label: str, content: Child, note: str, *, bad: bool = False) -> Html:
    """A figure: what it is, the number, and what there is to add."""
    shown = tag("dd", tag("span", content, class_="big"), tag("small", note))
    return tag("div", tag("dt", label), shown, class_="tile-stat bad" if bad else "tile-stat")
