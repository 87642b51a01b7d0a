"""A campaign's canvas as a file, and on paper."""
