"""The engine as a server that a team shares: set up by a file, looked after by those who run servers."""
