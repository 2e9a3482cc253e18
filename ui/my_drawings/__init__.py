"""The page My drawings: what a visitor has kept in this `session`, the `reader` that reads it, the
`gallery`, and `downloads`.
"""
