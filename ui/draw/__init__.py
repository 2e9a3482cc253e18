"""The page Draw: a picture from one of its `sources`, such as the `canvas`, where `first_drawings`
wait to be tried; the `verdicts` on it, the `preprocessing_steps`, a `correction`, a `run_switch`,
the `way_back` to where a test picture was found, and the `turns` that visitors take.
"""
