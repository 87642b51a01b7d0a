"""What holds for the whole workspace, section by section."""
