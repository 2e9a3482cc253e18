"""From a recipe to a published run.

`options` is what a person chooses, `request` what is to be trained, `train_run` the stages that
lead to a run, `train_approaches` the longest of them, which does its works `side_by_side`,
`train_job` all as the only job on a machine, `estimates` how long it will take.
"""
