"""Parts of Compare that show shipped experiments: `rejection` of what is no digit, `robustness` to
disturbances, the comparison at `equal_size`, the `ladder` from one to ten, whole `numbers` and
`characters`, which are 252 classes; and what people say of test pictures: `label_errors` are labels
that they doubt, and in `you_against` the visitor reads hard ones before the models do, with
`reading_scores`.
"""
