"""Somebody who uses the designer as a person does: by looking, and with mouse and keys of a real display."""
