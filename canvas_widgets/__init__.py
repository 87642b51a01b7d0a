"""The canvas: scene, cards, lines and gestures (Qt Graphics View), and the one reader of the look."""
