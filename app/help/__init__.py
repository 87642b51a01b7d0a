"""What the Help menu shows."""
