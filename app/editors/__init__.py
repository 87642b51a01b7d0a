"""Editors of single values: what the fields of a form are made of."""
