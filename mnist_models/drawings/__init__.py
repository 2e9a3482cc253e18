"""What visitors keep: a `drawing` with what it truly is, the `store` of them in a database, their
`readings` by a run, and `files` to take home.
"""
