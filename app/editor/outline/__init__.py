"""The outline: the campaign as a tree beside the canvas, for the keyboard, screen readers and large flows."""

from app.editor.outline.tree import OutlineTree

__all__ = ["OutlineTree"]
