"""The configuration panel: the form of the selected component."""

from app.panels.panel import ConfigurationPanel

__all__ = ["ConfigurationPanel"]
