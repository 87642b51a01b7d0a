"""The designer: its windows, pages, panels and dialogs."""
