"""The server's pages in a browser: campaigns and how they run, to be looked at only."""
