"""The HTTP API of an engine: the same for the bundled engine and for a server."""
