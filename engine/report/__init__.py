"""What runs left behind, read back: counts, visits, traces, the conservation check."""
