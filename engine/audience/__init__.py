"""Conditions and audience rules compiled to SQL, estimates, and updates of audiences."""
