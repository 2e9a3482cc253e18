"""Pictures with their labels: MNIST, MNIST with pen digits, and a small offline sample.

`loading` finds a set by its name and `dataset` says what one is; `mnist`, `pen_digits` and `sample`
read theirs, `download` fetches published files. `label_errors` are test labels that people doubt,
`characters` are 252 classes of 20 drawings each.
"""
