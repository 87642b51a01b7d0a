"""A campaign as SVG, made without Qt: cards, lines, names and notes where the designer has them.

Colours are classes of `web.css`, so one drawing serves every theme. What changes while the campaign runs has
an address (`data-live`) that `live.js` finds it by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.campaign.document import CampaignDocument
from engine.campaign.layout import card_width, with_missing_places
from engine.campaign.lines.flow import Lines, card_rect, chip_rect
from engine.campaign.lines.geometry import CHIP_PADDING, LineShape, Rect
from engine.campaign.model import START_ID, Node, Note, Point
from engine.campaign.notes import note_box
from engine.campaign.status import is_configured
from engine.components.base import Lookup
from engine.components.registry import component
from engine.i18n import tr
from engine.server.web.font import REGULAR, SEMIBOLD, Face, face
from engine.server.web.html import Html, joined, tag
from engine.server.web.html import decimal as _n
from engine.server.web.look import symbol, values
from engine.server.web.wrapping import wrapped

MARGIN = 32.0
TEXT_LEFT, TEXT_ROOM = 50.0, 136.0
TILE_LEFT = 10.0
NAME_BASE, SUMMARY_BASE, COUNT_BASE = 28.0, 47.0, 20.0
_COUNT_ROOM = 28.0  # below a card
_ABOVE, _ON = 6.0, 4.0  # from a line to the base of its count
_NOTE_PADDING, _NOTE_LINE, _TITLE_BASE = 10.0, 15.0, 21.0
_SHARE = " · 100%"


@dataclass(frozen=True)
class Picture:
    """A drawing, and where it is in scene units."""

    drawing: Html
    area: Rect

    @property
    def view_box(self) -> str:
        area = self.area
        return _numbers(area.left, area.top, area.right - area.left, area.bottom - area.top)


def picture(document: CampaignDocument, lookup: Lookup) -> Picture:
    """Draw a campaign in the language in force."""
    return _Drawing(document, lookup).picture()


class _Drawing:
    def __init__(self, document: CampaignDocument, lookup: Lookup) -> None:
        self._document = document
        self._lookup = lookup
        self._places = {**with_missing_places(document), START_ID: Point(0, 0)}
        fonts = values()["fonts"]
        self._bold: Face = face(SEMIBOLD, fonts["card_name"][0])
        self._small: Face = face(REGULAR, fonts["summary"][0])
        self._note: Face = face(REGULAR, fonts["small"][0])
        self._title: Face = face(SEMIBOLD, fonts["label"][0])
        self._labels = {
            id: str(port.label)
            for node_id, _ in document.all_nodes()
            for port in document.ports(node_id)
            if port.label is not None
            for id in document.out_links(node_id)
            if document.links[id].port == port.name
        }
        self._shapes = Lines(document, self._places, self._name_width).lay()

    def picture(self) -> Picture:
        document = self._document
        frames = [note for note in document.notes.values() if note.is_frame]
        papers = [note for note in document.notes.values() if not note.is_frame]
        frames.sort(key=lambda note: -note.size.x * note.size.y)
        kinds = sorted({component(node.kind).icon for id, node in document.all_nodes() if id != START_ID})
        solid = {id: is_configured(node, self._lookup) for id, node in document.all_nodes()}
        drawing = joined(
            [
                tag("defs", [symbol(name) for name in kinds]),
                [self._frame(note) for note in frames],
                [self._line(id, solid) for id in self._shapes],
                [self._mark(shape) for shape in self._shapes.values() if shape.open],
                [self._name(id) for id in self._shapes],
                [self._card(id, node, solid[id]) for id, node in document.all_nodes()],
                [self._paper(note) for note in papers],
            ]
        )
        return Picture(drawing, self._area())

    def _name_width(self, id: str) -> float:
        label = self._labels.get(id)
        return 0.0 if label is None else self._small.width(label + _SHARE) + 2 * CHIP_PADDING

    # ---- lines

    def _line(self, id: str, solid: Mapping[str, bool]) -> Html:
        shape, target = self._shapes[id], self._document.links[id].target
        dashed = target is None or not solid[target]
        return tag("path", d=_path(shape), class_="line dashed" if dashed else "line")

    def _mark(self, shape: LineShape) -> Html:
        """The ring with a + of an open end."""
        x, y = shape.end
        plus = f"M{_numbers(x - 4.5, y)}h9M{_numbers(x, y - 4.5)}v9"
        return tag("g", tag("circle", cx=_n(x), cy=_n(y), r="8.25"), tag("path", d=plus), class_="open-end")

    def _name(self, id: str) -> Html | None:
        """The branch's name in its chip with its share behind it, or what went down a line without one."""
        shape, label = self._shapes[id], self._labels.get(id)
        if shape.chip is not None and label is not None:
            box = chip_rect(shape.chip, shape.chip_width)
            room = shape.chip_width - 2 * CHIP_PADDING - self._small.width(_SHARE)
            words = tag(
                "text",
                tag("title", label),
                tag("tspan", self._small.fitting(label, max(room, 0.0) + 1)),
                tag("tspan", data_live=f"share {id}"),
                x=_n(shape.chip.x),
                y=_n(shape.chip.y + 4),
            )
            return tag("g", _rect(box, "10"), words, class_="chip")
        if shape.open:
            return None
        at = shape.handle
        level = any(run.y == at.y and run.left <= at.x <= run.right for run in shape.runs)
        base = at.y - _ABOVE if level else at.y + _ON
        return tag("text", x=_n(at.x), y=_n(base), class_="count", data_live=f"line {id}")

    # ---- cards

    def _card(self, id: str, node: Node, configured: bool) -> Html:
        place, width = self._places[id], card_width(id)
        kind = component(node.kind)
        parts: list[Html | None] = [
            tag("rect", x="0.5", y="0.5", width=width - 1, height="63", rx="9.5", class_="card-frame")
        ]
        if id == START_ID:
            parts.append(tag("text", node.shown_name, x=width / 2, y="37", class_="card-name middle"))
        else:
            summary = str(kind.summary(node.config, self._lookup))
            parts += [
                tag("title", f"{node.shown_name}\n{summary}".strip()),
                tag("rect", x=_n(TILE_LEFT), y="16", width="32", height="32", rx="9", class_="tile"),
                tag("use", href=f"#icon-{kind.icon}", x="16", y="22", width="20", height="20"),
                tag("text", self._bold.fitting(node.shown_name, TEXT_ROOM), x=_n(TEXT_LEFT), y=_n(NAME_BASE),
                    class_="card-name"),
                tag("text", self._small.fitting(summary, TEXT_ROOM), x=_n(TEXT_LEFT), y=_n(SUMMARY_BASE),
                    class_="summary"),
                self._count(id, width),
                None if configured else _dot(width),
            ]  # fmt: skip
        move = f"translate({_numbers(place.x, place.y)})"
        return tag("g", parts, transform=move, class_=f"card kind-{kind.colour}", data_card=id)

    def _count(self, id: str, width: int) -> Html:
        people = tag("tspan", data_live=f"people {id}")
        trouble = tag("tspan", class_="trouble", data_live=f"trouble {id}")
        return tag("text", people, trouble, x=width / 2, y=_n(64 + COUNT_BASE), class_="count")

    # ---- notes

    def _frame(self, note: Note) -> Html:
        box = note_box(note)
        words = " ".join((note.title or "").split("\n")) or tr("Untitled frame")
        title = tag(
            "text", self._title.fitting(words, box.width - 2 * _NOTE_PADDING),
            x=_n(box.left + _NOTE_PADDING), y=_n(box.top + _TITLE_BASE),
        )  # fmt: skip
        paper = _rect(Rect(box.left, box.top, box.right, box.bottom), "10")
        return tag("g", paper, title, class_=f"frame note-{note.shown_colour}")

    def _paper(self, note: Note) -> Html:
        box = note_box(note)
        most = max(1, int((box.height - 2 * _NOTE_PADDING) / _NOTE_LINE))
        lines = wrapped(note.text or tr("Empty note"), self._note, box.width - 2 * _NOTE_PADDING, most)
        left, top = box.left + _NOTE_PADDING, box.top + _NOTE_PADDING + 12
        words = [
            tag("tspan", line, x=_n(left), y=_n(top + row * _NOTE_LINE)) for row, line in enumerate(lines)
        ]
        paper = _rect(Rect(box.left, box.top, box.right, box.bottom), "6")
        return tag("g", paper, tag("text", words), class_=f"note note-{note.shown_colour}")

    # ---- all of it

    def _area(self) -> Rect:
        rects = list(self._rects())
        return Rect(
            min(rect.left for rect in rects) - MARGIN,
            min(rect.top for rect in rects) - MARGIN,
            max(rect.right for rect in rects) + MARGIN,
            max(rect.bottom for rect in rects) + MARGIN,
        )

    def _rects(self) -> Iterator[Rect]:
        for id, place in self._places.items():
            rect = card_rect(id, place)
            yield rect._replace(bottom=rect.bottom + _COUNT_ROOM)
        for note in self._document.notes.values():
            box = note_box(note)
            yield Rect(box.left, box.top, box.right, box.bottom)
        for shape in self._shapes.values():
            if shape.chip is not None:
                yield chip_rect(shape.chip, shape.chip_width)
            for spot in (shape.end, *(spot for curve in shape.curves for spot in (curve.p0, curve.p3))):
                yield Rect(spot.x - 12, spot.y - 12, spot.x + 12, spot.y + 12)


def _path(shape: LineShape) -> str:
    parts, at = [f"M{_numbers(*shape.start)}"], shape.start
    for curve in shape.curves:
        if curve.p0 != at:
            parts.append(f"L{_numbers(*curve.p0)}")
        parts.append(f"C{_numbers(*curve.p1, *curve.p2, *curve.p3)}")
        at = curve.p3
    if at != shape.end:
        parts.append(f"L{_numbers(*shape.end)}")
    return "".join(parts)


def _rect(box: Rect, radius: str) -> Html:
    """A rounded one whose edge lies on whole pixels."""
    wide, high = box.right - box.left - 1, box.bottom - box.top - 1
    return tag("rect", x=_n(box.left + 0.5), y=_n(box.top + 0.5), width=_n(wide), height=_n(high), rx=radius)


def _dot(width: int) -> Html:
    """The red dot of what is not configured."""
    return tag("circle", cx=width - 2, cy="2", r="5", class_="dot")


def _numbers(*of: float) -> str:
    return " ".join(map(_n, of))
