"""The report of a campaign: painted, on the screen as in files; the people behind its numbers, and why."""
