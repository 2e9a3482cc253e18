"""my_drawings."""
