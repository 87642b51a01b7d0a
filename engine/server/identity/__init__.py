"""Who uses a shared server, what they may do, and what they did."""
