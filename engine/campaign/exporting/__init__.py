"""Campaigns for documents and for reviewers: as a Mermaid chart, and as a table of what is configured."""
