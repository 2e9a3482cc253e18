"""The page Training: a run's `epochs` as `learning_curves`, then what was `published`, and the
shipped experiments on `overfitting`, `sampling` and `pen_widths`.
"""
