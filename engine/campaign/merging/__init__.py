"""Three-way merging of campaigns: what two sides made of a common state, put together.

    merged = merge(base, ours, theirs)
    merged.conflicts                      # what both changed in ways that do not go together
    merged.document({key: Side.THEIRS})   # ours where nothing else is chosen

The result is never worse than both sides: what is wrong with its structure was wrong on one of them.
"""

from engine.campaign.merging.conflicts import Conflict, Kind, Side
from engine.campaign.merging.merge import Merge, merge

__all__ = ["Conflict", "Kind", "Merge", "Side", "merge"]
