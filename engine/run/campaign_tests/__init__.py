"""Campaign tests: the engine's own rehearsal of given people and events, held against what was expected."""
