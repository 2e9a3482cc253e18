"""The page My drawings: what a visitor has kept in this `session`, the `reader` that reads it, the
`gallery`, `downloads`, and `forgetting`: what is kept, and an end to it.
"""
