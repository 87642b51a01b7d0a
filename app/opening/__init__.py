"""What is opened from outside: files that are chosen, dropped or named; and what was open before."""
