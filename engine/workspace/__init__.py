"""The workspace: a folder of plain files, what stands in them, and what refers to what."""
