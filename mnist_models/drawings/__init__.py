"""What visitors keep: a `drawing` with its true label, the `store` of them in a `database`,
their `readings` by a run, and `files` to download; and what an approach reads in a picture, as a
`number` of digits.
"""
