"""The first page: the workspace's campaigns in folders, their status, and what may be done with each."""
