"""The calendar: every campaign that is planned or runs, by month and by year."""
