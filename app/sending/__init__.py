"""How sending goes, and what is in doubt: a section of the settings that follows the engine."""
