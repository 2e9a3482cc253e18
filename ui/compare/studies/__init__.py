"""Parts of Compare that show shipped experiments: `rejection` of what is no digit, `robustness` to
disturbances, the comparison at `equal_size`, the `ladder` from one to ten, and whole `numbers`.
"""
