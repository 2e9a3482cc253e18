"""The page Training: the training that runs in a `live_view`, a run's `epochs` as
`learning_curves`, then the `published` figures and the shipped experiments on `overfitting`,
`sampling` and `pen_widths`.
"""
