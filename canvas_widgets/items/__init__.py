"""What is drawn on the canvas: items with one paint and no children, where they stand, what they share."""
