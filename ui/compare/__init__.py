"""The page Compare: its `headline`, then `per_class`, `binary_models` with their `roc_charts`,
`calibration`, `rejection` of what is no digit, the comparison at `equal_size`,
whole `numbers`, and the `cost`.
"""
