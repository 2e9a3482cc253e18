"""The sidebar of every page: `sidebar` has the `run_choice`, the `training_form` and the
`training_progress` of the `current_training` with its `live_curves` and its `training_end`; where
it is closed, a `training_bar` stands above the page.
"""
