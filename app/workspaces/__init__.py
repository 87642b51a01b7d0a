"""The workspaces: opened, made and filled; and what others change in the one that is open."""
