"""The place of message templates: the list of all, and the editor of one with its live preview."""
