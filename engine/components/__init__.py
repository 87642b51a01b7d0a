"""One module per component kind: its config, ports, placement, summary, and what it does."""
