"""The editor: top bar, palette, canvas and configuration panel around one open campaign."""
