"""Importing people and events: a table by its columns, or a data folder."""
