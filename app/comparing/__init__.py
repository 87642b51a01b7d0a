"""Two states of a campaign compared on the command line, in words and as a picture."""
