"""The campaign document: nodes and links, ops and edits, structure rules, the campaign file."""
