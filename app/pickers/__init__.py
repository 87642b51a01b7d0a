"""Pickers: choosing something of the workspace, and the plain forms that make a new one."""
