"""What `dev.py bench NAME` runs."""
