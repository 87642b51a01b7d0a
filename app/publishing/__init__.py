"""From a draft to an engine: the one of the workspace or another one; and what was published before."""
