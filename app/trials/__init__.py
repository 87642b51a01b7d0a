"""Sending a message as a test: the dialog, from the place of messages and from a component."""
