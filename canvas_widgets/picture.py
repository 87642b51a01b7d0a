"""A campaign as a picture, without a window: for template cards, reports and the command line."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from canvas_widgets.background import Background
from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from canvas_widgets.stage import Counts
from engine.campaign.document import CampaignDocument
from engine.components.base import Lookup

_MARGIN = 32.0


def render(
    document: CampaignDocument, lookup: Lookup, look: Look, counts: Counts | None = None, scale: float = 1.0
) -> QImage:
    """The whole flow at `scale` pixels to a scene unit, with a margin. Needs a `QGuiApplication`."""
    scene = CampaignScene(document, lookup, look)
    try:
        scene.load()
        scene.set_counts(counts)
        return _image(scene, scale)
    finally:
        scene.close()


def _image(scene: CampaignScene, scale: float) -> QImage:
    source = scene.content_rect().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN).toAlignedRect().toRectF()
    size = QSize(round(source.width() * scale), round(source.height() * scale))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    scene.stage.scale = scale
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.scale(scale, scale)
        painter.translate(-source.topLeft())
        Background().paint(painter, source, scene.stage.paints)
        painter.restore()
        scene.render(painter, QRectF(image.rect()), source)
    return image
