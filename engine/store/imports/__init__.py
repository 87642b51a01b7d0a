"""Bulk import of a data folder of CSV files (engine reference, section 7)."""
