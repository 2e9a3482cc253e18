"""The sidebar of every page: `sidebar` has the `run_choice`, the `training_form` and the
`training_progress` with its `live_curves`; on a phone a `training_bar` stands above the page.
"""
