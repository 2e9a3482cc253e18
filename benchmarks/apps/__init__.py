"""Apps to measure ours against."""
