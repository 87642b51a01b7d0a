"""The audiences of a workspace: their list, a page for each, and the definitions that rules are made with."""
