"""Scores → figures on their quality.

`scores` has accuracy, per class and confusion, `significance` intervals and the paired test,
`calibration` what probabilities are worth, `roc` the curves over all thresholds.
"""
