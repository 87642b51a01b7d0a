"""The tests of the open campaign: run on what is on the canvas, with their results below it."""
