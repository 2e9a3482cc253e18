"""The page Draw: a picture from one of its `sources`, such as the `canvas`; the `verdicts` on it,
their `attribution` to pixels, the `preprocessing_steps`, a `correction`, and a `run_switch`.
"""
