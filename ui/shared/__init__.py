"""What several pages use and what knows about runs and visitors: `navigation`, `current_run`,
`current_duel`, `permission`, `mnist_download`, shipped `experiments`, `picture_cards`, who a
`visitor` is, and the `translation` that they read.
"""
