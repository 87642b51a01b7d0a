"""Engines that run campaigns, as the designer sees them: the bundled one and those of other machines."""
