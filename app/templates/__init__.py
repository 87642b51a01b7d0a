"""The workspace's own campaign templates: saving a campaign as one, renaming and deleting it."""
