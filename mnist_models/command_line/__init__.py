"""The commands of python -m mnist_models.

`arguments` reads what was typed, and each command is a function of it in `training`, `run_list`,
`drawing_list`, `job_list` or `scoring`.
"""
