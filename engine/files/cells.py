"""Cells of CSV files that people open in a spreadsheet."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet would take for the begin of a formula: also the full-width signs that Chinese and
Japanese keyboards write."""


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, but for plain numbers and telephone numbers."""
    cell = cell.replace("\0", "�")
    number = cell[:1] in ("+", "-") and cell[1:].replace(".", "").isdigit()
    if cell.startswith(_FORMULA) and not number:
        return f"'{cell}"
    return cell
