"""The page My drawings: what a visitor kept in this `session`, the `reader` of it, the `gallery`,
and `downloads`.
"""
