"""What people can set for themselves: the preferences dialog, and what its choices do."""
