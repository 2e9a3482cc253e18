"""Apps to compare ours with."""
