"""The two-minute tour: what the editor can do, pointed at in the editor itself."""
