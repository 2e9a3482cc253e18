"""What several pages use and what knows about runs and visitors: `navigation`, `current_run`,
`current_duel`, `permission`, `mnist_download`, shipped `experiments`, and `picture_cards`.
"""
