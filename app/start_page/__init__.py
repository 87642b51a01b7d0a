"""The first page: where one begins, and where one was."""
