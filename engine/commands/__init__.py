"""What the commands of `engine.cli` do. Each module is imported when its command is called."""
