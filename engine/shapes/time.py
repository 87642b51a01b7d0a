"""Durations, instants and times of day as the files hold them."""
