"""What a report says, without anything that draws it: the designer paints it, pages in a browser write it."""
