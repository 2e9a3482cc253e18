"""The page Compare: its `headline`, all `approaches` of a run, then `per_class`, `binary_models`
with their `roc_charts`, `calibration`, the shipped experiments in `studies`, and the `cost`.
"""
