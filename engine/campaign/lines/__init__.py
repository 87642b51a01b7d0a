"""Where the lines of a campaign run: the same for the canvas and for pictures that are made without it."""
