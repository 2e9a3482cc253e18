"""The `sidebar` of every page: `run_choice`, `training_form`, and `training_progress` with its
`live_curves`.
"""
