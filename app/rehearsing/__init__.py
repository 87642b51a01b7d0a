"""Rehearsing the open campaign: what it would do to real people, before anything is sent."""
