"""Everything without Qt: the campaign document, its files, and the engine that runs campaigns."""
