"""Waves of one database run by several processes: the leader's side, and that of those who work with it."""
