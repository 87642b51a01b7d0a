"""What hands do on the canvas: what the pointer is over, what a press begins, and the edit it ends with."""
