"""The page Confusion: the `explorer` draws the `matrices` in their `colours`, as the
`display_options` say, with their `map_view`, and the pictures of the visitor's `selection`.
"""
